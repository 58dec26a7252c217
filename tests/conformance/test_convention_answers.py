"""What every framework answers to every question about its conventions: facts known before, and all answers as stored.

`answers.json` holds all answers of the pinned versions on x86-64, where TensorFlow and MXNet compute with oneDNN:
backend -> question -> interface -> answer. A probe that is added, lost or changed shows there, as does a framework
that changes its mind; the file is then corrected by hand, entry by entry, by whoever has understood why.
`HELD` says what they answer otherwise where they are held to a smaller instruction set.
"""

import concurrent.futures
import json
import os
from pathlib import Path

import pytest

from backends.condition import On
from harness.bridge.translate import NETWORK, network
from harness.commands.conventions import NONE, ask
from harness.source.standalone import layouts_of_function, layouts_of_method
from spec.questions import questions
from tests.conformance.facts import FACTS

STORED = json.loads((Path(__file__).parent / "answers.json").read_text())

# Questions that no hypothesis answers, with the reason why none could, and calls that end the process.
UNEXPLAINED = {("conv.too-large", "tf.nn"): NONE, ("layout.unbatched", "tf.nn"): "crashed"}

# (backend, question, interface) -> where the answer is another one, and which; the ledgers say why.
HELD = {
    ("jax", "dtype.half", "jax.lax"): (On("XLA", below="avx"), "refuses"),
    ("tensorflow", "dtype.bfloat16", "tf.nn"): (
        On("oneDNN", below="avx2_bf16", switches={"onednn_takes_bfloat16": True}),
        "refuses",
    ),
}


@pytest.fixture(scope="session")
def otherwise(described):
    """(question, interface) -> the answer of a backend that is another one on this processor."""

    def of(name):
        about = described(name) if any(one == name for one, _, _ in HELD) else {}
        return {
            (question, api): answer
            for (one, question, api), (on, answer) in HELD.items()
            if one == name and on.holds(about)
        }

    return of


@pytest.fixture(scope="session")
def given(ready, why_not):
    """A backend's answers, (question, interface) -> answer. All are asked side by side when the first is wanted."""
    asked = list(questions().values())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = {one.name: pool.submit(ask, one, asked, 120.0) for one in ready if one.name in STORED}

        def of(name):
            if name not in found:
                pytest.skip(f"{why_not(name)}; of other versions and modes nothing is stored")
            answers = found[name].result()
            assert "problem" not in answers, answers["problem"]
            return {(question, one["api"]): one["answer"] for question, cells in answers.items() for one in cells}

        yield of


KNOWN = [
    (question, name, {api: answer for api, answer in known.items() if api in found.get(question, {})})
    for question, known in FACTS.items()
    for name, found in STORED.items()
]


@pytest.mark.parametrize(
    ("question", "name", "known"),
    [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in KNOWN if one[2]],
)
def test_fact(given, otherwise, question, name, known):
    found, other = given(name), otherwise(name)
    assert {api: found[question, api] for api in known} == {
        api: other.get((question, api), answer) for api, answer in known.items()
    }


def test_every_fact_is_about_a_probe():
    asked = {(question, api) for found in STORED.values() for question in found for api in found[question]}
    assert {(question, api) for question, known in FACTS.items() for api in known} <= asked


@pytest.mark.parametrize("name", STORED)
def test_every_answer_is_the_stored_one(given, otherwise, name):
    stored = {(question, api): answer for question, found in STORED[name].items() for api, answer in found.items()}
    assert given(name) == stored | otherwise(name)


@pytest.mark.parametrize("name", STORED)
def test_a_hypothesis_fits_every_answer(given, name):
    odd = {pair: answer for pair, answer in given(name).items() if answer in (NONE, "crashed", "timed-out")}
    assert odd == {pair: answer for pair, answer in UNEXPLAINED.items() if pair in given(name)}


@pytest.mark.parametrize(
    ("name", "api"),
    [("torch", "torch.nn.functional"), ("tensorflow", "tf.nn"), ("jax", "jax.lax"), ("mxnet", "mxnet.npx")],
)
def test_the_adapter_calls_in_the_layout_that_was_found(given, ready, name, api):
    """Two ways to the same fact: what the adapter declares, and what the probes measure."""
    found = given(name)
    backend = next(one for one in ready if one.name == name)
    declared = layouts_of_method(backend.adapter, "conv2d")
    assert (declared.image, declared.kernel) == (found["layout.default", api], found["layout.kernel", api])


# The interface that each network is written in, by which its probes are named. NumPy has no layers of its own to ask.
INTERFACES = {"torch": "torch.nn", "tensorflow": "tf.keras", "jax": "flax.nnx", "mxnet": "mxnet.gluon"}
WORDS = {
    "layout.dense": {"OI": "(outputs, inputs)", "IO": "(inputs, outputs)"},
    "layout.flatten": {"NCHW": "channels, rows, columns", "NHWC": "rows, columns, channels"},
}


@pytest.mark.parametrize(("name", "interface"), INTERFACES.items())
def test_a_network_declares_what_was_found(given, ready, name, interface):
    """Layout, kernel, dense weights and flatten of the layers that it is made of, by the framework's own calls."""
    answers: dict[str, set] = {}
    for (question, api), answer in given(name).items():
        if api.startswith(interface) and question.startswith("layout."):
            answers.setdefault(question, set()).add(answer)
    declared = layouts_of_function(network(next(one for one in ready if one.name == name)), NETWORK)
    assert {question: answers[question] for question in ("layout.default", "layout.kernel", *WORDS)} == {
        "layout.default": {declared.image},
        "layout.kernel": {declared.kernel},
        "layout.dense": {WORDS["layout.dense"][declared.dense]},
        "layout.flatten": {WORDS["layout.flatten"][declared.image]},
    }
