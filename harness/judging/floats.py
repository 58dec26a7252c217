"""Numbers of every floating dtype, bfloat16 too: units in the last place, and rounding to fewer bits."""

from collections.abc import Callable

import ml_dtypes
import numpy as np

Array = np.ndarray


def info(dtype: np.dtype) -> tuple[float, float]:
    """(unit roundoff, smallest subnormal) of a floating dtype; (0, 0) of an integer dtype."""
    if dtype.kind in "iub":
        return 0.0, 0.0
    limits = ml_dtypes.finfo(dtype)
    return float(limits.eps) / 2, float(limits.smallest_subnormal)


def roundoff(dtype: np.dtype) -> tuple[float, float]:
    """Unit roundoff and smallest number of a dtype, as the bounds take them."""
    u, smallest = info(dtype)
    # For float64 the truth was rounded like the result: twice the error is within the rules.
    return (2 * u if dtype == np.float64 else u), smallest


FLOAT32 = 2.0**-24  # its unit roundoff


def is_half(dtype: np.dtype) -> bool:
    """Whether it is float16 or bfloat16."""
    return dtype.itemsize == 2 and dtype.kind not in "iub"


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How many representable numbers lie between a and b, element by element, as float64; 0 for two NaN."""
    places = _ordinal(a), _ordinal(b)
    # Unsigned and before it becomes a float: the places of float64 are beyond what float64 counts exactly.
    steps = np.maximum(*places).view(np.uint64) - np.minimum(*places).view(np.uint64)
    return np.where(np.isnan(a) & np.isnan(b), 0.0, steps.astype(np.float64))


def _ordinal(array: np.ndarray) -> np.ndarray:
    """The place of each number in the order of all numbers of its dtype; both zeros are 0."""
    if array.dtype.kind in "iub":
        return array.astype(np.int64)
    bits = array.view(f"i{array.dtype.itemsize}").astype(np.int64)
    lowest = np.int64(-(2 ** (8 * array.dtype.itemsize - 1)))
    return np.where(bits < 0, lowest - bits, bits)


def cut(array: Array, bits: int, towards: Callable[[Array], Array] = np.rint) -> Array:
    """Rounded to so many significant bits, by default to nearest, ties to even."""
    fraction, exponent = np.frexp(array.astype("f8"))
    return np.ldexp(towards(np.ldexp(fraction, bits)), exponent - bits).astype(array.dtype)


def through(dtype) -> Callable[[Array], Array]:
    """Conversion to a dtype and back, with its range."""
    return lambda array: array.astype(dtype).astype(array.dtype)
