"""Wrong results are explained by the mistake that was planted."""

import sys
from pathlib import Path

import numpy as np
import pytest

from harness.diagnosis import search as module
from harness.diagnosis.evidence import Model
from harness.diagnosis.input_mistakes import input_mistakes
from harness.diagnosis.search import Diagnosis, Memory
from harness.judging.oracle import truth
from harness.running.result import Result, judged
from harness.running.row import row
from harness.running.scheduler import Run
from harness.workers.backends import FOLDER, Backend
from harness.workers.mistaken import mistaken, planting
from harness.workers.supervisor import Supervisor
from harness.workers.wire import pack_all
from spec import operators
from spec.cases import special_values

CASES = {case.id: case for operator in operators().values() for case in operator.cases()}


def table(text):
    """Rows (mutant, case, sentence) from pairs of lines."""
    first, second = text.strip().splitlines()[::2], text.strip().splitlines()[1::2]
    return [(*names.split(), sentence.strip()) for names, sentence in zip(first, second)]


# A planted mistake, a case, and what the wrong output must be said to equal.
WIRING = table("""
convolutions/kernel-flipped conv2d/plain/reals-float32
    flipping w along H and W (the kernel is convolved, not correlated)
convolutions/kernel-upside-down conv2d/plain/integers-float32
    flipping w along H
convolutions/kernel-left-to-right conv2d/plain/integers-float32
    flipping w along W
corr2d/kernel-flipped corr2d/worked-example/integers-float32
    flipping k along H and W (the kernel is convolved, not correlated)
convolve2d/kernel-not-flipped convolve2d/worked-example/integers-float32
    flipping k along H and W (the kernel is correlated, not convolved)
convolutions/kernel-axes-swapped conv2d/plain/integers-float32
    reading the memory of w with H and W swapped
convolutions/kernel-channels-transposed conv2d/plain/integers-float32
    reading the memory of w with O and I swapped
bridges/kernel-reshaped conv2d/pairs-01/integers-float32
    reshaping w from HWIO to OIHW where it must be transposed
bridges/kernel-axes-reversed conv2d/pairs-01/integers-float32
    reshaping w from OIWH to OIHW where it must be transposed
convolutions/image-reshaped conv2d/plain/integers-float32
    reshaping x from NHWC to NCHW where it must be transposed
convolutions/result-reshaped conv2d/plain/integers-float32
    reshaping the right result from NHWC to NCHW
bridges/result-not-brought-back conv2d/pairs-01/integers-float32
    handing out NCHW for NHWC
bridges/layout-ignored max_pool2d/pairs-01/integers-float32
    taking NHWC for NCHW, going in and coming out
convolutions/stride-swapped conv2d/same-indivisible/reals-float32
    reading stride [3, 2] as [w, h]
convolutions/stride-ignored conv2d/everything/integers-float32
    ignoring stride [2, 2]
convolutions/dilation-swapped conv2d/everything/integers-float32
    reading dilation [1, 2] as [w, h]
convolutions/last-tap-dropped conv2d/plain/reals-float64
    leaving out tap [2, 4] of w
conv2d/last-channel-dropped conv2d/plain/integers-float32
    leaving out input channel 3 of w
convolutions/channels-reversed conv2d/everything/integers-float32
    flipping x along C
convolutions/shifted conv2d/plain/integers-float32
    moving all by one place along H
conv2d/last-column-missing conv2d/plain/integers-float32
    leaving out the last place along W
corr2d/last-window-skipped corr2d/rectangular/reals-float32
    leaving zeros in the last place along W
convolutions/bias-dropped conv2d/bias/reals-float32
    leaving out b
convolutions/bias-doubled conv2d/bias/integers-float32
    adding b twice
convolutions/bias-along-columns conv2d/bias/integers-float32
    adding b along W
convolutions/groups-interleaved conv2d/everything/integers-float32
    dealing the channels of x to the groups in turn
convolutions/outputs-interleaved conv2d/depthwise-multiplier/integers-float32
    dealing the output channels of the groups in turn
padding/same-lower-at-the-end conv2d/pairs-02/integers-float32
    taking padding 'same_lower' for 'same'
padding/same-without-stride conv2d/stride-beyond-kernel/integers-float32
    padding 'same' ([[0, 0], [0, 1]]) computed for stride 1
padding/ends-swapped conv2d/everything/reals-float32
    padding [[2, 1], [0, 3]] with its ends swapped
padding/axes-swapped conv2d/everything/integers-float32
    padding [[2, 1], [0, 3]] with rows and columns swapped
conv_transpose2d/output-padding-swapped conv_transpose2d/empty-rows/integers-float32
    reading output_padding [3, 2] as [w, h]
conv_transpose2d/same-by-symmetric-pads conv_transpose2d/same-odd/integers-float32
    taking padding 'same' for 'same_lower'
pad2d/reflect-is-symmetric pad2d/reflect-widest/reals-float32
    taking mode 'reflect' for 'symmetric'
pad2d/value-ignored pad2d/four-sides/integers-float32
    ignoring value -1.5
pools/kernel-swapped max_pool2d/plain/integers-float32
    reading kernel_size [3, 2] as [w, h]
pools/stride-one-by-default avg_pool2d/plain/integers-float32
    stride 1 by default
pools/ceil-always max_pool2d/plain/integers-float32
    taking ceil_mode for True
max_pool2d/padded-with-zeros max_pool2d/unequal-pads/integers-float32
    padding with zeros, which win over negative pixels
avg_pool2d/pads-always-count avg_pool2d/unequal-pads/reals-float32
    taking count_include_pad for True
upsample2d/scale-swapped upsample2d/nearest/integers-float32
    reading scale [2, 3] as [w, h]
upsample2d/corners-always-aligned upsample2d/bilinear-2/reals-float32
    taking align_corners for True
flatten/channels-last flatten/channels-first/integers-float32
    reshaping x from NHWC to NCHW where it must be transposed
learn_kernel/mean-for-sum learn_kernel/edges/reals-float32
    taking loss 'sum' for 'mean'
training/loss-after-the-update learn_kernel/edges/reals-float32
    computing the loss after each update
training/factor-two-missing learn_kernel/edges/reals-float32
    steps of half the size: the derivative lacks a factor of 2
lenet5/logits-before-training lenet5/step/reals-float32
    returning the logits from before the training
lenet5/loss-summed lenet5/step/reals-float32
    summing the loss over the batch
""")
# The same of a gradient.
GRADIENTS = table("""
convolutions-gradient/x-by-the-flipped-kernel conv2d/plain/integers-float32
    x: flipping w along H and W (the kernel is convolved, not correlated)
convolutions-gradient/w-flipped conv2d/plain/reals-float32
    w: flipping the right result along H and W
convolutions-gradient/w-averaged conv2d/plain/integers-float32
    w: a factor of 1/2
convolutions-gradient/w-missing conv2d/plain/integers-float32
    w: returning zeros
pad2d-gradient/of-constant pad2d/reflect-widest/reals-float32
    x: taking mode 'reflect' for 'constant'
avg_pool2d-gradient/divisor-is-the-area avg_pool2d/unequal-pads/reals-float32
    x: taking count_include_pad for True
""")
# Of arithmetic the whole sentence. HALF: float16 has as many digits as TensorFloat-32.
HALF = "float16 or TensorFloat-32"
ARITHMETIC = table("""
arithmetic/tf32-operands conv2d/many-terms/reals-float32
    output y has the errors of the inputs rounded to HALF, with finer sums (correlation 1.000)
arithmetic/bfloat16-operands conv_transpose2d/plain/reals-float32
    output y has the errors of the inputs rounded to bfloat16, with finer sums (correlation 1.000)
arithmetic/tf32-gradients conv2d/plain/reals-float32
    gradient for x has the errors of the inputs rounded to HALF, with finer sums (correlation 1.000)
arithmetic/float16-sums conv2d/plain/reals-float32
    output y holds only values of HALF, with more than one rounding: it is computed in HALF
arithmetic/float16-result conv2d/plain/reals-float32
    output y holds only values of HALF, each the truth rounded once: the result is stored in HALF
arithmetic/float64-in-float32 conv2d/plain/reals-float64
    output y holds only values of float32, with more than one rounding: it is computed in float32
arithmetic/float32-becomes-float64 conv2d/plain/reals-float32
    output y has the right values, only its dtype is wrong
""")


