"""Distances in units in the last place, against steps counted by hand."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.judging.floats import cut, distance, info, through

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


# ---- a metric --------------------------------------------------------------------------------------


@st.composite
def numbers(draw, count: int, dtypes=DTYPES):
    """So many numbers of one dtype, no NaN, by their bits: all exponents come equally often; neighbours too."""
    dtype = draw(st.sampled_from(dtypes))
    bits = draw(st.lists(st.integers(0, 2 ** (8 * dtype.itemsize) - 1), min_size=count, max_size=count))
    if draw(st.booleans()):  # a few steps from the first
        bits = [min(max(bits[0] - 2, 0), 2 ** (8 * dtype.itemsize) - 5) + one % 5 for one in bits]
    found = np.array(bits, f"u{dtype.itemsize}").view(dtype)
    return np.where(np.isnan(found), np.zeros((), dtype), found)


def between(a, b) -> float:
    return float(distance(np.array([a]), np.array([b]))[0])


@given(numbers(2))
def test_distance_is_symmetric_and_zero_for_equal_numbers_alone(given):
    a, b = given
    assert between(a, a) == 0
    assert between(a, b) == between(b, a) >= 0
    assert (between(a, b) == 0) == bool(a == b)


@given(numbers(3))
def test_a_way_round_is_never_shorter(given):
    a, b, c = given
    exact = a.dtype.itemsize < 8  # beyond 2^53 steps are rounded, each by half a unit in its last place
    assert between(a, c) <= (between(a, b) + between(b, c)) * (1 if exact else 1 + 2**-51)


@given(numbers(3))
def test_distances_along_the_order_add_up(given):
    a, b, c = sorted(given, key=float)
    whole, parts = between(a, c), between(a, b) + between(b, c)
    assert whole == parts if a.dtype.itemsize < 8 else abs(whole - parts) <= whole * 2**-51


@given(numbers(1))
def test_neighbours_are_one_step_apart(given):
    (a,) = given
    above = np.nextafter(a, np.array(np.inf, a.dtype))
    assert between(a, above) == (0 if a == np.inf else 1)
    assert between(-a, -above) == between(a, above)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_whole_numbers_are_as_far_apart_as_they_differ(a, b):
    assert steps(a, b, "int64") == float(abs(a - b))


@given(numbers(1, [np.dtype("float32"), np.dtype("float64")]), st.integers(2, 24))
def test_a_number_cut_to_some_bits_is_the_nearest_that_has_so_many(given, bits):
    (a,) = given
    found = cut(np.array([a]), bits)[0]
    assert found.dtype == a.dtype
    if not np.isfinite(a) or a == 0 or abs(a) < np.finfo(a.dtype).tiny * 2**bits:
        return
    with np.errstate(over="ignore"):
        step = np.ldexp(1.0, np.frexp(float(a))[1] - bits)
    assert float(found) / step == np.rint(float(found) / step)
    assert abs(float(found) - float(a)) <= step / 2


@given(numbers(1, [np.dtype("float32"), np.dtype("float64")]), st.sampled_from(DTYPES))
def test_what_went_through_a_dtype_once_goes_through_unchanged(given, dtype):
    with np.errstate(over="ignore"):
        once = through(dtype)(given)
        assert once.dtype == given.dtype
        assert through(dtype)(once).tobytes() == once.tobytes()
        assert between(once.astype(dtype)[0], given.astype(dtype)[0]) == 0
