"""What a law is, and the arithmetic in which it is stated.

A law is a function that asks a backend for operators and returns two sides that must be equal. What the backend
answers is a `Reading`: an array, and how far its rounding may have taken each element. The harness adds,
multiplies and moves readings in float64 and carries the bounds along, so a law reads like its formula. Asking,
and the bounds, are the asker's business: a law knows neither frameworks nor dtypes.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, Union

import numpy as np

from spec.registry import operators

Exact = np.ndarray
Side = Union["Reading", Exact]
Attrs = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, eq=False)
class Reading:
    """An array `value`; each element is at most `bound` away from what exact arithmetic gives."""

    value: np.ndarray
    bound: np.ndarray
    __array_ufunc__ = None  # so that `array + reading` is a reading

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def moved(self, change: Callable[[np.ndarray], np.ndarray]) -> "Reading":
        """`change`, which only moves elements, or takes some away, applied to value and bound."""
        return Reading(change(self.value), change(self.bound))

    def __getitem__(self, index: Any) -> "Reading":
        return self.moved(lambda array: array[index])

    def __add__(self, other: Side) -> "Reading":
        other = reading(other)
        return Reading(_wide(self.value) + other.value, self.bound + other.bound)

    def __sub__(self, other: Side) -> "Reading":
        return self + reading(other) * -1.0

    def __mul__(self, other: "Side | float") -> "Reading":
        other = reading(np.asarray(other) if isinstance(other, float) else other)
        bound = abs(self.value) * other.bound + self.bound * (abs(other.value) + other.bound)
        return Reading(_wide(self.value) * other.value, bound)

    __radd__, __rmul__ = __add__, __mul__

    def rounded(self, dtype: np.dtype) -> "Reading":
        """The reading as a backend of this dtype takes it; what rounding does is added to the bound."""
        value = self.value.astype(dtype)
        return Reading(value, self.bound + abs(_wide(value) - self.value))


def reading(side: Side) -> Reading:
    """An exact array as a reading; a reading as it is."""
    return side if isinstance(side, Reading) else Reading(side, np.zeros(side.shape))


def combine(subscripts: str, exact: Exact, side: Side) -> Reading:
    """`numpy.einsum` of an exact array and a reading."""
    exact, side = _wide(exact), reading(side)
    value = np.einsum(subscripts, exact, _wide(side.value), optimize=True)
    return Reading(value, np.einsum(subscripts, abs(exact), side.bound, optimize=True))


def inner(side: Side, exact: Exact) -> Reading:
    """The inner product <side, exact>: the sum of the products of their elements."""
    return combine("i,i->", exact.ravel(), reading(side).moved(np.ravel))


def concatenate(sides: list[Reading], axis: int) -> Reading:
    """Readings side by side."""
    values, bounds = [side.value for side in sides], [side.bound for side in sides]
    return Reading(np.concatenate(values, axis), np.concatenate(bounds, axis))


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64)


class Ask(Protocol):
    """How a law asks a backend. Attributes left out take their defaults; inputs are arrays or readings."""

    def __call__(self, op: str, attrs: Attrs, **inputs: Side) -> Reading:
        """The first output of an operator."""

    def outputs(self, op: str, attrs: Attrs, **inputs: Side) -> dict[str, Reading]:
        """All outputs, by name."""

    def gradients(self, op: str, attrs: Attrs, cotangent: Exact, **inputs: Exact) -> dict[str, Reading]:
        """The gradients of <first output, cotangent> for each input, by the backend's own differentiation."""


Draw = Callable[[str, tuple[int, ...]], np.ndarray]  # data by name and shape; sums of a few of them are exact

TIERS = ("integers", "reals")  # with integers both sides must be equal, with reals within their bounds


@dataclasses.dataclass(frozen=True)
class Law:
    """A law: `check(ask, draw, **geometry)` gives the two sides, for each of the named `geometries`.

    `formula` states it in one line, `sentence` says what it means; `operators` are those it speaks of. A geometry
    whose integers must be rounded, by a division say, names its `tiers`.
    """

    name: str
    formula: str
    sentence: str
    operators: tuple[str, ...]
    geometries: Mapping[str, Attrs]
    check: Callable[..., tuple[Side, Side]]

    def trials(self) -> Iterator[tuple[str, str]]:
        """The names of geometry and tier of each trial."""
        for name, geometry in self.geometries.items():
            for tier in geometry.get("tiers", TIERS):
                yield name, tier

    def sides(self, geometry: str, ask: Ask, draw: Draw) -> tuple[Side, Side]:
        """The two sides of one trial."""
        return self.check(ask, draw, **{name: v for name, v in self.geometries[geometry].items() if name != "tiers"})


def law(formula: str, *names: str, **geometries: Attrs) -> Callable[[Callable[..., tuple[Side, Side]]], Law]:
    """Make a law of a function: its name and docstring are the law's; `geometries` are its keyword arguments."""

    def make(check: Callable[..., tuple[Side, Side]]) -> Law:
        sentence = " ".join((check.__doc__ or "").split())
        named = {name.replace("_", "-"): geometry for name, geometry in geometries.items()}
        return Law(check.__name__.replace("_", "-"), formula, sentence, names, named or {"plain": {}}, check)

    return make


def complete(op: str, attrs: Attrs) -> dict[str, Any]:
    """The attributes of an operator with defaults filled in, without layouts: what `spec.padding` speaks of."""
    found = operators()[op].complete(attrs)
    return {name: value for name, value in found.items() if name not in ("layout", "kernel_layout")}
