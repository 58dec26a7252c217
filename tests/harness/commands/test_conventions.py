"""The command `conventions`: every answer comes from the call that a probe makes, and costs no other answer."""

import json
import sys
from pathlib import Path

import pytest

from harness.cli import main
from harness.commands.conventions import NONE, ask, ask_questions, choose, compare_two
from harness.workers.backends import Backend
from spec.errors import UserError
from spec.questions import questions

HEAD = "import os\nimport time\n\nimport numpy as np\n\nfrom backends.contract import arrays, probe\n"
ADAPTER = "from backends.numpy.adapter import Adapter\n"
TIMEOUT = 120.0  # seconds: no machine is so busy that it needs them
INNOCENT = '@probe("convolve.default", "planted")\ndef innocent(x, k):\n    return np.convolve(x, k)\n'


@pytest.fixture
def backend(tmp_path):
    """A backend in a folder of its own, run by this very interpreter, with the text of its `conventions.py`."""

    def plant(text: str, adapter: str = ADAPTER) -> Backend:
        (tmp_path / "adapter.py").write_text(adapter)
        (tmp_path / "conventions.py").write_text(f"{HEAD}\n\n{text}\n\n{INNOCENT}")
        return Backend("planted", tmp_path / "adapter.py", Path(sys.executable))

    return plant


def answer(backend: Backend, id: str = "correlate.default", timeout: float = TIMEOUT) -> dict:
    """The one answer to a question; the question that is asked after it must be answered as if nothing had been."""
    found = ask(backend, [questions()[id], questions()["convolve.default"]], timeout)
    assert [cell["answer"] for cell in found["convolve.default"]] == ["turned, full"]
    return found[id][0]


def correlate(body: str) -> str:
    """A probe of the question `correlate.default`."""
    return f'@probe("correlate.default", "planted")\ndef planted(x, k):\n    {body}\n'


NAMED = {
    "return np.correlate(x, k)": "as written, valid",
    "return np.correlate(x, k, 'full')": "as written, full",
    "return np.correlate(x, k[::-1])": "turned, valid",
    "return np.convolve(x, k)": "turned, full",
    "return 2 * np.correlate(x, k)": NONE,
    "return np.correlate(x, k)[None]": NONE,
    "return 'as written, valid'": NONE,
}
FAULTS = {
    "return np.correlates(x, k)": "no attribute 'correlates'",
    "return np.correlate(x, w)": "name 'w' is not defined",
    "from numpy import correlates": "cannot import name 'correlates'",
    "np.correlate(x, k)": "returned None",
    "return [1.0]": "returned [1.0], neither a tensor nor a word",
}


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """Body -> the answer of a probe with this body; all are asked of one worker."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "adapter.py").write_text(ADAPTER)
    bodies = [*NAMED, *FAULTS]
    probes = [
        f'@probe("correlate.default", "probe {number}")\ndef planted_{number}(x, k):\n    {body}\n'
        for number, body in enumerate(bodies)
    ]
    (folder / "conventions.py").write_text("\n\n".join([HEAD, *probes, INNOCENT]))
    asked = [questions()["correlate.default"], questions()["convolve.default"]]
    found = ask(Backend("planted", folder / "adapter.py", Path(sys.executable)), asked, TIMEOUT)
    assert [cell["answer"] for cell in found["convolve.default"]] == ["turned, full"]
    by_probe = {cell["api"]: cell for cell in found["correlate.default"]}
    return {body: by_probe[f"probe {number}"] for number, body in enumerate(bodies)}


@pytest.mark.parametrize("body", NAMED)
def test_another_call_is_another_answer(cells, body):
    assert cells[body]["answer"] == NAMED[body]


@pytest.mark.parametrize("body", FAULTS)
def test_a_fault_of_the_probe_is_no_refusal(cells, body):
    assert cells[body]["answer"] == "crashed"
    assert FAULTS[body] in cells[body]["output"]


def test_a_cell_holds_what_was_called_and_what_came_out(backend):
    cell = answer(backend(correlate("return np.correlate(x, k)")))
    assert cell["api"] == "planted"
    assert cell["code"] == "def planted(x, k):\n    return np.correlate(x, k)"
    assert cell["output"] == "[321. 432.]"


def test_what_no_hypothesis_predicts_is_shown_as_it_is(backend):
    cell = answer(backend(correlate("return x[:2]")))
    assert (cell["answer"], cell["output"]) == (NONE, "[1. 2.]")


def test_a_probe_that_raises_has_the_answer_refuses(backend):
    cell = answer(backend(correlate("raise TypeError('no such thing')")))
    assert (cell["answer"], cell["error"], cell["output"]) == ("refuses", "TypeError", "no such thing")


def test_a_probe_that_takes_other_inputs_is_no_refusal(backend):
    cell = answer(backend('@probe("correlate.default", "planted")\ndef planted(x):\n    return x\n'))
    assert (cell["answer"], cell["error"]) == ("crashed", "Broken")


def test_a_framework_may_refuse_by_an_error_of_any_kind(backend, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "library.py").write_text("def call(x):\n    return x.lower()\n")
    lines = (
        "import sys",
        f"sys.path.append({str(tmp_path / 'elsewhere')!r})",
        "import library",
        "return library.call(x)",
    )
    assert answer(backend(correlate("\n    ".join(lines))))["answer"] == "refuses"


@pytest.mark.parametrize("death", ["os._exit(3)", "os.abort()"])
def test_a_probe_that_ends_the_process_costs_its_own_answer_alone(backend, death):
    assert answer(backend(correlate(death)))["answer"] == "crashed"


def test_a_probe_that_hangs_costs_its_own_answer_alone(backend):
    assert answer(backend(correlate("time.sleep(600)")), timeout=2.0)["answer"] == "timed-out"


def test_a_probe_gets_tensors_of_the_adapter_or_arrays(backend):
    text = """
