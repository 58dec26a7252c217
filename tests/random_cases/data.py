"""Random data of several kinds, and the strategy of whole cases: one geometry, then data of several dtypes."""

import dataclasses
import functools
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from hypothesis import strategies as st

from spec.cases import sketches as build
from spec.core import Case, Operator
from spec.ops import lenet5
from tests.random_cases.geometry import geometries

DTYPES = ("float32", "float64", "float16", "bfloat16")
PRODUCTS = ("conv2d", "conv2d_layer", "conv_transpose2d", "corr2d", "convolve2d", "dense")
TRAINING = ("learn_kernel", "lenet5")
CURVED = ("activation", "batch_norm2d")  # for which numbers of any size, NaN and corners are cases of their own
Draw = Callable[[np.random.Generator, str, tuple[int, ...]], np.ndarray]


def normal(random: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    return random.standard_normal(shape)


def whole(random: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Small whole numbers: many are equal, some are 0."""
    return random.integers(-3, 4, shape)


def pixels(random: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Shades from 0 to 1 as files hold them: no sign, and many are equal."""
    return random.integers(0, 256, shape) / 255


def sparse(random: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Mostly zeros, as behind a rectifier."""
    return random.standard_normal(shape) * (random.random(shape) < 0.3)


def mixed(random: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Every number of another size; no product of two leaves the normal numbers of the dtype."""
    most = 4 if dtype == "float16" else 12
    return np.ldexp(random.uniform(1, 2, shape) * random.choice((-1, 1), shape), random.integers(-most, most, shape))


def rows(random: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Every place of the last axis of another size."""
    most = 4 if dtype == "float16" else 12
    return np.ldexp(random.standard_normal(shape), random.integers(-most, most, shape[-1:]))


def extreme(random: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers from the smallest, subnormal ones to those of which no product, and no sum, leaves the dtype's range."""
    lowest, highest = {"float16": (-24, 2), "float64": (-1074, 500)}.get(dtype, (-140, 50))
    return np.ldexp(random.choice((-1.0, 1.0), shape), random.integers(lowest, highest + 1, shape))


def special(random: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Small whole numbers, and in some places NaN or an infinity."""
    values = random.integers(1, 4, shape).astype(np.float64)
    places = random.random(shape) < 0.1
    return np.where(places, random.choice((np.nan, np.inf, -np.inf), shape), values)


KINDS: tuple[Draw, ...] = (normal, whole, pixels, sparse, mixed, rows, extreme, special)


def data(kind: Draw, name: str, tier: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Data of one input, drawn from its name; those of training are its operator's, which keep it stable."""
    if name.startswith("activation/"):
        x = kind(np.random.default_rng(zlib.crc32(name.encode())), dtype, shape)
        return np.where(np.isin(abs(x), (0, 3, 6)), 0.5, x).astype(build.dtype_of(dtype))
    if name.startswith("batch_norm2d/") and name.endswith("/variance"):
        return (0.25 + abs(normal(np.random.default_rng(zlib.crc32(name.encode())), dtype, shape))).astype(
            build.dtype_of(dtype)
        )
    if name.startswith("lenet5/"):
        return _of_dtype(lenet5.data, name, tier, dtype, shape)
    return kind(np.random.default_rng(zlib.crc32(name.encode())), dtype, shape).astype(build.dtype_of(dtype))


def _of_dtype(draw, name: str, tier: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    array = draw(name, tier, "float64", shape)
    return array.astype(build.dtype_of(dtype)) if array.dtype.kind == "f" else array


@st.composite
def families(draw: st.DrawFn, operator: Operator) -> list[Case]:
    """Valid cases of one geometry, in one dtype or two: compilers compile a geometry once for each dtype."""
    attrs, shapes = draw(geometries(operator))
    kinds = (normal,) if operator.name in TRAINING else (normal, pixels) if operator.name in CURVED else KINDS
    # What a LeNet-5 of several steps returns in half precision cannot be told from zeros or from what it was before:
    # of 36 arrays some 35 have bounds as wide as that. The built-in case of one step is narrow enough.
    dtypes = DTYPES[:2] if operator.name == "lenet5" else DTYPES
    chosen = draw(st.lists(st.sampled_from(dtypes), min_size=1, max_size=2, unique=True))
    number = draw(st.integers(0, 9999))
    found = []
    for dtype in chosen:
        for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True)):
            found += cases(operator, attrs, shapes, dtype, kind, number)
    return found


def cases(operator: Operator, attrs, shapes, dtype: str, kind: Draw, number: int) -> Iterator[Case]:
    """The case of one geometry with data of one kind; whole numbers must come out exactly where no sum is rounded.

    Of NaN and infinity no gradient is asked: among several it is no number, or depends on which one is chosen.
    """
    exactly = kind is whole and operator.name in PRODUCTS and dtype in ("float32", "float64")
    variants = (("integers" if exactly else "reals", dtype),)
    text = zlib.crc32(f"{attrs}{shapes}".encode())
    sketch = build.Sketch(f"random-{text:08x}-{number:04}-{kind.__name__}", "drawn at random", attrs, shapes, variants)
    where = {"images": operator.images, "kernels": operator.kernels, "data": functools.partial(data, kind)}
    for case in build.expand(operator.name, operator.attributes, [sketch], **where):
        yield dataclasses.replace(case, gradient=kind is not special)
