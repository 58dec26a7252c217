"""Rounding errors carried along a computation that is no plain sum (running error analysis: Higham 2002, section 3.3).

A `Rounded` is a number as arithmetic computes it: its value, and how far the roundings on the way may have moved it.
Each operation adds its own rounding and carries the earlier ones on by its derivative. A rounding of z, spread evenly
over half a unit in the last place to either side, has a variance of (u z)^2 / 3. A function that is off by up to e
units in the last place counts as 12 e^2 roundings: (2 e u z)^2 = 12 e^2 (u z)^2 / 3, even if all its errors have one
sign. How far elementary functions may be off is not measured but standard: what OpenCL allows them (`ULPS`).

In the terms of `harness/judging/bounds.py`: with c the derivatives times the rounded numbers and w their weights, the
error scale is B = sqrt(sum(w c^2) / n) of n = sum(w) roundings. Then u B sqrt(n) is their root mean square, and by
Cauchy and Schwarz 2 n u B is no less than the sum of the largest errors.

A number that is used twice is taken for two that err independently.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

# Units in the last place: OpenCL C 3.0, section 7.4, table "ULP values for single precision built-in math functions".
ULPS = {"exp": 3, "expm1": 3, "log": 3, "log1p": 2, "tanh": 5, "erf": 16, "sqrt": 3}
Array = Any  # of float64, or a number


@dataclasses.dataclass(frozen=True)
class Rounded:
    """`value`, the sum `squares` of w c^2, and the number `roundings` (n, the sum of w) of the roundings so far."""

    value: Array
    squares: Array = 0.0
    roundings: float = 0.0

    def __add__(self, other: "Rounded | float") -> "Rounded":
        other = exact(other)
        return _made(self.value + other.value, (1.0, self), (1.0, other))

    def __sub__(self, other: "Rounded | float") -> "Rounded":
        other = exact(other)
        return _made(self.value - other.value, (1.0, self), (1.0, other))

    def __mul__(self, other: "Rounded | float") -> "Rounded":
        other = exact(other)
        return _made(self.value * other.value, (other.value, self), (self.value, other))

    def __truediv__(self, other: "Rounded | float") -> "Rounded":
        other = exact(other)
        quotient = self.value / other.value
        return _made(quotient, (1 / other.value, self), (quotient / other.value, other))

    def apply(self, function: Callable, slope: Callable, ulps: float) -> "Rounded":
        """function(self), whose derivative is `slope`, off by so many units in the last place of its own."""
        return _made(function(self.value), (slope(self.value), self), weight=12 * ulps**2)

    def where(self, condition: Array, other: "Rounded") -> "Rounded":
        """This where the condition is true, else the other."""
        value, squares = (
            np.where(condition, one, two) for one, two in ((self.value, other.value), (self.squares, other.squares))
        )
        return Rounded(value, squares, max(self.roundings, other.roundings))

    @property
    def scale(self) -> np.ndarray:
        """B, in the shape of the value."""
        squares = np.broadcast_to(self.squares, np.shape(self.value))
        return np.sqrt(squares / max(self.roundings, 1))

    @property
    def terms(self) -> np.ndarray:
        """n, in the shape of the value; 0 where nothing was rounded."""
        squares = np.broadcast_to(self.squares, np.shape(self.value))
        return np.where(squares != 0, float(self.roundings), 0.0)


def _made(value: Array, *parts: tuple[Array, Rounded], weight: float = 1.0) -> Rounded:
    """A number that was rounded, from what it was made of with the derivatives by that.

    What was never rounded carries nothing on, though the derivative be infinite.
    """
    carried = sum(np.square(slope) * part.squares for slope, part in parts if part.roundings)
    roundings = sum(part.roundings for _, part in parts)
    return Rounded(value, carried + weight * np.square(value), roundings + weight)


def exact(number: Rounded | Array) -> Rounded:
    """A number that was not rounded."""
    return number if isinstance(number, Rounded) else Rounded(number)


def constant(number: float) -> Rounded:
    """A constant that the dtype does not have, and rounds once."""
    return Rounded(number, number**2, 1.0)


def exp(number: Rounded) -> Rounded:
    """e to the power of it."""
    return number.apply(np.exp, np.exp, ULPS["exp"])


def expm1(number: Rounded) -> Rounded:
    """exp(x) - 1 without cancellation."""
    return number.apply(np.expm1, np.exp, ULPS["expm1"])


def log(number: Rounded) -> Rounded:
    """The natural logarithm."""
    return number.apply(np.log, lambda x: 1 / x, ULPS["log"])


def log1p(number: Rounded) -> Rounded:
    """log(1 + x) without cancellation."""
    return number.apply(np.log1p, lambda x: 1 / (1 + x), ULPS["log1p"])


def tanh(number: Rounded) -> Rounded:
    """The hyperbolic tangent."""
    return number.apply(np.tanh, lambda x: 1 - np.tanh(x) ** 2, ULPS["tanh"])


def erf(number: Rounded) -> Rounded:
    """The error function."""
    return number.apply(ERF, lambda x: 2 / math.sqrt(math.pi) * np.exp(-(x**2)), ULPS["erf"])


def sqrt(number: Rounded) -> Rounded:
    """The square root."""
    return number.apply(np.sqrt, lambda x: 0.5 / np.sqrt(x), ULPS["sqrt"])


# NumPy has neither; the C library's are right to a unit in the last place.
ERF = np.vectorize(math.erf, otypes=[np.float64])
ERFC = np.vectorize(math.erfc, otypes=[np.float64])
