"""Nothing is said of right results, of noise, and of what cannot be compared."""

import numpy as np
import pytest

from backends.instead import Rounds
from backends.known import Known
from harness.diagnosis import search
from harness.diagnosis.search import LARGE, Diagnosis, diagnose
from harness.judging.ledger import Ledger
from harness.judging.oracle import truth
from harness.running.result import judged
from harness.running.row import row
from harness.workers.wire import pack_all
from spec import operators
from spec.cases import special_values

ZEROS = {"x": np.zeros((1, 2, 9, 9), "float32"), "w": np.ones((3, 2, 2, 3), "float32")}
CASES = {case.id: case for operator in operators().values() for case in operator.cases()}
ORDINARY = [case for case in CASES.values() if case.expect == "value" and case.op != "lenet5"]


def test_right_results_and_noise_are_not_explained(rng):
    for number, case in enumerate(ORDINARY[:: max(len(ORDINARY) // 60, 1)]):
        wanted = truth(case)
        right = {name: one.value.astype(case.dtype) for name, one in wanted.outputs.items()}
        slopes = {name: one.value.astype(case.inputs[name].dtype) for name, one in wanted.gradients.items()}
        assert diagnose(case, wanted, right, slopes) == Diagnosis(), case.id
        if sum(array.size for array in right.values()) < 12:
            continue
        size = (1e-4, 1e-2, 1.0, 100.0)[number % 4]
        noisy = {name: _noise(array, size, rng) for name, array in right.items()}
        assert diagnose(case, wanted, noisy, slopes) == Diagnosis(), (case.id, size)
        strange = {name: rng.standard_normal(array.shape).astype(array.dtype) for name, array in right.items()}
        assert diagnose(case, wanted, strange, slopes) == Diagnosis(), case.id


def _noise(array, size, rng):
    scale = float(np.nanmax(abs(array[np.isfinite(array)].astype(float)), initial=1e-30))
    return (array.astype(float) + size * scale * rng.standard_normal(array.shape)).astype(array.dtype)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("shape", [(), (0,), (7,), (1, 2, 3), (2, 6, 6, 7, 1), (3, 2, 1, 1)])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "float16"])
def test_ones_of_any_shape_and_dtype_say_nothing(shape, dtype):
    for name in ("conv2d/everything", "max_pool2d/plain", "flatten/channels-first", "corr2d/outputs"):
        case = CASES[f"{name}/integers-float32"]
        assert diagnose(case, truth(case), {"y": np.ones(shape, dtype)}) == Diagnosis()


def test_large_results_are_left_alone(conv):
    x = np.zeros((1, 1, 400, 300), "float32")
    case = conv(inputs={"x": x, "w": np.ones((1, 1, 1, 1), "float32")})
    assert x.size > LARGE
    assert diagnose(case, truth(case), {"y": x + 1}) == Diagnosis()


@pytest.mark.parametrize("name", ["plain", "single-pixel", "whole-image", "zeros"])
def test_one_more_in_a_whole_number_says_nothing(name, conv):
    """Some product is always 1."""
    case = CASES[f"conv2d/{name}/integers-float32"] if name != "zeros" else conv(inputs=ZEROS)
    for place in range(0, truth(case).outputs["y"].value.size, 10):
        y = truth(case).outputs["y"].value.astype("float32")
        y.flat[place] += 1
        assert diagnose(case, truth(case), {"y": y}) == Diagnosis()


@pytest.mark.parametrize("name", ["conv2d/nan-image", "conv2d/gaps/nan-image", "max_pool2d/nan-image"])
def test_results_that_are_no_numbers_say_nothing(name):
    (case,) = (case for case in special_values.cases() if case.id == f"special/{name}")
    y = np.full(truth(case).outputs["y"].value.shape, np.nan, "float32")
    assert diagnose(case, truth(case), {"y": y}) == Diagnosis()


def wrong(case, monkeypatch, searching, ledger=None):
    """A result that differs, were `searching` the search for its cause."""
    monkeypatch.setattr("harness.running.result.diagnose", searching)
    wanted = truth(case)
    reply = {"outcome": "computed", "outputs": pack_all({"y": wanted.outputs["y"].value.astype("float32") + 1})}
    return judged(case, "planted", reply, wanted, ledger)


def test_a_search_that_fails_ends_no_run(conv, monkeypatch):
    result = wrong(conv(), monkeypatch, lambda *arguments: [][0])
    assert row(result)["diagnosis"] == "the search for a cause failed: IndexError: list index out of range"
    assert result.status == "fail"


def test_what_the_ledger_explains_is_not_searched(conv, monkeypatch):
    entry = Known("K1", ("conv2d",), "bug", "differs", lambda case: True, "what", "why", instead=Rounds(times=1e9))
    case = conv(gradient=False)
    result = wrong(case, monkeypatch, lambda *arguments: pytest.fail("searched"), Ledger((entry,), "2.1.0"))
    assert result.status == "known"
    assert "diagnosis" not in row(result)


def test_a_result_that_passes_is_not_searched(conv, monkeypatch):
    case = conv()
    wanted = truth(case)
    right = {name: one.value.astype("float32") for name, one in wanted.outputs.items()}
    slopes = {name: one.value.astype("float32") for name, one in wanted.gradients.items()}
    reply = {"outcome": "computed", "outputs": pack_all(right), "gradients": pack_all(slopes)}
    monkeypatch.setattr("harness.running.result.diagnose", lambda *arguments: pytest.fail("searched"))
    result = judged(case, "planted", reply, wanted, None)
    assert result.verdict.passed
    assert "diagnosis" not in row(result)


def test_a_group_of_alike_failures_is_given_up_when_nothing_explains_it(rng, monkeypatch):
    """Only what explained others is still tried, and other groups are still searched."""
    searched = []
    monkeypatch.setattr(search, "_unlikely", lambda model, *_: searched.append(model.case.id) or [])
    memory = search.Memory()
    cases = [case for case in ORDINARY if case.op == "pad2d" and case.id.endswith("integers-float32")]
    group = [case for case in cases if case.layout == "NCHW"][: search.VAIN + 3]
    (other,) = [case for case in cases if case.layout == "NHWC"][:1]
    for case in [*group, other]:
        wanted = truth(case)
        noisy = {name: _noise(one.value.astype("float32"), 1.0, rng) for name, one in wanted.outputs.items()}
        assert diagnose(case, wanted, noisy, None, memory) == Diagnosis()
    assert searched == [case.id for case in [*group[: search.VAIN], other]]
