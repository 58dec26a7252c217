"""The truth of a case: in its own layouts, refusing what the specification refuses, with right gradients."""

import dataclasses

import numpy as np
import pytest

from harness.judging.oracle import truth
from spec import operators
from spec.cases.sketches import dtype_of
from spec.core import Case, as_tuple, canonical
from spec.layouts import IMAGE, KERNEL, convert

SHAPES = {"x": (2, 4, 5, 7), "w": (6, 2, 2, 3), "b": (6,)}
ATTRS = {"groups": 2, "stride": [2, 1], "padding": [[1, 0], [0, 2]]}


def case_of(op: str, attrs: dict, tier: str = "reals", dtype: str = "float64", **shapes) -> Case:
    """A case in the operator's canonical layouts, with data of its own."""
    random = np.random.default_rng(3)
    inputs = {name: random.standard_normal(shape).astype(dtype_of(dtype)) for name, shape in shapes.items()}
    return Case(f"{op}/here", op, operators()[op].complete(attrs), inputs, tier=tier)


@pytest.mark.parametrize("kernel_layout", KERNEL)
@pytest.mark.parametrize("layout", IMAGE)
def test_another_layout_transposes_the_truth_and_nothing_else(layout, kernel_layout):
    plain = case_of("conv2d", ATTRS, **SHAPES)
    x, w = convert(plain.inputs["x"], "NCHW", layout), convert(plain.inputs["w"], "OIHW", kernel_layout)
    attrs = {**plain.attrs, "layout": layout, "kernel_layout": kernel_layout}
    turned = dataclasses.replace(plain, attrs=attrs, inputs={"x": x, "w": w, "b": plain.inputs["b"]})
    wanted, found = truth(plain), truth(turned)
    for name, source, target in (("x", "NCHW", layout), ("w", "OIHW", kernel_layout), ("b", "O", "O")):
        for part in ("value", "scale", "terms"):
            one = getattr(wanted.gradients[name], part)
            assert np.array_equal(getattr(found.gradients[name], part), convert(one, source, target)), (name, part)
    for part in ("value", "scale", "terms"):
        one = getattr(wanted.outputs["y"], part)
        assert np.array_equal(getattr(found.outputs["y"], part), convert(one, "NCHW", layout)), part
    assert np.array_equal(found.cotangent, convert(wanted.cotangent, "NCHW", layout))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_cotangent_has_dtype_and_shape_of_the_output(dtype):
    found = truth(case_of("conv2d", {**ATTRS, "layout": "NHWC"}, dtype=dtype, **SHAPES | {"x": (2, 5, 7, 4)}))
    assert found.cotangent.dtype == dtype_of(dtype)
    assert found.cotangent.shape == found.outputs["y"].value.shape == (2, 3, 7, 6)


def test_cotangent_is_drawn_from_the_name_and_whole_where_the_data_are(conv):
    one, other = truth(conv("one")).cotangent, truth(conv("other")).cotangent
    assert np.array_equal(one, truth(conv("one")).cotangent)
    assert not np.array_equal(one, other)
    assert np.array_equal(one, np.rint(one))
    assert len(np.unique(one)) > 2
    assert not np.array_equal(truth(conv("one", tier="reals")).cotangent, np.rint(one))


@pytest.mark.parametrize(
    ("op", "attrs", "shapes"),
    [
        ("conv2d", ATTRS, SHAPES),
        ("conv_transpose2d", {"stride": [2, 1]}, {"x": (1, 2, 3, 3), "w": (2, 3, 2, 3), "b": (3,)}),
        ("avg_pool2d", {"kernel_size": [2, 3]}, {"x": (1, 2, 4, 6)}),
        ("max_pool2d", {"kernel_size": [2, 3], "stride": [1, 2]}, {"x": (1, 2, 4, 6)}),
        ("pad2d", {"padding": [[1, 1], [2, 0]], "mode": "reflect"}, {"x": (1, 2, 3, 4)}),
        ("corr2d", {}, {"x": (4, 5), "k": (2, 3)}),
    ],
)
def test_gradients_are_those_of_finite_differences(op, attrs, shapes):
    case = case_of(op, attrs, **shapes)
    operator, found = operators()[op], truth(case)
    arrays, attrs = canonical(operator, case.attrs, case.inputs)

    def value(name, array) -> float:
        arguments = {**arrays, name: array}
        y = as_tuple(operator.reference(*(arguments[each] for each in operator.inputs if each in arguments), **attrs))
        return float(np.vdot(y[0], found.cotangent))

    assert set(found.gradients) == set(shapes)
    step = 1e-6
    for name, gradient in found.gradients.items():
        for place in range(0, arrays[name].size, 3):
            there, back = arrays[name].copy(), arrays[name].copy()
            there.flat[place] += step
            back.flat[place] -= step
            slope = (value(name, there) - value(name, back)) / (2 * step)
            assert gradient.value.flat[place] == pytest.approx(slope, abs=1e-7), (name, place)