def diagnose(case, wanted, outputs, gradients=None) -> str:
    """The sentence alone."""
    return module.diagnose(case, wanted, outputs, gradients).sentence


@pytest.fixture(scope="module")
def wrong():
    """The result of the NumPy backend for a case, with a mistake planted."""
    numpy = Backend("numpy", FOLDER / "numpy" / "adapter.py", Path(sys.executable))
    with Supervisor(mistaken(numpy)) as supervisor:

        def result(mutant: str, case: str) -> Result:
            supervisor.renew(planting(supervisor.backend, mutant))
            return judged(
                CASES[case],
                "numpy",
                supervisor.answer(CASES[case], truth(CASES[case]).cotangent),
                truth(CASES[case]),
                None,
            )

        yield result


@pytest.mark.parametrize(("mutant", "case", "words"), WIRING)
def test_a_mistake_in_wiring_is_named(wrong, mutant, case, words):
    found = wrong(mutant, case).diagnosis.sentence
    assert found.startswith("output ")
    assert words in found.partition(" equals what comes of ")[2].split(", or of ")


@pytest.mark.parametrize(("mutant", "case", "words"), GRADIENTS)
def test_a_mistake_in_a_gradient_is_named(wrong, mutant, case, words):
    name, words = words.split(": ")
    title, _, phrases = wrong(mutant, case).diagnosis.sentence.partition(" equals what comes of ")
    assert title == f"gradient for {name}"
    assert words in phrases.split(", or of ")


