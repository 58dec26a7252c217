"""What IEEE arithmetic makes of special values, by hand; and that the cases ask for it where it is defined."""

import functools

import numpy as np
import pytest

from harness.judging.oracle import truth
from spec import operators
from spec.cases import special_values
from spec.cases.predicates import smallest_normal

NAN, INF = np.nan, np.inf


@functools.cache
def cases():
    return {case.id.removeprefix("special/"): case for case in special_values.cases()}


def expected(name):
    return truth(cases()[name])


def where(array, value):
    """Whether each element of an array is the value, with NaN equal to itself."""
    return np.isnan(array) if np.isnan(value) else array == value


def test_every_operator_meets_special_values_for_a_reason():
    assert {case.op for case in cases().values()} == set(operators())
    assert all(case.why for case in cases().values())
    sums = (case for case in cases().values() if not operators()[case.op].pullback_roundings)
    assert all(case.tier == "integers" for case in sums)
    assert len(cases()) == sum(1 for _ in special_values.cases())


def test_the_specification_accepts_every_case():
    assert {name: why for name in cases() if (why := expected(name).rejected)} == {}


@pytest.mark.parametrize("name", ["conv2d/nan-image", "conv2d/infinite-image", "conv2d/minus-infinity"])
def test_a_pixel_comes_to_the_windows_that_see_it(name):
    value = {"nan-image": NAN, "infinite-image": INF, "minus-infinity": -INF}[name.partition("/")[2]]
    seen = where(expected(name).outputs["y"].value[0, 0], value)
    assert seen.tolist() == [[True] * 3, [True] * 3, [False] * 3]  # row 1 of 4, kernels of 2 rows and 3 columns


def test_infinities_of_both_signs_cancel_to_nan_where_they_meet():
    y = expected("conv2d/infinity-minus-infinity").outputs["y"].value[0, 0, 0]
    assert np.array_equal(y, [INF, NAN, NAN], equal_nan=True)  # column 2 is infinite, column 3 minus infinity


def test_a_tap_of_zero_makes_nan_of_infinity():
    y = expected("conv2d/infinity-times-zero").outputs["y"].value
    assert np.argwhere(np.isnan(y)).tolist() == [[0, 1, 0, 1]]
    assert np.isposinf(y[0, 1, 0, 0])


def test_an_infinite_tap_on_the_zeros_of_the_padding_makes_nan():
    y = expected("conv2d/padded/infinite-kernel").outputs["y"].value[0, 1]
    assert np.isnan(y[0]).all()
    assert np.isnan(y[:, 0]).all()
    assert np.isposinf(y[1:, 1:]).all()


def test_what_is_not_read_makes_no_product():
    assert np.isfinite(expected("conv2d/gaps/nan-image").outputs["y"].value).all()
    y = expected("conv2d/groups/nan-image").outputs["y"].value
    assert np.isnan(y[0, :2]).any()
    assert np.isfinite(y[0, 2:]).all()
    assert np.isfinite(y[1]).all()
    y = expected("conv_transpose2d/infinite-kernel").outputs["y"].value[0, 0]
    assert np.argwhere(np.isinf(y)).tolist() == [[i, j] for i in (0, 2) for j in (1, 3, 5)]
    assert np.isfinite(y[~np.isinf(y)]).all()


def test_bilinear_places_of_weight_zero_read_nothing():
    y = expected("upsample2d/bilinear/infinite-image").outputs["y"].value[0, 0]
    assert np.isposinf(y[:3, :3]).all()
    assert np.isfinite(y[3:]).all()
    assert np.isfinite(y[:, 3:]).all()


def test_a_cotangent_of_nan_belongs_to_what_the_output_read():
    slope = expected("conv_transpose2d/nan-cotangent").gradients["w"].value[0, 0]
    assert np.isnan(slope).tolist() == [[False] * 3, [False, True, False], [False] * 3]  # place (1, 1), stride 2
    assert np.isfinite(expected("pad2d/nan-cotangent").gradients["x"].value[0, 0, 1:]).all()
    slope = expected("avg_pool2d/nan-cotangent").gradients["x"].value[0, 0]
    assert np.argwhere(np.isnan(slope)).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]


@pytest.mark.parametrize("name", [name for name in cases() if name.endswith("/overflow")])
def test_overflow_is_infinite_in_every_order(name):
    case, found = cases()[name], expected(name)
    for value in (found.outputs["y"].value, found.gradients.get("w", found.gradients.get("k")).value):
        with np.errstate(over="ignore"):
            assert np.isposinf(value.astype(case.dtype)).all() or case.op == "conv_transpose2d"
        assert (value > 0).all()


@pytest.mark.parametrize("name", [name for name in cases() if name.endswith(("/subnormal", "/underflow"))])
def test_subnormal_results_are_exact(name):
    case, value = cases()[name], expected(name).outputs["y"].value
    assert np.array_equal(value.astype(case.dtype).astype(float), value)
    assert 0 < abs(value[value != 0]).min() < smallest_normal(case.dtype)