def test_without_gradients_there_is_neither_gradient_nor_cotangent(conv):
    for found in (truth(conv(), gradients=False), truth(conv(gradient=False))):
        assert not found.gradients
        assert found.cotangent is None
        assert set(found.outputs) == {"y"}


def test_inputs_of_different_dtypes_are_refused(conv):
    case = conv()
    mixed = dataclasses.replace(case, inputs={**case.inputs, "w": case.inputs["w"].astype("float64")})
    assert truth(mixed).rejected == "inputs of different dtypes: float32, float64"
    half = dataclasses.replace(case, inputs={**case.inputs, "w": case.inputs["w"].astype(dtype_of("bfloat16"))})
    assert "bfloat16, float32" in truth(half).rejected


def test_labels_of_whole_numbers_beside_floats_are_no_mixture():
    case = next(case for case in operators()["lenet5"].cases() if case.expect == "value")
    assert case.inputs["labels"].dtype.kind == "i"
    assert not truth(case, gradients=False).rejected


def test_what_the_specification_refuses_is_refused_with_its_reason(conv):
    found = truth(conv(attrs=operators()["conv2d"].complete({"stride": [0, 1]})))
    assert "stride [0, 1] must be at least 1" in found.rejected
    assert (dict(found.outputs), dict(found.gradients), found.cotangent) == ({}, {}, None)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_truth_is_computed_in_float64_from_the_values_as_they_are_rounded(dtype):
    case = case_of("conv2d", ATTRS, dtype=dtype, **SHAPES)
    wide = dataclasses.replace(case, inputs={name: one.astype("float64") for name, one in case.inputs.items()})
    value = truth(case).outputs["y"].value
    assert value.dtype == np.float64
    assert np.array_equal(value, truth(wide).outputs["y"].value)
    assert not np.array_equal(value, value.astype(dtype_of(dtype)).astype("float64"))


def test_scale_is_the_sum_of_absolute_products_and_terms_their_number():
    found = truth(case_of("conv2d", {}, x=(1, 2, 2, 3), w=(1, 2, 2, 3), b=(1,)), gradients=False).outputs["y"]
    case = case_of("conv2d", {}, x=(1, 2, 2, 3), w=(1, 2, 2, 3), b=(1,))
    x, w, b = case.inputs.values()
    assert found.terms.tolist() == [[[[13]]]]
    assert found.scale[0, 0, 0, 0] == pytest.approx((np.abs(x) * np.abs(w)).sum() + np.abs(b).sum())
    assert found.value[0, 0, 0, 0] == pytest.approx((x * w).sum() + b.sum())


def test_products_that_are_zero_count_for_nothing():
    """A ReLU leaves zeros in x, a pruned kernel has some: neither they nor sums they are added to are rounded."""
    case = case_of("conv2d", {}, x=(1, 1, 2, 3), w=(1, 1, 2, 2))
    case.inputs["x"][0, 0, 0, 1] = case.inputs["w"][0, 0, 1, 1] = 0
    found = truth(dataclasses.replace(case, canonical_cotangent=np.array([[[[0.0, 2.0]]]])))
    assert found.outputs["y"].terms.ravel().tolist() == [2, 2]
    assert found.gradients["x"].terms.ravel().tolist() == [0, 1, 1, 0, 1, 0]
    assert found.gradients["w"].terms.ravel().tolist() == [0, 1, 1, 1]
