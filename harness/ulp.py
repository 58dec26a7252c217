"""Units in the last place, for every floating dtype including bfloat16."""

import ml_dtypes
import numpy as np


def info(dtype: np.dtype) -> tuple[float, float]:
    """(unit roundoff, smallest subnormal) of a floating dtype; (0, 0) of an integer dtype."""
    if dtype.kind in "iub":
        return 0.0, 0.0
    limits = ml_dtypes.finfo(dtype)
    return float(limits.eps) / 2, float(limits.smallest_subnormal)


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How many representable numbers lie between a and b, element by element, as float64; 0 for two NaN."""
    if a.dtype.kind in "iub":
        return np.abs(a.astype(np.float64) - b.astype(np.float64))
    steps = np.abs(_ordinal(a).astype(np.float64) - _ordinal(b).astype(np.float64))
    return np.where(np.isnan(a.astype(np.float64)) & np.isnan(b.astype(np.float64)), 0.0, steps)


def _ordinal(array: np.ndarray) -> np.ndarray:
    """The place of each float in the order of all floats of its dtype; both zeros are 0."""
    bits = np.ascontiguousarray(array).view(f"i{array.dtype.itemsize}").astype(np.int64)
    lowest = np.int64(-(2 ** (8 * array.dtype.itemsize - 1)))
    return np.where(bits < 0, lowest - bits, bits)
