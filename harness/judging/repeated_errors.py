"""How far the rounding errors of one sum go together, so that they add up instead of cancelling.

Adding a product to a sum leaves an error that the product alone decides, as long as the sum keeps its size. Whole
numbers and white pixels leave none at all. Equal products leave equal errors, and so do the 256 shades of pixels,
whose errors lie in a few places. The sum E of these errors can be computed, for any order of summation
(`spec.numerics.stochastic.repeated`). Where it is larger than chance would make it, errors may be so, too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from harness.judging.floats import info
from spec.core import Operator
from spec.numerics import gradient
from spec.numerics.stochastic import SIZES, repeated

SAMPLES = 16  # elements of an array that are looked at, spread over it
SELDOM = 1e-3  # equal pairs among the products of an element: with fewer errors are independent

Arrays = Mapping[str, np.ndarray]


def walk(
    operator: Operator,
    name: str,
    arrays: Arrays,
    attrs: Mapping[str, Any],
    cotangent: np.ndarray | None,
    dtype: np.dtype,
) -> float:
    """How many times n the number k of the bounds is, for the output or (with a cotangent) the gradient `name`.

    k is n, what independent errors have, and 3 (E / (u B))^2, on average over the array.
    """
    factors = [one for one in operator.differentiable if one in arrays and one not in operator.optional]
    if operator.pullback is not None or (cotangent is None and len(factors) < 2):
        return 1.0
    others = [arrays[one] for one in factors if one != name] if name not in operator.optional else []
    multiplied = others if cotangent is None else [*others, cotangent]
    with np.errstate(all="ignore"):
        if min(map(_equal_pairs, multiplied)) * max(array.size for array in multiplied) < SELDOM:
            return 1.0
        samples = list(products(operator, name, factors, arrays, attrs, cotangent))
        return of_products(samples, dtype)


def of_products(samples: Iterable[np.ndarray], dtype: np.dtype) -> float:
    """The same, from the products of some elements."""
    u, _ = info(dtype)
    excess, count = np.zeros(SIZES), 0
    for summed in samples:
        summed = summed[summed != 0]
        scale = np.abs(summed).sum()
        if len(summed) < 2 or not np.isfinite(scale):
            continue
        rounded = summed.astype(dtype).astype(np.float64)
        excess += 3 * np.square(repeated(summed, rounded, u) / (u * scale))
        count += len(summed)
    return 1.0 + float(excess.max()) / count if count else 1.0


def _equal_pairs(factor: np.ndarray) -> float:
    """The share of pairs of numbers that are equal, zeros left out."""
    counts = np.unique(factor[factor != 0], return_counts=True)[1].astype(np.float64)
    pairs = counts.sum() * (counts.sum() - 1)
    return float((counts * (counts - 1)).sum() / pairs) if pairs else 1.0


def products(
    operator: Operator, name: str, factors: Sequence[str], arrays: Arrays, attrs, cotangent: np.ndarray | None
) -> Iterator[np.ndarray]:
    """What some elements of an output or a gradient sum. The operator is linear in each input and in the cotangent."""
    nothing = {one: np.zeros_like(array) for one, array in arrays.items()}

    def reference(**changed: np.ndarray) -> np.ndarray:
        found = {**arrays, **{one: nothing[one] for one in arrays if one in operator.optional}, **changed}
        return np.asarray(operator.reference(*(found.get(one) for one in operator.inputs), **attrs))

    if cotangent is None:
        shape = reference().shape
        for place in places(shape):
            kernel = factors[1]
            yield (gradient.pullback(operator, arrays, attrs, _one(shape, place))[kernel] * arrays[kernel]).ravel()
        return
    constant = reference(**{factors[0]: nothing[factors[0]]})
    for place in places(arrays[name].shape):
        one = _one(arrays[name].shape, place)
        alone = {factors[0]: nothing[factors[0]], name: one} if name in operator.optional else {name: one}
        yield ((reference(**alone) - constant) * cotangent).ravel()


def places(shape: Sequence[int]) -> Iterator[int]:
    """Some places of an array, spread by the golden section, so that no row or column comes more often."""
    size = int(np.prod(shape))
    yield from sorted({int(size * (number * 0.6180339887498949 % 1)) for number in range(min(SAMPLES, size))})


def _one(shape: Sequence[int], place: int) -> np.ndarray:
    """Zeros with a single 1."""
    array = np.zeros(shape)
    array.flat[place] = 1
    return array
