"""How far correct arithmetic may be from the truth: the bounds of every verdict, derived from the case.

Float64 is the truth. With u the unit roundoff of the case's dtype, n the products other than zero that an element
sums, and B the same sum over absolute values:

    worst case   |error| <= ((1 + u)^(2n) - 1) * B     for every element (Higham 2002, section 3.1)
    statistical  s = error / (u * B * sqrt(k)),  k = n + 3 * (E / (u * B))^2,  over the m elements of the output:
                 rms(s)  <= sqrt(1/3) * sqrt(1 + 2 * sqrt(t * sum(c^2)) + 2 * t * max(c)),    t = log(1/p)
                 max |s| <= sqrt(1/3) * sqrt(2 * log(2 * m / p)),                             p = 10^-6

Rounding errors of correct arithmetic behave like independent random numbers, so that they stay far below the
worst case; arithmetic of lower precision (TF32, bfloat16) and single wrong products hide inside it, but not here.
Nothing in these limits is fitted to data. The error of one rounding, spread evenly over half a unit in the last
place to either side, has a variance of at most (u * value)^2 / 3. In whatever order n products are summed, the
squares of the products come to B^2 at most, and the n - 1 partial sums are B at most: n * (u * B)^2 / 3 in all.
Such a sum is sub-Gaussian, and correct arithmetic passes either limit with probability 1 - p (Laurent and
Massart 2000, lemma 1, for the root mean square; a union bound for the largest).

Two things are not independent. Equal products, and the few shades of pixels, err alike when they are added to sums
of one size: E is the sum of these errors, computed from the products themselves (`repeated_errors.py`); it counts
where numbers repeat. And elements with the same truth, as in flat areas of an image, have the same error: c are the
shares of the output that such elements make up, 1/m where all differ.
Where n is 0 (values are only moved) nothing but equality passes.

In half precision n u is soon as large as 1, and bounds for sums in the dtype itself would let even zeros pass. Sums in
float32, rounded once, are off by u |truth| and what is left to float32:

    once         |error| <= u * |truth| + (1 + u) * b,    b the least of worst case and largest by chance in float32

What is within these is close; what is only within the bounds of sums in its own dtype is coarse, and so is any array
whose bounds would let zeros pass, or a weight as it was before its training. A training is many such sums, each
judged by itself elsewhere: there sums in half precision are named, and not held against it.

A training is no sum: its errors are drawn (`spec.numerics.stochastic`). Their root mean square s takes the place of
u B sqrt(n/3):

    statistical  rms(error/s) <= (t(p) / z(p)) * sqrt(1 + 2 * sqrt(t * sum(l^2)) + 2 * t * max(l))
                 max |error/s| <= t(p / m)
    worst case   |error| <= 2 * sqrt(3 * n * N) * s

t(p) and z(p) are what Student's t with as many degrees of freedom as draws, and a normal variable, exceed with
probability p: s is itself estimated. l are the eigenvalues of the correlation of the elements' errors, divided by m,
computed from the draws; for independent errors they are the c above. t/z is the exact factor where all elements have
one error, and more than is needed otherwise, as then s is averaged over many. The worst case is that of N sums, each
off by 2 n u B, by Cauchy and Schwarz: the sum of N numbers is at most sqrt(N) times the root of their squares' sum.
"""

import dataclasses
import functools
import math
import statistics
import weakref
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from harness.judging.floats import is_half, roundoff
from harness.judging.oracle import Expected
from spec.numerics.stochastic import RARE, RUNS, student


def worst_case(expected: Expected, dtype: np.dtype) -> np.ndarray:
    """How far each element of an array computed in `dtype` may be from its truth."""
    u, smallest = roundoff(dtype)
    bound = np.expm1(2 * expected.terms * np.log1p(u)) * expected.scale + expected.terms * smallest
    return bound * math.sqrt(expected.drawn.sums) if expected.drawn else bound


def chance_bound(expected: Expected, dtype: np.dtype) -> np.ndarray:
    """How far each element of a correct result may be off by chance: 4 u B sqrt(n).

    That is 4 sqrt(3) = 6.9 standard deviations of n independent errors. A sub-Gaussian sum exceeds them with a
    probability of 2 exp(-24) < 1e-10.
    """
    u, smallest = roundoff(dtype)
    return 4 * u * expected.scale * np.sqrt(expected.terms) + smallest * (expected.terms > 0)


