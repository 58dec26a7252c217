"""Two arrays of the same thing, and nothing else known: is their difference normal, and what does it look like?

Without the operator there is no truth. What can be said: whether the difference is as small as rounding in their dtype
leaves it, and whether one array is the other flipped, transposed, scaled, or stored in a coarser format.
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from harness.diagnosis.output_mistakes import output_mistakes
from harness.diagnosis.phrases import told
from harness.diagnosis.precision import FORMATS
from harness.judging.difference import difference
from harness.judging.floats import info

# Rounding errors of a sum of n products come to u * sqrt(n / 3) of its norm. Networks sum up to some thousand products
# in a layer and carry errors through some layers: below this many units roundoff a difference may be rounding.
PRODUCTS = 10_000
NORMAL = math.sqrt(PRODUCTS / 3)
LETTERS = {1: "O", 2: "HW", 3: "CHW", 4: "NCHW"}
CLOSE = 1e-3  # of the norm: a transformed array is recognised although it was computed another way
MOST = 2**22  # elements that transformations are tried on


def units(one: np.ndarray, relative: float) -> float:
    """A relative difference in units roundoff of the dtype; infinite for whole numbers."""
    u = info(one.dtype)[0]
    return relative / u if u else (math.inf if relative else 0.0)


def looks_like(one: np.ndarray, other: np.ndarray) -> str:
    """What makes the second array out of the first, in words; "" where nothing known does, or rounding may."""
    moved = (
        () if one.shape == other.shape and units(one, difference(one, other).relative) <= NORMAL else _moved(one, other)
    )
    return next(itertools.chain(_formats(one, other), moved), "")


def _formats(one: np.ndarray, other: np.ndarray) -> Iterator[str]:
    """The coarsest format whose values alone one of them holds and the other does not."""
    if one.shape != other.shape or one.dtype.kind in "iub" or other.dtype.kind in "iub":
        return
    for (whose, array), another in (((" second", other), one), ((" first", one), other)):
        for words, (unit, rounding) in FORMATS.items():
            wide, opposite = array.astype(np.float64), another.astype(np.float64)
            if not (np.isfinite(wide).all() and np.isfinite(opposite).all()):
                return
            held, strange = np.array_equal(rounding(wide), wide), (rounding(opposite) != opposite).mean()
            if held and strange > 0.5 and unit > info(another.dtype)[0]:
                once = np.array_equal(rounding(opposite), wide)
                how = "is the other one rounded to" if once else "holds only values of"
                yield f"the{whose} {how} {words}"


def _moved(one: np.ndarray, other: np.ndarray) -> Iterator[str]:
    """Flips, transpositions, shifts and factors; axes of four are taken for N, C, H, W."""
    letters = LETTERS.get(one.ndim, "")
    wide, actual = one.astype(np.float64), other.astype(np.float64)
    if not letters or one.size > MOST or not (np.isfinite(wide).all() and np.isfinite(actual).all()):
        return
    for phrase, wanted, part, _ in output_mistakes(wide, actual, letters, 1):
        if part.shape == wanted.shape and np.linalg.norm(part - wanted) <= CLOSE * np.linalg.norm(wanted):
            yield f"the second comes of the first by {told(phrase).replace('the right result', 'it')}"
    if one.shape == other.shape and wide.size > 2:
        slope, offset = np.polyfit(wide.ravel(), actual.ravel(), 1)
        if np.linalg.norm(slope * wide + offset - actual) <= CLOSE * np.linalg.norm(actual):
            yield f"the second is {slope:.6g} times the first, plus {offset:.6g}"
