"""The references obey every law, every law notices what is planted for it, and the bounds are carried rightly."""

import dataclasses

import numpy as np
import pytest

from harness.laws.asker import Asker, Bounds, NoAnswer, draw
from harness.laws.trial import attempt, compare_sides
from spec import operators
from spec.core import as_tuple, canonical, convert_images
from spec.laws import Reading, laws
from spec.laws.law import combine, concatenate, inner, reading
from spec.numerics import gradient
from tests.spec.laws import faults as law_faults

HOLDS = ("exact", "close")
BOUNDS = Bounds()


def by_reference(case, cotangent, operator=None):
    """Outputs and gradients as a backend would answer them, from the reference in the dtype of the case."""
    operator = operator or operators()[case.op]
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    if cotangent is None:
        values = as_tuple(operator.reference(*(arrays[name] for name in operator.inputs if name in arrays), **attrs))
        named = zip(operator.outputs, values)
        return {name: convert_images(operator, name, y, "NCHW", case.layout) for name, y in named}, {}
    wide = {name: array.astype(np.float64) for name, array in arrays.items()}
    slopes = gradient.pullback(operator, wide, attrs, cotangent.astype(np.float64))
    return {}, {name: slope.astype(case.dtype) for name, slope in slopes.items()}


def outcomes(law, compute):
    """(geometry, tier) -> outcome and message."""
    asker = Asker(compute, BOUNDS)
    found = {trial: attempt(law, *trial, asker) for trial in law.trials()}
    assert found, "a law without trials holds whatever is true"
    return found


@pytest.mark.parametrize("name", laws())
def test_the_references_obey(name):
    for trial, (outcome, ratio, message, _) in outcomes(laws()[name], by_reference).items():
        assert outcome in HOLDS, f"{trial}: {message}"
        assert ratio <= 0.5, trial
        assert trial[1] == "reals" or outcome == "exact", trial


