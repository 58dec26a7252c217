"""Determinism: a planted reason for other bits is named, and no other; what cannot be computed is said."""

import dataclasses
import json
import sys

import numpy as np
import pytest

from harness.cli import main
from harness.commands import determinism
from harness.commands.determinism import QUESTIONS
from reports.facts.determinism import cell, rows, text
from spec import operators
from spec.core import Case

# Two threads are in another process, and images one by one are in later calls, each with a first element.
ALSO = {"processes": {"threads", "batch"}, "repeat": {"batch"}}


def three_images() -> Case:
    """Three images; outputs alone, as the planted adapter spoils these."""
    random = np.random.default_rng(1)
    inputs = {"x": random.standard_normal((3, 2, 5, 6)), "w": random.standard_normal((4, 2, 2, 3))}
    inputs = {name: array.astype("f4") for name, array in inputs.items()}
    return Case("conv2d/here", "conv2d", operators()["conv2d"].complete({}), inputs, gradient=False)


@pytest.fixture
def case() -> Case:
    return three_images()


def of(backends, asked) -> dict:
    return determinism.table(backends, asked, 2, 120.0, lambda name, step: None)


@pytest.mark.parametrize("reason", [*QUESTIONS, "nothing"])
def test_the_reason_is_found_and_no_other(planted, case, reason):
    data = of([planted("restless", reason)], [case])
    found = data["results"]["restless"]["conv2d"]
    changed = {question for question in QUESTIONS if not found[question]["same"]["y"]}
    assert changed == ({reason} if reason in QUESTIONS else set()) | ALSO.get(reason, set())
    for question in QUESTIONS:
        assert bool(found[question]["largest"]) == (question in changed)
    assert data["backends"]["restless"]["threads"] == [1, 1, 1, 2]
    assert json.loads(json.dumps(data)) == data


@pytest.fixture(scope="module")
def quiet(planted) -> dict:
    """What is found of a backend whose bits never change, and of one that cannot be started."""
    graded = determinism.with_cotangent(dataclasses.replace(three_images(), id="conv2d/graded", gradient=True))
    attrs = {**three_images().attrs, "groups": 7}
    refused = dataclasses.replace(three_images(), id="conv2d_layer/bad", op="conv2d_layer", attrs=attrs)
    return of([planted("at_start", "import", "lost"), planted("restless", "nothing")], [graded, refused])


def test_gradients_are_compared_too_and_only_those_with_images_by_batch(quiet):
    found = quiet["results"]["restless"]["conv2d"]
    assert list(found["processes"]["same"]) == list(found["threads"]["same"]) == ["dw", "dx", "y"]
    assert list(found["batch"]["same"]) == ["dx", "y"]
    assert all(all(found[question]["same"].values()) for question in QUESTIONS)


def test_a_backend_that_cannot_be_started_is_named(quiet):
    assert "libplanted" in quiet["backends"]["lost"]["problem"]
    assert list(rows(quiet)[0]["cells"]) == ["restless"]


def test_a_refused_case_is_no_answer(quiet):
    found = quiet["results"]["restless"]["conv2d_layer"]
    assert list(found["refused"]) == ["conv2d_layer/bad"]
    assert cell(found)["same"] is None
    assert text(cell(found)) == "–"


def test_every_operator_has_a_case_and_large_ones_more_images_than_one():
    asked = list(determinism.cases())
    assert {case.op for case in asked} == set(operators())
    assert [case.op for case in asked if case.id.endswith("/large")] == [
        name for name in operators() if name in determinism.LARGE
    ]
    for case in asked:
        assert case.dtype == np.float32
        assert (case.canonical_cotangent is not None) == bool(operators()[case.op].differentiable and case.gradient)
        if case.id.endswith("/large"):
            assert len(determinism.one_by_one(case)) == 8


def test_differences_are_of_bits_and_measured_against_the_largest_number():
    one = np.float32([[0.0, 4.0]])
    assert determinism.difference(one, one.copy()) is None
    assert determinism.difference(one, np.float32([[-0.0, 4.0]])) == 0
    assert determinism.difference(one, np.float32([[0.0, 3.0]])) == 0.25
    assert determinism.difference(one, one[0]) == np.inf
    nan = np.float32([[np.nan, 4.0]])
    assert determinism.difference(nan, nan.copy()) is None


@pytest.mark.parametrize(("does", "code"), [("", 0), ("conv2d = None", 1)])
def test_a_run_that_compares_nothing_gives_1(does, code, tmp_path, case, monkeypatch):
    monkeypatch.setattr(determinism, "cases", lambda: [case])
    adapter = tmp_path / "adapter.py"
    adapter.write_text(f"from backends.numpy import adapter\n\nclass Adapter(adapter.Adapter):\n    {does or 'pass'}\n")
    backend = f"mine={adapter}@{sys.executable}"
    assert main(["determinism", "--backend", backend, "--out", str(tmp_path / "out"), "--jobs", "1"]) == code