@pytest.mark.parametrize(("mutant", "case", "sentence"), ARITHMETIC)
def test_another_precision_is_named(wrong, mutant, case, sentence):
    assert wrong(mutant, case).diagnosis.sentence == sentence.replace("HALF", HALF)


NAMED = ["conv2d/everything", "conv_transpose2d/everything", "avg_pool2d/ceil-padded-included", "upsample2d/aligned"]


@pytest.mark.parametrize("name", NAMED)
def test_whatever_comes_of_a_mistake_is_explained(name):
    """Of several mistakes that come to the same, three are named at most; so one of them must be."""
    case = CASES[f"{name}/reals-float32"]
    wanted = truth(case)
    model = Model(case, wanted)
    explained = 0
    for one in input_mistakes(model.operator, model.arrays, model.attrs):
        try:
            found = model.outputs(one.arrays, one.attrs)["y"].astype("float32")
        except ValueError:
            continue
        verdict = judged(case, "planted", {"outcome": "computed", "outputs": pack_all({"y": found})}, wanted, None)
        if verdict.verdict.outcome == "differs":
            explained += 1
            assert " equals what comes of " in diagnose(case, wanted, {"y": found}), one.phrase
    assert explained > 5


CHANGES = [
    ("conv2d/plain/integers-float32", lambda y: y * 1.001, "a factor of 1.001"),
    ("conv2d/plain/integers-float32", lambda y: y / 24, "a factor of 1/24"),
    ("conv2d/plain/reals-float32", lambda y: -3 * y, "a factor of -3"),
    ("conv2d/bias/reals-float32", lambda y: np.maximum(y, 0), "setting negative results to 0 (a ReLU)"),
]


@pytest.mark.parametrize(("name", "change", "words"), CHANGES)
def test_what_was_done_to_the_right_result_is_named(name, change, words):
    wanted = truth(CASES[name])
    y = change(wanted.outputs["y"].value).astype("float32")
    assert diagnose(CASES[name], wanted, {"y": y}) == f"output y equals what comes of {words}"


