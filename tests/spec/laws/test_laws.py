"""The references obey every law, every law notices what is planted for it, and bounds add up."""

import numpy as np
import pytest

from harness.laws.asker import Asker, Bounds
from harness.laws.trial import attempt
from spec import operators
from spec.laws import Reading, laws
from spec.laws.law import combine, concatenate, inner, reading
from tests.spec.laws import faults as law_faults
from tests.spec.laws.references import by_reference

HOLDS = ("exact", "close")
BOUNDS = Bounds()


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

    tiers = {name: {one for _, one in laws()[name].trials()} for name in fault.noticed}
    assert all(tiers.values())
    for name in (one for one in fault.noticed if tier in tiers[one]):  # whole numbers make no exponential exact
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
