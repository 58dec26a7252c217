"""The scorecard: our rule refuses no correct sum and passes no fault; and the card itself counts rightly.

Emulated arithmetic only; the command adds the frameworks.
"""

import json

import numpy as np
import pytest

from harness.commands import scorecard
from harness.judging import oracle
from harness.scorecard import arithmetic
from harness.scorecard import data as samples
from harness.scorecard.arithmetic import CORRECT, FAULTY
from harness.scorecard.tolerances import OURS, RULES
from harness.scorecard.trial import Trial, count, emulated, expectations

HIDDEN = {  # what the rule cannot see, and why: see harness/commands/scorecard.py
    "float32": set(),
    "float16": {("bfloat16 operands", kind.__name__) for kind in samples.KINDS}
    | {("rounded twice", kind.__name__) for kind in samples.KINDS}
    | {("sign flipped", "ramps")},
}


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    questions = [(data, case, oracle.truth(case)) for data, case in samples.cases()]
    return [one for question in questions for one in emulated(*question)]


@pytest.fixture(scope="module")
def card(trials) -> dict:
    return scorecard.table(trials)


# ---- the gate ------------------------------------------------------------------------------------


def test_no_false_alarm(trials):
    correct = [one for one in trials if not one.faulty]
    assert len(correct) == 4 * 9 * (9 + 11)  # arrays, kinds of data, implementations in float32 and in float16
    assert [one for one in correct if OURS in one.refused] == []


@pytest.mark.parametrize("dtype", samples.SIZES)
def test_no_miss_but_what_is_hidden(trials, dtype):
    missed = [one for one in trials if one.dtype == dtype and one.faulty and one.wrong(OURS)]
    assert {(one.implementation, one.data) for one in missed} <= HIDDEN[dtype]
    assert len(missed) <= 11


def test_no_miss_in_float32_outputs(trials):
    """The figures without gradients: nothing is hidden there."""
    outputs = [one for one in trials if one.dtype == "float32" and one.array == "y"]
    assert count(outputs, OURS)["misses"] == 0
    assert count(outputs, OURS)["faulty"] > 50


def test_every_other_rule_is_wrong_more_often(card):
    for totals in card["totals"].values():
        wrong = {rule: found["false_alarms"] + found["misses"] for rule, found in totals.items()}
        assert all(wrong[OURS] < wrong[rule] / 5 for rule in RULES if rule != OURS), wrong


def test_every_fault_shows_somewhere_in_float32(card):
    for one in card["implementations"]:
        if one["faulty"] and one["dtype"] == "float32":
            assert one["tried"] == 36
            assert len(one["equivalent"]) <= 12, one["name"]


def test_in_float16_operands_of_eleven_bits_are_no_fault(card):
    equal = {one["name"]: len(one["equivalent"]) for one in card["implementations"] if one["dtype"] == "float16"}
    assert equal["TF32 operands"] == equal["float16 operands"] == 36


# ---- the card ------------------------------------------------------------------------------------


def test_the_sums_are_the_convolution_and_its_gradients():
    """left @ right in float64 is the truth, for every array; C, O, H unequal."""
    for _, case in samples.cases({"float32": (2, 4, 6, 5)}):
        expected = expectations(oracle.truth(case))
        for array, left, right, shaped in samples.sums(case):
            found = shaped(left.astype("f8") @ right.astype("f8"))
            assert found.shape == expected[array].value.shape
            assert np.allclose(found, expected[array].value, rtol=1e-12, atol=1e-12 * expected[array].scale.max())


@pytest.mark.parametrize("one", CORRECT, ids=lambda one: one.name)
def test_correct_arithmetic_is_exact_for_whole_numbers(one):
    random = np.random.default_rng(1)
    left, right = (random.integers(-3, 4, shape).astype(one.dtypes[0]) for shape in ((5, 37), (37, 6)))
    found = one.compute("y", left, right)
    assert found.dtype == left.dtype
    assert np.array_equal(found, (left.astype("f8") @ right.astype("f8")))


