"""Ways to compute a sum of products: correct ones, which a rule must pass, and faulty ones, which it must refuse.

A convolution and its gradients are matrix products: left (R, K) @ right (K, S) sums K products for each result.
Both operands and the result have one dtype, float32 or float16.

Correct is every order of summation, as an order cannot know the data. In float16 correct is float16 arithmetic,
where every product and every sum is rounded, as well as float32 arithmetic that rounds the result once: on CPUs
TensorFlow and JAX do the first, NumPy the second, and PyTorch both (forward the second, gradients in between).
"""

import dataclasses
from collections.abc import Callable

import ml_dtypes
import numpy as np

from harness.judging.floats import Array, cut, through

Product = Callable[[Array, Array], Array]
LANES = 16
QUARTERS = 4
FLIPPED = 10_000


@dataclasses.dataclass(frozen=True)
class Arithmetic:
    """One way to compute left @ right. `spoil` changes the operands of an array (y, dx, dw, db) before."""

    name: str
    text: str
    product: Product
    faulty: bool = False
    dtypes: tuple[str, ...] = ("float32", "float16")
    spoil: Callable[[str, Array, Array], tuple[Array, Array]] = lambda array, left, right: (left, right)

    def compute(self, array: str, left: Array, right: Array) -> Array:
        """The result for one array of a convolution. Overflow is part of some faults."""
        with np.errstate(all="ignore"):
            return self.product(*self.spoil(array, left, right))


# ---- correct -------------------------------------------------------------------------------------


def sequential(left: Array, right: Array) -> Array:
    total = _zeros(left, right)
    for column, row in zip(left.T, right):
        total += column[:, None] * row
    return total


def backwards(left: Array, right: Array) -> Array:
    return sequential(left[:, ::-1], right[::-1])