@pytest.mark.parametrize("fault", law_faults.FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("tier", ["integers", "reals"])
def test_a_planted_fault_is_noticed(fault, tier):
    wrong = fault.operator()

    def compute(case, cotangent):
        return by_reference(case, cotangent, wrong if case.op == fault.op else None)

    for name in fault.noticed:
        found = [outcome for trial, (outcome, *_) in outcomes(laws()[name], compute).items() if trial[1] == tier]
        assert "differs" in found, f"{name} does not notice it"


@pytest.mark.parametrize("name", law_faults.MISREADINGS)
def test_a_misread_layout_is_noticed(name):
    misread = law_faults.MISREADINGS[name]
    found = outcomes(laws()[name], lambda case, cotangent: by_reference(misread(case), cotangent))
    assert {trial[1] for trial, (outcome, *_) in found.items() if outcome == "differs"} == {"integers", "reals"}


def test_every_law_has_a_fault_that_it_notices():
    noticed = {name for fault in law_faults.FAULTS for name in fault.noticed} | set(law_faults.MISREADINGS)
    assert noticed == set(laws())


def test_arithmetic_of_lower_precision_is_noticed():
    def compute(case, cotangent):
        outputs, gradients = by_reference(case, cotangent)
        return {name: y.astype(np.float16).astype(y.dtype) for name, y in outputs.items()}, gradients

    found = outcomes(laws()["linear-in-the-image"], compute)
    assert found["conv2d", "reals"][0] == "differs"


@pytest.mark.parametrize("name", laws())
def test_a_law_says_what_it_is(name):
    law = laws()[name]
    assert law.sentence[0].isupper()
    assert law.sentence.endswith(".")
    assert "=" in law.formula
    assert law.operators
    assert set(law.operators) <= set(operators())


def test_a_law_names_the_operators_that_it_asks():
    for law in laws().values():
        asked = set()

        def compute(case, cotangent, asked=asked):
            asked.add(case.op)
            return by_reference(case, cotangent)

        outcomes(law, compute)
        assert asked == set(law.operators), law.name


def test_every_operator_but_the_whole_network_has_a_law():
    assert {op for law in laws().values() for op in law.operators} == set(operators()) - {"lenet5"}


# What laws are made of


def test_bounds_add_up():
    one, other = (
        Reading(np.array([2.0, -3.0]), np.array([0.5, 0.25])),
        Reading(np.array([4.0, 1.0]), np.array([1.0, 2.0])),
    )
    assert (one + other).bound.tolist() == [1.5, 2.25]
    assert (one - other).value.tolist() == [-2, -4]
    assert (one - other).bound.tolist() == [1.5, 2.25]
    assert (one * -2.0).bound.tolist() == [1, 0.5]
    assert (np.array([1.0, 1.0]) + one).value.tolist() == [3, -2]
    # (2 + .5) * (4 + 1) - 2 * 4 = 4.5; (3 + .25) * (1 + 2) - 3 * 1 = 6.75
    assert (one * other).bound.tolist() == [4.5, 6.75]
    assert inner(one, np.array([-3.0, 2.0])).bound == 2
    assert combine("oi,i->o", np.array([[1.0, -1.0]]), one).bound.tolist() == [0.75]
    assert concatenate([one, other], 0).bound.tolist() == [0.5, 0.25, 1, 2]


def test_rounding_is_added_to_the_bound():
    third = reading(np.array([1 / 3])).rounded(np.dtype(np.float32))
    assert third.value.dtype == np.float32
    assert third.bound[0] == abs(float(np.float32(1 / 3)) - 1 / 3) > 0


def test_an_open_input_widens_the_output():
    asker = Asker(by_reference, BOUNDS)
    asker.start("law/test/plain/reals-float32", "reals")
    x, w = asker.draw("x", (1, 2, 4, 5)), asker.draw("w", (3, 2, 2, 2))
    plain = asker("conv2d", {}, x=x, w=w)
    wider = asker("conv2d", {}, x=Reading(x, np.full(x.shape, 0.25)), w=w)
    grown = 0.25 * abs(w.astype(np.float64)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(wider.bound - plain.bound, np.broadcast_to(grown[:, None, None], plain.shape))


def test_real_data_can_be_summed_exactly_but_not_multiplied():
    one, other = (draw(name, "reals", (1000,)) for name in ("one", "other"))
    wide = one.astype(np.float64), other.astype(np.float64)
    assert np.array_equal(2 * one - 3 * other, 2 * wide[0] - 3 * wide[1])
    assert np.mean(one * other == wide[0] * wide[1]) < 0.1


@pytest.mark.parametrize(
    ("left", "right", "bound", "exactly", "outcome"),
    [
        (1.0, 1.0, 0.0, True, "exact"),
        (1.0, 1.5, 0.5, False, "close"),
        (1.0, 1.5, 0.5, True, "differs"),
        (1.0, 1.5, 0.49, False, "differs"),
        (1.0, 1.0000001, 0.0, False, "differs"),
        (1.0, np.nan, 0.5, False, "differs"),
        (np.nan, np.nan, 0.5, False, "differs"),
        (np.inf, 1.0, 0.5, False, "differs"),
    ],
)
def test_sides_are_compared(left, right, bound, exactly, outcome):
    found = compare_sides(Reading(np.array([0.0, left]), np.array([0.0, bound])), np.array([0.0, right]), exactly)
    assert found[0] == outcome
    assert outcome != "differs" or "element [1]" in found[2]


def test_sides_of_other_shapes_or_without_elements_are_no_law():
    for left, right in ((np.zeros(3), np.zeros((3, 1))), (np.zeros(0), np.zeros(0))):
        with pytest.raises(ValueError, match="cannot be compared"):
            compare_sides(left, right, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: y[:, :, 1:], "shape"),
        (lambda y: y.astype(np.float64), "dtype"),
        (None, "returned no y"),
    ],
)
def test_an_answer_of_another_form_is_refused(change, message):
    def compute(case, cotangent):
        y = by_reference(case, cotangent)[0]["y"]
        return ({"y": change(y)} if change else {}), {}

    asker = Asker(compute, BOUNDS)
    asker.start("law/test/plain/reals-float32", "reals")
    with pytest.raises(NoAnswer, match=message) as caught:
        asker("conv2d", {}, x=asker.draw("x", (1, 1, 3, 3)), w=asker.draw("w", (1, 1, 2, 2)))
    assert caught.value.outcome == "differs"


def test_a_question_that_the_specification_refuses_is_a_mistake_of_the_law():
    asker = Asker(by_reference, BOUNDS)
    asker.start("law/test/plain/reals-float32", "reals")
    with pytest.raises(ValueError, match="larger than"):
        asker("conv2d", {}, x=asker.draw("x", (1, 1, 3, 3)), w=asker.draw("w", (1, 1, 4, 2)))


def test_equal_questions_are_asked_once():
    asked = []

    def compute(case, cotangent):
        asked.append(dataclasses.astuple(case)[1])
        return by_reference(case, cotangent)

    asker = Asker(compute, BOUNDS)
    for _ in range(2):
        attempt(laws()["flipping"], "plain", "reals", asker)
    assert sorted(asked) == ["convolve2d", "corr2d"]
