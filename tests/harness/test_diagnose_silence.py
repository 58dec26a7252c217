"""Nothing is said of right results, of noise, and of what cannot be compared."""

import numpy as np
import pytest

from harness.diagnose import LARGE, diagnose
from harness.oracle import truth
from harness.result import judged
from harness.store import row
from harness.wire import pack_all
from spec import operators

CASES = {case.id: case for operator in operators().values() for case in operator.cases()}
ORDINARY = [case for case in CASES.values() if case.expect == "value" and case.op != "lenet5"]


def test_right_results_and_noise_are_not_explained(rng):
    for case in ORDINARY[:: max(len(ORDINARY) // 60, 1)]:
        wanted = truth(case)
        right = {name: one.value.astype(case.dtype) for name, one in wanted.outputs.items()}
        slopes = {name: one.value.astype(case.inputs[name].dtype) for name, one in wanted.gradients.items()}
        assert diagnose(case, wanted, right, slopes) == "", case.id
        if sum(array.size for array in right.values()) < 12:
            continue
        for size in (1e-4, 1e-2, 1.0, 100.0):
            noisy = {name: _noise(array, size, rng) for name, array in right.items()}
            assert diagnose(case, wanted, noisy, slopes) == "", (case.id, size)
        strange = {name: rng.standard_normal(array.shape).astype(array.dtype) for name, array in right.items()}
        assert diagnose(case, wanted, strange, slopes) == "", case.id


def _noise(array, size, rng):
    scale = float(np.nanmax(abs(array[np.isfinite(array)].astype(float)), initial=1e-30))
    return (array.astype(float) + size * scale * rng.standard_normal(array.shape)).astype(array.dtype)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("shape", [(), (0,), (7,), (1, 2, 3), (2, 6, 6, 7, 1), (3, 2, 1, 1)])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "float16"])
def test_arrays_of_any_shape_and_dtype_do_no_harm(shape, dtype):
    for name in ("conv2d/everything", "max_pool2d/plain", "flatten/channels-first", "corr2d/outputs"):
        case = CASES[f"{name}/integers-float32"]
        assert isinstance(diagnose(case, truth(case), {"y": np.ones(shape, dtype)}), str)


def test_large_results_are_left_alone(conv):
    x = np.zeros((1, 1, 400, 300), "float32")
    case = conv(inputs={"x": x, "w": np.ones((1, 1, 1, 1), "float32")})
    assert x.size > LARGE
    assert diagnose(case, truth(case), {"y": x + 1}) == ""


def test_a_result_that_passes_is_not_searched(conv, monkeypatch):
    case = conv()
    wanted = truth(case)
    right = {name: one.value.astype("float32") for name, one in wanted.outputs.items()}
    slopes = {name: one.value.astype("float32") for name, one in wanted.gradients.items()}
    reply = {"outcome": "computed", "outputs": pack_all(right), "gradients": pack_all(slopes)}
    monkeypatch.setattr("harness.result.diagnose", lambda *arguments: pytest.fail("searched"))
    result = judged(case, "planted", reply, wanted, None)
    assert result.verdict.passed
    assert "diagnosis" not in row(result)