def interleaved(left: Array, right: Array) -> Array:
    order = np.arange(len(right) // QUARTERS * QUARTERS).reshape(QUARTERS, -1).T.ravel()
    order = np.append(order, np.arange(len(order), len(right)))
    return sequential(left[:, order], right[order])


def by_sign(left: Array, right: Array) -> Array:
    above, below = _zeros(left, right), _zeros(left, right)
    for column, row in zip(left.T, right):
        terms = column[:, None] * row
        above += np.maximum(terms, 0)
        below += np.minimum(terms, 0)
    return above + below


def pairwise(left: Array, right: Array) -> Array:
    half = len(right) // 2
    if half == 0:
        return left * right
    return pairwise(left[:, :half], right[:half]) + pairwise(left[:, half:], right[half:])


def lanes(left: Array, right: Array) -> Array:
    parts = [sequential(left[:, lane::LANES], right[lane::LANES]) for lane in range(min(LANES, len(right)))]
    return sum(parts[1:], parts[0])


def fused(left: Array, right: Array) -> Array:
    total = _zeros(left, right)
    for column, row in zip(left.T.astype("f8"), right.astype("f8")):  # float64 holds every product exactly
        total = (total + column[:, None] * row).astype(left.dtype)
    return total


def compensated(left: Array, right: Array) -> Array:
    total, lost = _zeros(left, right), _zeros(left, right)
    for column, row in zip(left.T, right):
        term = column[:, None] * row - lost
        larger = total + term
        lost = (larger - total) - term
        total = larger
    return total


def blas(left: Array, right: Array) -> Array:
    return (left.astype("f4") @ right.astype("f4")).astype(left.dtype)


def rounded_once(product: Product) -> Product:
    """A product in float32 for float16 operands, rounded at the end."""
    return lambda left, right: product(left.astype("f4"), right.astype("f4")).astype(left.dtype)


def _zeros(left: Array, right: Array) -> Array:
    return np.zeros((len(left), right.shape[1]), left.dtype)


HALF = ("float16",)
CORRECT = (
    Arithmetic("sequential", "one product added after the other", sequential),
    Arithmetic("backwards", "the same from the last product to the first", backwards),
    Arithmetic("interleaved", "one of each quarter in turn: images in turn for dw, as in XLA", interleaved),
    Arithmetic("by sign", "positive products and negative products apart", by_sign),
    Arithmetic("pairwise", "two halves, each summed likewise", pairwise),
    Arithmetic("lanes", f"{LANES} sums side by side, as in vector registers, then their sum", lanes),
    Arithmetic("fused", "multiply and add with one rounding (FMA)", fused),
    Arithmetic("compensated", "what an addition lost goes into the next one (Kahan)", compensated),
    Arithmetic("BLAS", "NumPy's matrix product; float16 in float32, rounded once", blas),
    Arithmetic("sequential/32", "one after the other in float32, rounded once", rounded_once(sequential), dtypes=HALF),
    Arithmetic("by sign/32", "by sign in float32, rounded once", rounded_once(by_sign), dtypes=HALF),
)


# ---- faulty --------------------------------------------------------------------------------------


def of(change: Callable[[Array], Array]) -> Product:
    """The product of changed operands, summed in float32."""
    return lambda left, right: blas(change(left), change(right))


def half_sums(left: Array, right: Array) -> Array:
    total = np.zeros((len(left), right.shape[1]), "f2")
    for column, row in zip(left.T, right):
        total = (total + column[:, None] * row).astype("f2")
    return total.astype(left.dtype)


def rounded_twice(left: Array, right: Array) -> Array:
    narrow = np.float16 if left.dtype == np.float32 else ml_dtypes.bfloat16
    return through(narrow)(blas(left, right))


def flipped(left: Array, right: Array) -> Array:
    total = left.astype("f8") @ right.astype("f8")
    shape = len(left), *right.shape
    r, k, s = np.unravel_index(np.arange(FLIPPED // 2, np.prod(shape), FLIPPED), shape)
    np.subtract.at(total, (r, s), 2 * left[r, k].astype("f8") * right[k, s])
    return total.astype(left.dtype)


def tap_dropped(array: str, left: Array, right: Array) -> tuple[Array, Array]:
    """Without the second tap of every kernel; the bias has no taps."""

    def without(operand: Array, tap: int) -> Array:
        kept = operand.copy()
        kept[:, tap::9] = 0
        return kept

    if array == "dw":
        return left, without(right, 1)
    return (left if array == "db" else without(left, 1 if array == "y" else 7)), right  # dx turns the kernel


def axes_swapped(array: str, left: Array, right: Array) -> tuple[Array, Array]:
    """With kh and kw of every kernel swapped; the bias has none."""

    def swapped(operand: Array) -> Array:
        return operand.reshape(len(operand), -1, 3, 3).swapaxes(2, 3).reshape(operand.shape)

    if array == "dw":
        return left, swapped(right)
    return (left if array == "db" else swapped(left)), right


TF32 = 11  # significant bits
BFLOAT16 = through(ml_dtypes.bfloat16)
FAULTY = (
    Arithmetic("TF32 operands", f"{TF32} significant bits, summed in float32", of(lambda a: cut(a, TF32)), True),
    Arithmetic("float16 operands", f"{TF32} bits and a narrow range, summed in float32", of(through("f2")), True),
    Arithmetic("bfloat16 operands", "8 significant bits, summed in float32", of(BFLOAT16), True),
    Arithmetic("float16 sums", "float32 products, every sum rounded to float16", half_sums, True, ("float32",)),
    Arithmetic("rounded twice", "the result first to float16 (float16 case: bfloat16)", rounded_twice, True),
    Arithmetic("sign flipped", "one product of 10^4 subtracted, no other error", flipped, True),
    Arithmetic("tap dropped", "the second tap of every kernel left out", blas, True, spoil=tap_dropped),
    Arithmetic("kh, kw swapped", "every square kernel transposed", blas, True, spoil=axes_swapped),
)
