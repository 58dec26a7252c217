"""Two layers' weights: equal, and if not, which transposition, flip, order or rounding makes them equal."""

import itertools
from collections.abc import Iterator, Mapping

import ml_dtypes
import numpy as np

from harness.judging.floats import distance

LETTERS = {"conv2d": "OIHW", "conv_transpose2d": "IOHW", "dense": "OI"}
NEUTRAL = {"b": 0.0, "shift": 0.0, "mean": 0.0, "scale": 1.0, "variance": 1.0}
ONE_ROUNDING = 1.0  # units in the last place: a conversion through another format and back
Arrays = Mapping[str, np.ndarray]


def differing(one: Arrays, other: Arrays) -> list[str]:
    """The names of the weights that are not equal; a bias of zeros is as good as none."""
    return [name for name in dict.fromkeys([*one, *other]) if not _equal(name, one.get(name), other.get(name))]


def _equal(name: str, a: np.ndarray | None, b: np.ndarray | None) -> bool:
    if a is None or b is None:
        there = a if b is None else b
        return there is not None and name in NEUTRAL and bool((there == NEUTRAL[name]).all())
    if a.shape != b.shape:
        return False
    if a.dtype != b.dtype:  # which is told as such
        narrow, wide = sorted((a, b), key=lambda array: array.dtype.itemsize)
        return np.array_equal(wide.astype(narrow.dtype), narrow, equal_nan=True)
    return np.array_equal(a, b, equal_nan=True) or bool(distance(a, b).max() <= ONE_ROUNDING)


def words(kind: str, name: str, one: Arrays, other: Arrays, raw: tuple[Arrays, Arrays], elsewhere: Mapping) -> str:
    """How the weight `name` of B comes of A's, in words. `elsewhere`: other weights of A by "layer.name"."""
    a, b = one.get(name), other.get(name)
    if b is None or a is None:
        return f"{name} is missing in {'B' if b is None else 'A'}"
    found = next(_relations(kind, name, a, b, one, raw, elsewhere), "")
    if found:
        return f"{name} of B is {found}"
    if a.shape != b.shape:
        return f"{name} has shape {list(b.shape)} in B, {list(a.shape)} in A"
    return f"{name}: {_amount(a.astype(np.float64), b.astype(np.float64))}"


def _amount(a: np.ndarray, b: np.ndarray) -> str:
    changed = a != b
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(abs(a - b))), a.shape))
    norm = np.linalg.norm(a)
    size = np.linalg.norm(a - b) / norm if norm else np.inf
    whose = "other numbers, of another training or never loaded" if size > 0.5 else "other numbers: a stale weight"
    where = f"element {list(place)} is {a[place]:.6g} in A and {b[place]:.6g} in B"
    return f"{whose} ({int(changed.sum())} of {a.size} differ, by {size:.2g} of the norm; {where})"


def _relations(kind, name, a, b, one: Arrays, raw: tuple[Arrays, Arrays], elsewhere) -> Iterator[str]:
    for key, array in one.items():
        if key != name and array.shape == b.shape and np.array_equal(array, b):
            yield f"A's {key}"
    letters = LETTERS.get(kind, "") if name == "w" else ""
    if letters:
        yield from _kernels(a, b, letters)
        yield from _memory(raw[0].get(name), raw[1].get(name), kind)
    for key, array in elsewhere.items():
        if array.shape == b.shape and np.array_equal(array, b):
            yield f"A's {key}"
    if a.shape == b.shape:
        yield from _numbers(name, a.astype(np.float64), b.astype(np.float64))
    if a.shape == b.shape and b.ndim and len(b) > 1 and name != "w":
        yield from _reordered(a, b, "")


def _kernels(a: np.ndarray, b: np.ndarray, letters: str) -> Iterator[str]:
    """Flips and transpositions of axes."""
    space = [flip for flip in ("HW", "H", "W") if set(flip) <= set(letters)]
    for order in itertools.permutations(range(a.ndim)):
        turned = a.transpose(order)
        if turned.shape != b.shape:
            continue
        moved = "".join(letters[axis] for axis in order)
        said = "" if moved == letters else f"transposed: {moved} where {letters} was meant"
        if said and np.array_equal(turned, b):
            yield f"A's, {said}"
        for flip in space:
            if np.array_equal(np.flip(turned, tuple(letters.index(one) for one in flip)), b):
                yield f"A's, flipped along {' and '.join(flip)}" + (f" and {said}" if said else "")
    if a.shape == b.shape:
        for axis, letter in enumerate(letters):
            if letter in "OI":
                yield from _reordered(np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0), f" along {letter}")


def _reordered(a: np.ndarray, b: np.ndarray, along: str) -> Iterator[str]:
    """The same rows in another order, named where it is one: reversed, or dealt as (m, n) instead of (n, m)."""
    rows = a.reshape(len(a), -1)
    if np.array_equal(a[::-1], b):
        yield f"A's{along} in reverse order (as of RGB and BGR)"
        return
    size = len(a)
    for first in (n for n in range(2, size) if size % n == 0):
        for second in (n for n in range(1, size // first + 1) if (size // first) % n == 0):
            order = np.arange(size).reshape(first, second, -1)
            for axes in itertools.permutations(range(3)):
                if np.array_equal(rows[order.transpose(axes).ravel()], b.reshape(size, -1)):
                    sizes = [one for one in (first, second, size // first // second) if one > 1]
                    yield (
                        f"A's{along} in another order: axes of {' x '.join(map(str, sizes))} transposed, as of "
                        "channels and pixels behind a flatten, or of channels and multipliers"
                    )
                    return
    order_a, order_b = np.lexsort(rows.T), np.lexsort(b.reshape(size, -1).T)
    if np.array_equal(rows[order_a], b.reshape(size, -1)[order_b]):
        yield f"A's{along} in another order"


def _memory(a: np.ndarray | None, b: np.ndarray | None, kind: str) -> Iterator[str]:
    """The numbers of A's memory read as another shape: reshaped, not transposed."""
    if a is None or b is None or a.size != b.size or kind == "":
        return
    if np.array_equal(a.ravel(), b.ravel()):
        same = a.shape == b.shape
        yield "A's memory, copied without the transposition that it needs" + ("" if same else " (reshaped)")
    for order in itertools.permutations(range(a.ndim)) if a.ndim == 4 else ():
        if np.array_equal(a.transpose(order).ravel(), b.ravel()):
            yield f"A's, transposed by {list(order)} and reshaped"


def _numbers(name: str, a: np.ndarray, b: np.ndarray) -> Iterator[str]:
    """Rounding, sign, a factor, and what is done to variances."""
    with np.errstate(all="ignore"):
        for dtype in (np.float16, ml_dtypes.bfloat16):
            if np.array_equal(a.astype(dtype).astype(np.float64), b):
                yield f"A's, rounded to {np.dtype(dtype).name}"
        if np.array_equal(-a, b):
            yield "A's with the wrong sign"
        for shown, array in (("the square root of A's", np.sqrt(a)), ("the square of A's", a * a), ("1 / A's", 1 / a)):
            if np.allclose(array, b, rtol=1e-5, atol=0):
                yield shown
        square = float(np.vdot(a, a))
        factor = float(np.vdot(a, b)) / square if square else 0.0
        if factor and factor != 1 and np.allclose(factor * a, b, rtol=1e-5, atol=0):
            yield f"{factor:.6g} times A's"
        if b.size and not b.any():
            yield "zeros, as before a training"
        if b.size and (b == 1).all() and name in ("scale", "variance"):
            yield "ones, as before a training"