def test_correct_arithmetics_differ_from_each_other():
    """In float32; rounded once to float16 they mostly agree. BLAS sums in any of these ways, as the processor wants."""
    random = np.random.default_rng(1)
    left, right = (random.standard_normal(shape).astype("float32") for shape in ((5, 200), (200, 60)))
    found = [
        one.compute("y", left, right).tobytes() for one in CORRECT if "float32" in one.dtypes and one.name != "BLAS"
    ]
    assert len(set(found)) == len(found) == 8


def test_cut_rounds_to_nearest_even():
    found = arithmetic.cut(np.float32([1 + 2**-3, 1 + 3 * 2**-3, 1.2, -1.2, 0, 3e38]), 3)
    assert found.tolist()[:5] == [1.0, 1.5, 1.25, -1.25, 0.0]


def test_one_product_of_ten_thousand_is_flipped():
    left, right = np.ones((10, 100), "float32"), np.ones((100, 30), "float32")
    found = arithmetic.flipped(left, right)
    assert (found != 100).sum() == 3
    assert found.min() == 98


@pytest.mark.parametrize("array", ["y", "dx", "dw"])
def test_faults_of_the_kernel_are_those_of_a_changed_kernel(array):
    """Dropping the tap and swapping the axes of w give the arrays of a convolution with such a w."""
    _, case = next(samples.cases({"float32": (2, 4, 6, 5)}))
    w = case.inputs["w"].copy()
    parts = {name: rest for name, *rest in samples.sums(case)}
    left, right, shaped = parts[array]
    dropped, swapped = (next(one for one in FAULTY if one.name == name) for name in ("tap dropped", "kh, kw swapped"))
    found = [shaped(one.compute(array, left, right)) for one in (dropped, swapped)]
    if array == "dw":  # the gradient for the taps themselves
        wanted = expectations(oracle.truth(case))["dw"].value
        changed = [wanted.copy(), wanted.swapaxes(2, 3)]
        changed[0][:, :, 0, 1] = 0
    else:
        kernels = [w.copy(), w.swapaxes(2, 3).copy()]
        kernels[0][:, :, 0, 1] = 0
        changed = []
        for kernel in kernels:
            case.inputs["w"][:] = kernel
            changed.append(expectations(oracle.truth(case))[array].value)
        case.inputs["w"][:] = w
    for one, other in zip(found, changed):
        assert np.allclose(one, other, rtol=1e-4, atol=1e-4)


def test_counts_are_of_what_can_be_wrong():
    def of(faulty: bool, refused: bool, equivalent: bool = False) -> Trial:
        names = frozenset([OURS] if refused else [])
        return Trial("float32", "normal", "y", "some", faulty, names, 0.0, 0.0, equivalent)

    found = [of(False, False), of(False, True), of(True, True), of(True, False), of(True, False, True)]
    assert count(found, OURS) == {"false_alarms": 1, "correct": 2, "misses": 1, "faulty": 2}


@pytest.mark.parametrize(
    ("dtype", "kind", "failed"),
    [
        ("float32", "false_alarms", True),
        ("float32", "misses", True),
        ("float16", "false_alarms", True),
        ("float16", "misses", False),
    ],
)
def test_the_command_fails_where_our_rule_must_not_be_wrong(dtype, kind, failed):
    totals = {one: {OURS: {"false_alarms": 0, "misses": 0}} for one in ("float32", "float16")}
    assert not scorecard.failed(totals)
    totals[dtype][OURS][kind] = 1
    assert scorecard.failed(totals) == failed


def test_the_card_is_plain_data(card):
    assert json.loads(json.dumps(card, allow_nan=False)) == card


def test_a_framework_that_cannot_be_started_is_named(planted):
    _, case = next(samples.cases({"float32": (2, 4, 6, 5)}))
    backend = planted("no_such_file", name="lost")
    found = scorecard.framework(backend, 2, [("normal", case, oracle.truth(case))], 20.0)
    assert found.trials == []
    assert list(found.problems) == ["lost, 2 threads"]