class Limits:
    """What every array in `dtype` is held against that has a certain truth: `wanted`, and where it is not that, bounds.

    `wanted` is the truth in that dtype and `bits` its bytes.
    """

    made: ClassVar[weakref.WeakKeyDictionary[Expected, dict[np.dtype, "Limits"]]] = weakref.WeakKeyDictionary()

    @classmethod
    def of(cls, expected: Expected, dtype: np.dtype) -> "Limits":
        """The limits of a truth, made for the first backend and used for all."""
        found = cls.made.setdefault(expected, {})
        if dtype not in found:
            found[dtype] = cls(expected, dtype)
        return found[dtype]

    def __init__(self, expected: Expected, dtype: np.dtype) -> None:
        self.wanted = expected.value.astype(dtype)
        self.bits = self.wanted.tobytes()
        self._copy, self._dtype = dataclasses.replace(expected), dtype  # the truth itself would be kept for ever

    @functools.cached_property
    def bound(self) -> np.ndarray:
        """The worst case; 0 where nothing but equality passes."""
        bound = worst_case(self._copy, self._dtype)
        return np.where(bound > 0, bound, 0.0)

    @functools.cached_property
    def step(self) -> np.ndarray:
        """u * B * sqrt(k), in which errors are counted."""
        u, smallest = roundoff(self._dtype)
        return u * self._copy.scale * np.sqrt(self._copy.terms * self._copy.walk(self._dtype)) + smallest

    @functools.cached_property
    def once(self) -> np.ndarray | None:
        """How far elements in half precision may be off whose sums are taken in float32 and rounded once, else None."""
        if not is_half(self._dtype):
            return None
        if self._copy.drawn is not None:
            assert self._copy.once is not None
            finer = Limits(self._copy.once, self._dtype)
            return np.minimum(finer.bound, finer.chance[2] * finer.step)
        u, smallest = roundoff(self._dtype)
        finer = Limits(self._copy, np.dtype(np.float32))
        sums = np.minimum(finer.bound, finer.chance[2] * finer.step)
        return u * abs(self._copy.value) + (1 + u) * sums + smallest / 2

    def allows(self, error: np.ndarray) -> bool:
        """Whether an array with such errors, 0 where it is equal to the truth, is within the bounds of its dtype."""
        return all(ratio <= 1 for ratio in self.measure(error)[1:])

    def measure(self, error: np.ndarray) -> tuple[np.ndarray, float, float, float]:
        """Errors as shares of the worst case; the largest share; the root mean square and the largest of chance."""
        # Only errors are divided: where the truth is NaN so is B, though such an element is right.
        ratio, steps = (
            np.divide(error, unit, out=np.zeros_like(error), where=error > 0) for unit in (self.bound, self.step)
        )
        m, rms, peak = self.chance
        return ratio, float(ratio.max()), math.sqrt(np.vdot(steps, steps) / m) / rms, float(steps.max()) / peak

    @functools.cached_property
    def unseen(self) -> tuple[str, ...]:
        """Which mistakes would pass: "zeros", "sign" (all signs turned), "product" (one of each sum left out), and
        "unchanged" (a weight as it was before its training).
        """
        return self._passing(self.allows)

    @functools.cached_property
    def unseen_once(self) -> tuple[str, ...]:
        """Which would pass even as sums that are rounded once."""
        return self._passing(lambda error: bool((error <= self.once).all()))

    def _passing(self, allows: Callable[[np.ndarray], bool]) -> tuple[str, ...]:
        value, live = self._copy.value, self.wanted != 0
        if not np.isfinite(value).all() or not live.any():
            return ()
        found = {"zeros": np.where(live, abs(value), 0.0), "sign": np.where(live, 2 * abs(value), 0.0)}
        if (self._copy.terms > 1).any():
            found["product"] = self._copy.scale / np.maximum(self._copy.terms, 1)
        if self._copy.before is not None and (error := abs(value - self._copy.before)).any():
            found["unchanged"] = error
        return tuple(name for name, error in found.items() if allows(error))

    @functools.cached_property
    def chance(self) -> tuple[int, float, float]:
        """The number m of elements that count, and the limits of their errors in steps: root mean square, largest."""
        live = self._copy.scale != 0  # a sum of zeros has no error that would tell anything
        live = live if live.any() else np.ones_like(live)
        m, t, drawn = int(live.sum()), math.log(1 / RARE), self._copy.drawn
        if drawn is not None:
            student_for_normal = student(RARE, RUNS) / statistics.NormalDist().inv_cdf(1 - RARE / 2)
            rms = math.sqrt((1 + 2 * math.sqrt(t * drawn.equal) + 2 * t * drawn.largest) / 3)
            return m, rms * student_for_normal, student(RARE / m, RUNS) / math.sqrt(3)
        shares = np.unique(self._copy.value[live], return_counts=True)[1] / m
        rms = math.sqrt((1 + 2 * math.sqrt(t * np.square(shares).sum()) + 2 * t * shares.max()) / 3)
        return m, rms, math.sqrt(2 * math.log(2 * m / RARE) / 3)
