"""What a verdict comes to once the ledger was asked, and what a row keeps of it."""

import dataclasses
import json

import numpy as np
import pytest

from harness.judging.oracle import truth
from harness.judging.verdict import Comparison, Verdict
from harness.running.result import Result
from harness.running.row import Peers, arrays, row
from spec.outcomes import Outcome, Status


def made(conv, outcome, ledger=(), tried=True, passed=False, gradients=None) -> Result:
    output = Comparison(outcome, bound_ratio=0.25, rms_ratio=0.5)
    verdict = Verdict(outcome, "why", output, gradients or {}, passed=passed)
    outputs = {"y": np.ones(3, "float32")} if outcome in (Outcome.EXACT, Outcome.CLOSE, Outcome.DIFFERS) else {}
    return Result(conv(), "planted", verdict, {"outcome": "computed"}, outputs, ledger, tried)


@pytest.mark.parametrize(
    ("outcome", "ledger", "tried", "passed", "status"),
    [
        (Outcome.EXACT, (), True, True, Status.PASS),
        (Outcome.REJECTED, (), False, True, Status.PASS),
        (Outcome.DIFFERS, (), True, False, Status.FAIL),
        (Outcome.DIFFERS, ("entry",), True, False, Status.KNOWN),
        (Outcome.DIFFERS, ("entry",), False, False, Status.KNOWN),
        (Outcome.DIFFERS, (), False, False, Status.NEW),
        (Outcome.CRASHED, (), False, False, Status.NEW),
        (Outcome.UNSUPPORTED, ("entry",), True, False, Status.KNOWN),
        (Outcome.UNSUPPORTED, (), True, False, Status.FAIL),  # what a backend cannot express is declared
        (Outcome.NOT_RUN, (), True, False, Status.FAIL),
        (Outcome.NOT_RUN, (), False, False, Status.FAIL),  # no processor is to blame for a worker that did not start
    ],
)
def test_what_a_verdict_comes_to(conv, outcome, ledger, tried, passed, status):
    assert made(conv, outcome, ledger, tried, passed).status is status


@pytest.mark.parametrize(
    ("outcome", "ledger", "tried", "kept"),
    [
        (Outcome.EXACT, (), True, False),
        (Outcome.DIFFERS, (), True, True),
        (Outcome.DIFFERS, ("entry",), True, True),
        (Outcome.DIFFERS, (), False, True),
        (Outcome.REJECTED, (), True, False),  # there is nothing to keep
    ],
)
def test_the_arrays_of_whatever_did_not_pass_are_kept(conv, outcome, ledger, tried, kept):
    found = arrays(made(conv, outcome, ledger, tried, passed=outcome is Outcome.EXACT))
    assert set(found) == ({"input_x", "input_w", "output_y"} if kept else set())


def test_the_arrays_of_seeds_are_kept_and_the_truth_beside_an_output(conv):
    result = made(conv, Outcome.EXACT, passed=True)
    seed = dataclasses.replace(result, case=dataclasses.replace(result.case, id="seed/x"), truth=truth(result.case))
    assert set(arrays(seed)) == {"input_x", "input_w", "output_y", "truth_y"}


def test_what_passes_is_kept_where_another_backend_fails(conv):
    peers = Peers()
    right, wrong = made(conv, Outcome.EXACT, passed=True), made(conv, Outcome.DIFFERS)
    for result, case in ((right, "both"), (wrong, "both"), (right, "fine")):
        peers.add({**row(result), "case": case}, result)
    assert [(line["case"], set(kept)) for line, kept in peers.kept()] == [("both", {"output_y"})]


def test_a_row_has_the_attributes_and_the_shapes_of_its_case(conv):
    result = made(conv, Outcome.EXACT, passed=True)
    line = row(result)
    assert line["shapes"] == {name: list(array.shape) for name, array in result.case.inputs.items()}
    assert json.loads(json.dumps(line["attrs"])) == json.loads(json.dumps(dict(result.case.attrs)))


def test_an_infinite_attribute_can_be_stored(conv):
    result = made(conv, Outcome.EXACT, passed=True)
    case = dataclasses.replace(result.case, attrs={"value": float("-inf")})
    line = row(dataclasses.replace(result, case=case))
    assert json.dumps(line["attrs"], allow_nan=False) == '{"value": "-inf"}'


def test_each_ratio_of_a_gradient_is_its_own(conv):
    slopes = {
        "x": Comparison(Outcome.CLOSE, bound_ratio=0.125, rms_ratio=0.75),
        "w": Comparison(Outcome.DIFFERS, "w is off", bound_ratio=float("inf"), rms_ratio=2.0),
    }
    line = row(made(conv, Outcome.EXACT, gradients=slopes))
    assert line["grad"] == {"x": "close", "w": "differs"}
    assert line["grad_bound_ratio"] == {"x": 0.125, "w": "inf"}
    assert line["grad_rms_ratio"] == {"x": 0.75, "w": 2.0}
    assert (line["bound_ratio"], line["rms_ratio"]) == (0.25, 0.5)


def test_zeros_of_another_sign_are_counted_where_there_are_any(conv):
    one = made(conv, Outcome.EXACT, passed=True)
    assert "zero_signs" not in row(one)
    signs = dataclasses.replace(one.verdict, output=Comparison(Outcome.EXACT, zero_signs=3))
    assert row(dataclasses.replace(one, verdict=signs))["zero_signs"] == 3
