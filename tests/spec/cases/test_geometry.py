"""Sizes are crossed with attributes by construction, and the cases of every row reach what the row says."""

import dataclasses

import pytest

from spec import operators
from spec.cases import geometry

PLANNED = [operator for operator in operators().values() if operator.plan]


def sized(operator):
    return [case for case in operator.cases() if "/sizes-" in case.id]


@pytest.mark.parametrize("operator", PLANNED, ids=lambda operator: operator.name)
def test_every_threshold_meets_every_choice_and_every_other_threshold(operator):
    cases = sized(operator)
    occurring, possible = geometry.coverage(operator, cases)
    assert occurring == possible > 100
    for case in cases:
        others = [one for one in cases if one is not case]
        assert geometry.coverage(operator, others)[0] < possible, f"{case.id} covers nothing of its own"


@pytest.mark.parametrize("operator", PLANNED, ids=lambda operator: operator.name)
def test_every_threshold_is_reached_and_named(operator):
    cases = sized(operator)
    for name, thresholds in operator.plan.sizes.items():
        reached = [case for case in cases if geometry.measured(operator, case).get(name, 0) >= thresholds[-1]]
        assert reached, f"no case reaches {name} {thresholds[-1]}"
        assert any(f"{name} {thresholds[-1]}" in case.why for case in reached), name


def test_convolutions_reach_what_implementations_block_by():
    sizes = operators()["conv2d"].plan.sizes
    for name, beyond in {"batch": 3, "channels": 64, "outputs": 9, "groups": 4, "columns": 16}.items():
        assert max(sizes[name]) > beyond, name
    assert max(sizes["kernel rows"]) >= 7
    assert max(sizes["dilation columns"]) >= 3
    assert max(sizes["stride rows"]) >= 6


def test_a_pair_that_no_row_has_is_seen():
    operator = operators()["conv2d"]
    small = [case for case in sized(operator) if geometry.measured(operator, case)["channels"] < 65]
    occurring, possible = geometry.coverage(operator, small)
    assert occurring < possible


def test_no_row_costs_more_than_the_limit():
    for operator in PLANNED:
        plan = operator.plan
        for row in geometry.cover(operator).rows:
            assert plan.products(row, plan.shapes(row, plan.attrs(row))) <= plan.limit, (operator.name, row)


def test_what_nothing_accepts_is_no_pair():
    """Where the limit leaves nothing, there is nothing to cover."""
    operator = operators()["conv2d"]
    none = dataclasses.replace(operator, plan=dataclasses.replace(operator.plan, limit=0))
    assert geometry.coverage(none, operator.cases()) == (0, 0)
