"""What the specification says of integer dtypes: exact whole numbers, or a refusal; nothing wraps, nothing is cut."""

import numpy as np
import pytest

from harness.judging.oracle import Truth, truth
from harness.judging.verdict import judge
from spec import operators
from spec.core import Case


def case(op: str, dtype: str, attrs: dict, **inputs) -> Case:
    arrays = {name: np.array(values).astype(dtype) for name, values in inputs.items()}
    return Case(f"{op}/whole", op, operators()[op].complete(attrs), arrays, tier="integers", gradient=False)


def of(op: str, dtype: str, attrs: dict, **inputs) -> Truth:
    return truth(case(op, dtype, attrs, **inputs))


LINE, TAPS = [[[[100, 20, 7]]]], [[[[1, 1]]]]
POOL = {"kernel_size": [1, 2]}
LINEAR = {"mode": "bilinear"}


@pytest.mark.parametrize(
    ("op", "dtype", "attrs", "inputs", "wanted"),
    [
        ("avg_pool2d", "int64", POOL, {"x": [[[[3, 5, 0, 2]]]]}, [4, 1]),
        ("avg_pool2d", "int8", POOL, {"x": [[[[100, 100]]]]}, [100]),
        ("max_pool2d", "int64", POOL, {"x": [[[[2**53 + 1, 5]]]]}, [2**53 + 1]),
        ("max_pool2d", "int8", {"kernel_size": [1, 2], "padding": [[0, 0], [1, 1]]}, {"x": [[[[-3, -9]]]]}, [-3, -9]),
        ("conv2d", "int8", {}, {"x": LINE, "w": TAPS}, [120, 27]),
        ("conv2d", "uint8", {}, {"x": [[[[200, 50]]]], "w": TAPS}, [250]),
        ("corr2d", "int32", {}, {"x": LINE[0][0], "k": TAPS[0][0]}, [120, 27]),
        ("pad2d", "int16", {"padding": [[0, 0], [1, 0]], "value": 1000}, {"x": [[[[7]]]]}, [1000, 7]),
        ("upsample2d", "int8", {"scale": [1, 2]}, {"x": [[[[3, 6]]]]}, [3, 3, 6, 6]),
        ("upsample2d", "int8", {"scale": [1, 3], **LINEAR}, {"x": [[[[3, 6]]]]}, [3, 3, 4, 5, 6, 6]),
        ("flatten", "uint8", {}, {"x": [[[[3, 6]]]]}, [3, 6]),
        ("dense", "int8", {}, {"x": [[3, 6]], "w": [[1, 2]]}, [15]),
    ],
)
def test_whole_results_are_exact(op, dtype, attrs, inputs, wanted):
    found = of(op, dtype, attrs, **inputs)
    assert not found.rejected
    assert found.outputs["y"].value.ravel().tolist() == wanted


@pytest.mark.parametrize(
    ("op", "dtype", "attrs", "inputs", "why"),
    [
        ("avg_pool2d", "int64", POOL, {"x": [[[[1, 2]]]]}, "1.5, which is no whole number"),
        ("upsample2d", "int8", {"scale": [1, 2], **LINEAR}, {"x": [[[[3, 6]]]]}, "3.75, which is no whole number"),
        ("conv2d", "int8", {}, {"x": [[[[100, 100]]]], "w": TAPS}, "200, which is no number of int8"),
        ("conv2d", "uint8", {}, {"x": [[[[200, 56]]]], "w": TAPS}, "256, which is no number of uint8"),
        ("pad2d", "int8", {"padding": [[0, 0], [1, 0]], "value": 1000}, {"x": [[[[7]]]]}, "1000, which is no number"),
        ("pad2d", "int8", {"padding": [[0, 0], [1, 0]], "value": float("nan")}, {"x": [[[[7]]]]}, "nan"),
        ("learn_kernel", "int64", {"lr": 0.1, "steps": 1}, {"x": [[1]], "y": [[0]], "w": [[1]]}, "no whole number"),
        ("activation", "int64", {"kind": "sigmoid"}, {"x": [[[[1]]]]}, "no whole number"),
    ],
)
def test_others_are_refused(op, dtype, attrs, inputs, why):
    assert why in of(op, dtype, attrs, **inputs).rejected


def test_inputs_of_different_integers_are_refused():
    mixed = case("conv2d", "int8", {}, x=LINE, w=TAPS)
    mixed = Case(mixed.id, mixed.op, mixed.attrs, {**mixed.inputs, "w": mixed.inputs["w"].astype("int32")})
    assert truth(mixed).rejected == "inputs of different dtypes: int32, int8"


@pytest.mark.parametrize(("sum_", "right"), [(120, True), (121, False)])
def test_a_result_off_by_one_differs(sum_, right):
    one = case("conv2d", "int8", {}, x=[[[[100, 20]]]], w=TAPS)
    verdict = judge(one, truth(one), {"outcome": "computed"}, {"y": np.array([[[[sum_]]]], "int8")}, {})
    assert verdict.passed == right


def test_a_wrapped_sum_and_a_cut_mean_were_to_be_refused():
    wrapped = case("conv2d", "int8", {}, x=[[[[100, 100]]]], w=TAPS)
    cut = case("avg_pool2d", "int64", POOL, x=[[[[1, 2]]]])
    for one, value in ((wrapped, np.array([[[[-56]]]], "int8")), (cut, np.array([[[[1]]]]))):
        assert not judge(one, truth(one), {"outcome": "computed"}, {"y": value}, {}).passed
        assert judge(one, truth(one), {"outcome": "rejected", "message": "no"}, {}, {}).passed