@probe("memory.in", "tensors")
def tensors(x):
    return 10 * x


@probe("memory.in", "arrays", arrays=True)
def arrays(x):
    return 10 * x
"""
    adapter = ADAPTER + "\n\nAdapter.from_numpy = lambda self, array: array + 1\n"
    found = ask(backend(text, adapter), [questions()["memory.in"]], TIMEOUT)["memory.in"]
    assert {cell["api"]: cell["output"] for cell in found} == {"tensors": "[20. 30. 40.]", "arrays": "[10. 20. 30.]"}


def test_a_row_of_the_table_is_a_probe_too(backend):
    text = """
PROBES = {
    "tensors": {"memory.in": lambda x: 10 * x},
    "arrays": {"memory.in": arrays(lambda x: 10 * x)},
}
"""
    adapter = ADAPTER + "\n\nAdapter.from_numpy = lambda self, array: array + 1\n"
    found = ask(backend(text, adapter), [questions()["memory.in"]], TIMEOUT)["memory.in"]
    cells = {cell["api"]: (cell["code"], cell["output"]) for cell in found}
    assert cells == {"tensors": ("10 * x", "[20. 30. 40.]"), "arrays": ("10 * x", "[10. 20. 30.]")}


def test_a_row_that_raises_has_the_answer_refuses_and_one_that_names_nothing_is_at_fault(backend):
    text = """
PROBES = {
    "one": {"correlate.default": lambda x, k: np.correlate(x, k, "such")},
    "other": {"correlate.default": lambda x, k: np.correlates(x, k)},
}
"""
    found = ask(backend(text), [questions()["correlate.default"]], TIMEOUT)["correlate.default"]
    assert {cell["api"]: cell["answer"] for cell in found} == {"one": "refuses", "other": "crashed"}


def test_a_question_is_answered_once_for_each_interface(backend, tmp_path):
    planted = backend(correlate("return np.correlate(x, k)"))
    more = '@probe("correlate.default", "other")\ndef other(x, k):\n    return np.convolve(x, k)\n'
    (tmp_path / "conventions").mkdir()
    (tmp_path / "conventions" / "more.py").write_text(f"{HEAD}\n\n{more}")
    found = ask(planted, [questions()["correlate.default"]], TIMEOUT)["correlate.default"]
    assert {cell["api"]: cell["answer"] for cell in found} == {
        "planted": "as written, valid",
        "other": "turned, full",
    }


def test_a_question_that_nobody_asks_has_no_answer(backend):
    assert ask(backend(""), [questions()["pool.nan"]], TIMEOUT) == {"pool.nan": []}


def named(backend: Backend) -> str:
    """The backend as it is named on the command line."""
    return f"planted={backend.adapter}@{sys.executable}"


def test_the_command_stores_questions_and_answers(backend, tmp_path, capsys):
    planted = backend(correlate("return np.correlate(x, k)"))
    assert ask_questions((named(planted),), ("correlate.default",), tmp_path / "out", 1, TIMEOUT) == 0
    table = json.loads((tmp_path / "out" / "tables" / "conventions.json").read_text())
    assert [question["id"] for question in table["questions"]] == ["correlate.default"]
    assert table["answers"]["planted"]["correlate.default"][0]["answer"] == "as written, valid"
    assert "as written, valid" in capsys.readouterr().out


def test_a_backend_that_does_not_start_is_named_and_fails(backend, tmp_path, capsys):
    planted = backend("", adapter="raise RuntimeError('out of order')\n")
    assert ask_questions((named(planted),), ("correlate.default",), tmp_path / "out", 1, TIMEOUT) == 1
    assert "out of order" in capsys.readouterr().out


def test_an_unknown_question_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no question matches 'conv\.flop'; their ids begin with: layout, padding, "):
        ask_questions((), ("conv.flip", "conv.flop"), tmp_path, 1, TIMEOUT)


def test_questions_are_chosen_by_globs():
    assert [one.id for one in choose(("memory.*", "pool.nan"))] == [
        "pool.nan",
        "memory.in",
        "memory.out",
        "memory.assign",
        "memory.view",
    ]
    assert choose(()) == list(questions().values())


def test_two_backends_are_compared_where_they_differ(tmp_path, capsys):
    names = []
    for folder, body in (("one", "return np.correlate(x, k)"), ("other", "return np.correlate(x, k, 'full')")):
        path = tmp_path / folder
        path.mkdir()
        (path / "adapter.py").write_text(ADAPTER)
        (path / "conventions.py").write_text(f"{HEAD}\n\n{correlate(body)}\n\n{INNOCENT}")
        names.append(f"{folder}={path / 'adapter.py'}@{sys.executable}")
    assert compare_two(*names, ("correlate.default", "convolve.default"), 2, TIMEOUT) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "one as written, valid other as written, full bridge Name the mode" in printed
    assert "convolve.default" not in printed
    assert "one and other: 1 of 2 questions answered differently" in printed


@pytest.mark.parametrize("words", ["--from torch", "--to torch", "--from a --to b --backend c"])
def test_a_comparison_needs_two_backends(words, capsys):
    assert main(["conventions", *words.split()]) == 2
    assert "--from tensorflow --to torch" in capsys.readouterr().err


def test_a_backend_is_not_compared_with_itself(capsys):
    assert main(["conventions", "--from", "torch", "--to", "torch"]) == 2
    assert capsys.readouterr().err == "error: torch cannot be compared with itself\n"