def foretold(name, **changed):
    """What the specification gives for other attributes or inputs."""
    case = CASES[name]
    wanted = truth(case)
    model = Model(case, wanted)
    attrs = {key: value for key, value in changed.items() if key in model.attrs}
    arrays = {key: value for key, value in changed.items() if key in model.arrays}
    found = model.outputs({**model.arrays, **arrays}, {**model.attrs, **attrs})
    return diagnose(case, wanted, {key: one.astype(case.dtype) for key, one in found.items()})


def test_whole_numbers_may_become_fractions():
    words = "output y equals what comes of taking mode 'nearest' for 'bilinear'"
    assert foretold("upsample2d/nearest/integers-float32", mode="bilinear") == words
    assert foretold("upsample2d/nearest/reals-float32", mode="bilinear") == words


@pytest.mark.parametrize("tier", ["integers", "reals"])
@pytest.mark.parametrize(("factor", "words"), [(0, "leaving out"), (2, "counting twice"), (-1, "negating")])
def test_one_wrong_weight_is_found(tier, factor, words):
    name = f"conv2d/plain/{tier}-float32"
    w = CASES[name].inputs["w"].astype(float)
    w[2, 1, 0, 3] *= factor
    assert foretold(name, w=w) == f"output y equals what comes of {words} one weight of w, [2, 1, 0, 3]"


def test_special_values_hide_no_mistake():
    name = "special/conv2d/nan-image"
    (case,) = (case for case in special_values.cases() if case.id == name)
    wanted = truth(case)
    model = Model(case, wanted)
    y = model.outputs({**model.arrays, "w": np.flip(model.arrays["w"], (2, 3))}, model.attrs)["y"]
    assert np.isnan(y).any()
    assert "flipping w along H and W" in diagnose(case, wanted, {"y": y.astype("float32")})


def test_a_gradient_that_ignores_the_cotangent_is_named():
    case = CASES["avg_pool2d/plain/integers-float32"]
    wanted = truth(case)
    model = Model(case, wanted)
    right = {name: one.value.astype("float32") for name, one in wanted.outputs.items()}
    found = model.gradients(model.arrays, model.attrs, np.ones_like(model.cotangent))["x"].astype("float32")
    words = "gradient for x equals what comes of ones in the place of the cotangent"
    assert diagnose(case, wanted, right, {"x": found}) == words


def test_learning_that_starts_from_the_flipped_kernel_is_named():
    case = CASES["learn_kernel/edges/reals-float32"]
    words = "output losses equals what comes of starting from the flipped kernel"
    assert foretold(case.id, w=np.flip(case.inputs["w"].astype(float))) == words


def test_one_missing_product_is_found():
    case = CASES["conv2d/plain/reals-float64"]
    wanted = truth(case)
    x, w = case.inputs["x"], case.inputs["w"]
    for factor, words in ((-1, "lacks"), (1, "has twice"), (-2, "has with the wrong sign")):
        y = wanted.outputs["y"].value.copy()
        y[0, 1, 2, 3] += factor * x[0, 3, 2 + 1, 3 + 4] * w[1, 3, 1, 4]
        found = diagnose(case, wanted, {"y": y})
        assert found == f"output y {words} one product of its sum at [0, 1, 2, 3], that of w[1, 3, 1, 4]"


def test_the_diagnosis_is_in_the_message_and_in_the_row(wrong):
    result = wrong("convolutions/kernel-upside-down", "conv2d/plain/integers-float32")
    line = row(result)
    assert line["diagnosis"] == "output y equals what comes of flipping w along H"
    assert line["causes"] == ["equals what comes of flipping w along H"]
    assert line["message"] == f"{result.verdict.why}; {line['diagnosis']}"


# ---- one mistake, many cases ---------------------------------------------------------------------

TOLD = {  # a case, a mistake in it, and the cause without the values of the case
    "reading stride as [w, h]": ("conv2d/same-indivisible/reals-float32", {"stride": (2, 3)}),
    "padding with its ends swapped": ("conv2d/everything/reals-float32", {"padding": ((1, 2), (3, 0))}),
    "padding 'same' computed for stride 1": ("conv2d/pairs-11/reals-float32", {"padding": "same_lower"}),
    "ignoring value": ("pad2d/four-sides/reals-float32", {"value": 0.0}),
    "taking loss 'sum' for 'mean'": ("learn_kernel/edges/reals-float32", {"loss": "mean"}),
}


