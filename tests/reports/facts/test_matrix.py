"""The summary matrix: what is counted in a cell, and whose ratios are the worst."""

import pytest

from reports.facts.matrix import failures, matrix, ratio
from reports.facts.run import framework_share
from tests.reports.conftest import line


def test_the_worst_ratios_are_of_what_passed_alone():
    rows = [
        line("conv2d/a", "torch", "close", bound_ratio=0.25, rms_ratio=0.5, grad_bound_ratio={"x": 0.375}),
        line("conv2d/b", "torch", "close", bound_ratio=0.125, grad={"x": "close"}, grad_rms_ratio={"x": 0.75}),
        line("conv2d/c", "torch", "differs", "fail", bound_ratio=7.0, rms_ratio="inf"),
        line(
            "conv2d/d", "torch", "differs", "known", bound_ratio="inf", rms_ratio=9.0, grad={"x": "exact", "w": "exact"}
        ),
    ]
    cell = matrix(rows)["conv2d"]["torch"]
    assert (cell.worst_bound, cell.worst_rms, cell.gradients) == (0.375, 0.75, 3)
    assert dict(cell.statuses) == {"pass": 2, "fail": 1, "known": 1}
    assert dict(cell.outcomes) == {"close": 2, "differs": 2}


def test_operators_are_in_the_order_of_their_names_and_backends_apart():
    found = matrix([line("pad2d/a", "torch"), line("conv2d/a", "torch"), line("conv2d/a", "jax")])
    assert list(found) == ["conv2d", "pad2d"]
    assert set(found["conv2d"]) == {"torch", "jax"}


def test_failures_come_backend_by_backend():
    rows = [line("b", "torch", "differs", "fail"), line("a", "torch"), line("c", "jax", "differs", "fail")]
    assert [(row["backend"], row["case"]) for row in failures(rows)] == [("jax", "c"), ("torch", "b")]


@pytest.mark.parametrize(("value", "text"), [(0.0, ""), (0.123, "0.12"), (3400.0, "3.4e+03")])
def test_a_ratio_is_short_and_none_where_there_is_no_error(value, text):
    assert ratio(value) == text


@pytest.mark.parametrize(
    ("wall", "jobs", "inside", "share"), [(2.0, 2, 1.0, 0.25), (1.0, 1, 5.0, 1.0), (0.0, 2, 1.0, 0.0)]
)
def test_the_share_of_the_frameworks_is_a_share(wall, jobs, inside, share):
    run = {"jobs": jobs, "times": {"wall_seconds": wall, "framework_seconds": inside}}
    assert framework_share(run) == share
