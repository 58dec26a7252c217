"""Distances in units in the last place, against steps counted by hand."""

import ml_dtypes
import numpy as np
import pytest

from harness.judging.floats import distance, info

DTYPES = [np.dtype(name) for name in ("float16", "float32", "float64")] + [np.dtype(ml_dtypes.bfloat16)]


def steps(a, b, dtype) -> float:
    return float(distance(np.array([a], dtype), np.array([b], dtype))[0])


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_next_number_is_one_step_away(dtype):
    one = np.array(1, dtype)
    above = one + np.array(ml_dtypes.finfo(dtype).eps, dtype)
    assert steps(one, above, dtype) == 1
    assert steps(above, one, dtype) == 1
    assert steps(-one, -above, dtype) == 1


@pytest.mark.parametrize(
    ("dtype", "between_one_and_two"),
    [("float16", 2**10), ("float32", 2**23), ("float64", 2**52), (ml_dtypes.bfloat16, 2**7)],
    ids=str,
)
def test_a_binade_has_as_many_steps_as_the_mantissa_has_patterns(dtype, between_one_and_two):
    assert steps(1, 2, dtype) == between_one_and_two
    assert steps(1, 4, dtype) == 2 * between_one_and_two


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_zeros_are_the_same_and_the_subnormals_lie_beside_them(dtype):
    smallest = ml_dtypes.finfo(dtype).smallest_subnormal
    assert steps(0.0, -0.0, dtype) == 0
    assert steps(0.0, smallest, dtype) == 1
    assert steps(-0.0, smallest, dtype) == 1
    assert steps(-smallest, smallest, dtype) == 2
    assert steps(smallest, 3 * smallest, dtype) == 2


def test_infinity_follows_the_largest_number():
    assert steps(65504, np.inf, "float16") == 1
    assert steps(-65504, -np.inf, "float16") == 1


def test_opposite_signs_are_as_far_apart_as_all_numbers_between_them():
    assert steps(-1, 1, "float16") == 2 * 0x3C00  # 0x3C00 are the bits of 1.0


def test_nan_equals_nan_and_is_far_from_numbers():
    assert steps(np.nan, np.nan, "float32") == 0
    assert steps(-np.nan, np.nan, "float32") == 0
    assert steps(np.nan, 1.0, "float32") > 2**22
    assert steps(1.0, np.nan, "float32") > 2**22


def test_integers_are_as_far_apart_as_their_values():
    assert steps(-3, 4, "int32") == 7
    assert steps(0, 255, "uint8") == 255
    assert steps(2**62, 2**62 + 1, "int64") == 1


def test_an_array_without_axes_has_one_distance():
    found = distance(np.array(1.0, "float32"), np.array(2.0, "float32"))
    assert found.shape == ()
    assert found == 2**23


def test_shape_and_order_are_kept():
    a = np.arange(6, dtype="float32").reshape(2, 3)
    b = a.copy()
    b[1, 0] = np.nextafter(b[1, 0], np.float32(9))
    assert distance(a.T, b.T).tolist() == [[0, 1], [0, 0], [0, 0]]


def test_unit_roundoff_is_half_the_step_above_one():
    assert [info(dtype)[0] for dtype in DTYPES] == [2**-11, 2**-24, 2**-53, 2**-8]
    assert [info(dtype)[1] for dtype in DTYPES] == [2**-24, 2**-149, 2**-1074, 2**-133]
    assert info(np.dtype("int32")) == (0, 0)