def changed(name, **attrs) -> tuple:
    """Case, truth and what comes of other attributes."""
    case = CASES[name]
    wanted = truth(case)
    model = Model(case, wanted)
    found = model.outputs(model.arrays, {**model.attrs, **attrs})
    return case, wanted, {key: one.astype(case.dtype) for key, one in found.items()}


@pytest.mark.parametrize("cause", TOLD)
def test_a_cause_is_told_without_the_values_of_the_case(cause):
    name, attrs = TOLD[cause]
    assert f"equals what comes of {cause}" in module.diagnose(*changed(name, **attrs)).causes


def flipped(name) -> tuple:
    case = CASES[name]
    wanted = truth(case)
    model = Model(case, wanted)
    y = model.outputs({**model.arrays, "w": np.flip(model.arrays["w"], (2, 3))}, model.attrs)["y"]
    return case, wanted, {"y": y.astype(case.dtype)}


AMBIGUOUS, CLEAR = "conv2d/whole-image/reals-float32", "conv2d/plain/reals-float32"
FLIPPED = "equals what comes of flipping w along H and W (the kernel is convolved, not correlated)"


def test_what_explained_one_result_is_tried_first_and_settles_the_next(monkeypatch):
    memory = Memory()
    assert len(module.diagnose(*flipped(AMBIGUOUS)).causes) > 1
    assert module.diagnose(*flipped(CLEAR), memory=memory).causes == (FLIPPED,)
    assert module.diagnose(*flipped(AMBIGUOUS), memory=memory).causes == (FLIPPED,)
    assert memory.causes == {FLIPPED: 2}
    monkeypatch.setattr(module, "_unlikely", lambda *arguments: pytest.fail("searched"))
    assert module.diagnose(*flipped("conv2d/bias/reals-float32"), memory=memory).causes == (FLIPPED,)


def test_another_mistake_is_found_all_the_same():
    memory = Memory()
    module.diagnose(*flipped(CLEAR), memory=memory)
    other = changed("conv2d/same-indivisible/reals-float32", stride=(2, 3))
    assert module.diagnose(*other, memory=memory).causes == ("equals what comes of reading stride as [w, h]",)


def test_once_the_arithmetic_was_at_fault_it_is_looked_at_first(wrong, monkeypatch):
    memory = Memory(arithmetic=True)
    monkeypatch.setattr(
        module, "_fitting", lambda candidates, most: [] if not list(candidates) else pytest.fail("searched")
    )
    found = wrong("arithmetic/tf32-operands", "conv2d/plain/reals-float32")
    said = module.diagnose(found.case, found.truth, found.outputs, found.gradients, memory)
    assert said.causes == (f"has the errors of the inputs rounded to {HALF}, with finer sums",)


def test_when_patience_is_at_an_end_only_what_is_known_is_tried(monkeypatch):
    memory = Memory(seconds=module.PATIENCE)
    assert module.diagnose(*flipped(CLEAR), memory=memory) == Diagnosis()
    memory.causes[FLIPPED] = 1
    assert module.diagnose(*flipped(CLEAR), memory=memory).causes == (FLIPPED,)


def test_searching_takes_time_from_the_patience():
    memory = Memory()
    module.diagnose(*flipped(CLEAR), memory=memory)
    assert memory.seconds > 0


def test_the_results_of_a_backend_share_their_memory(planted, conv):
    cases = [conv(f"case-{number}", marked=True, gradient=False) for number in range(3)]
    run = Run(cases, [planted("on_marked", "flipped"), planted("on_marked", name="right")])
    assert {result.diagnosis.sentence for result in run.results() if result.status == "fail"} == {
        "output y equals what comes of flipping the right result along W"
    }
    assert run.memories["on_marked"].causes == {"equals what comes of flipping the right result along W": 3}
    assert run.memories["right"] == Memory()
