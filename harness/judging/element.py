"""One element of a result, taken apart: which products it sums, and how far a backend may be from it."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from harness.judging.bounds import worst_case
from harness.judging.oracle import Truth
from spec import operators
from spec.core import Case, canonical, convert_images
from spec.numerics import gradient

MOST = 40  # products that are written out


@dataclasses.dataclass(frozen=True)
class Element:
    """One element of the first output, in the axes of the case: its truth, its bound, and the products it sums.

    `terms` are (place in the kernel or image, factor, factor); a maximum or a mean has the pixels and their weights.
    """

    place: tuple[int, ...]
    truth: float
    bound: float
    terms: tuple[tuple[tuple[int, ...], float, float], ...]


def element(case: Case, truth: Truth, place: tuple[int, ...]) -> Element:
    """Take an element of the first output apart. Raises `IndexError` for a place that is not there."""
    operator = operators()[case.op]
    name = operator.outputs[0]
    expected = truth.outputs[name]
    if len(place) != expected.value.ndim or not all(0 <= i < n for i, n in zip(place, expected.value.shape)):
        raise IndexError(f"there is no element {list(place)}; {name} has shape {list(expected.value.shape)}")
    bound = worst_case(expected, case.dtype)[place]
    return Element(place, float(expected.value[place]), float(bound), tuple(_terms(case, name, expected.value, place)))


def _terms(case: Case, output: str, value: np.ndarray, place: tuple[int, ...]):
    """What the element sums: the gradient of it by the last input that it multiplies, times that input."""
    operator = operators()[case.op]
    if not operator.differentiable:
        return
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    wide = {name: array.astype(np.float64) for name, array in arrays.items()}
    one = np.zeros(value.shape)
    one[place] = 1
    one = convert_images(operator, output, one, case.layout or "NCHW", "NCHW")
    factors = [name for name in operator.differentiable if name in wide and name not in operator.optional]
    with np.errstate(all="ignore"):
        slopes: Mapping[str, np.ndarray] = gradient.pullback(operator, wide, attrs, one)
    name = factors[-1]
    for index in np.argwhere(slopes[name] != 0)[:MOST]:
        where = tuple(int(i) for i in index)
        yield where, float(slopes[name][where]), float(wide[name][where])
