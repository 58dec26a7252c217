"""How two arrays of one shape differ, in numbers and in a sentence: how many elements, how far, where."""

import dataclasses

import numpy as np

from harness.judging.floats import distance


@dataclasses.dataclass(frozen=True)
class Difference:
    """What two arrays of one shape and dtype differ by; `max_abs` is infinite where NaN or infinities differ.

    `differing` of `size` elements are not equal (NaN is equal to NaN); `place` is where they differ most. ULP are
    units in the last place of their dtype, `relative` is the norm of the difference by that of the first array.
    """

    size: int
    differing: int
    max_abs: float = 0.0
    max_ulp: float = 0.0
    median_ulp: float = 0.0
    relative: float = 0.0
    place: tuple[int, ...] = ()
    values: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        if not self.differing:
            return f"all {self.size} elements are equal"
        one, other = self.values
        share = f"{self.differing} of {self.size} elements differ"
        return f"{share}, by {self.max_abs:.3g} at most: element {list(self.place)} is {one} and {other}"


def difference(one: np.ndarray, other: np.ndarray) -> Difference:
    """Compare two arrays of the same shape; of two dtypes, in float64. Raises `ValueError` for two shapes."""
    if one.shape != other.shape:
        raise ValueError(f"shapes {list(one.shape)} and {list(other.shape)}")
    wide, narrow = one.astype(np.float64), other.astype(np.float64)
    with np.errstate(all="ignore"):
        same = (wide == narrow) | (np.isnan(wide) & np.isnan(narrow))
        if same.all():
            return Difference(one.size, 0)
        error = np.where(same, 0.0, np.abs(wide - narrow))
        error = np.where(np.isnan(error), np.inf, error)
        norm = float(np.linalg.norm(wide))
        relative = float(np.linalg.norm(error)) / norm if norm else np.inf
    ulps = distance(one, other) if one.dtype == other.dtype else distance(wide, narrow)
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape))
    measured = float(error.max()), float(np.nanmax(ulps)), float(np.median(ulps)), relative
    return Difference(one.size, int((~same).sum()), *measured, place, (str(one[place]), str(other[place])))
