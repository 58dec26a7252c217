"""When two results are the same: equal but for rounding in float64, or for that of a coarser dtype."""

from typing import Any

import numpy as np

from harness.judging.difference import Difference, difference
from harness.judging.floats import info

EQUAL = 1e-7  # of the largest value: constants that were stored in float32
WRITTEN_OUT = 1e-5  # of the largest value: constants of a function that was written out, weights that were folded
NEAR = 1e-3  # of the largest value: two images, before they are asked what was done to them


def tolerance(*dtypes: np.dtype) -> float:
    """What rounding in some layers may leave of the largest value, in the coarsest of the dtypes."""
    u = max(max(info(dtype)[0], info(np.dtype(np.float32))[0]) for dtype in dtypes)
    return 256 * u if u < 2.0**-20 else 8 * u


def differ(a: np.ndarray, b: np.ndarray) -> Difference | None:
    if a.shape != b.shape:
        if a.size != b.size or a.ndim == b.ndim:
            return None
        b = b.reshape(a.shape)
    return difference(a, b)


def alike(right: np.ndarray, other: np.ndarray | None, tolerance: float = EQUAL) -> bool:
    """Whether two results are equal but for rounding in float64, or for that of the tolerance."""
    if other is None or right.size != other.size or (right.ndim == other.ndim and right.shape != other.shape):
        return False
    wide, narrow = right.astype(np.float64), other.astype(np.float64).reshape(right.shape)
    finite = np.isfinite(wide)
    if not np.array_equal(finite, np.isfinite(narrow)):
        return False
    largest = abs(wide[finite]).max(initial=0.0)
    return bool((abs(wide - narrow)[finite] <= tolerance * largest).all())


def close(one: Any, other: Any) -> bool:
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, other))
    return abs(one - other) <= EQUAL * max(abs(one), abs(other)) if numbers else one == other
