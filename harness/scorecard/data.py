"""What the tolerance scorecard computes: one convolution with its gradients, on data of nine kinds.

The convolution has a square kernel (so that kh and kw can be swapped unnoticed by any shape), pads of one pixel,
and enough outputs for statistics. Each of its four arrays is a matrix product: see `sums`.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from spec import operators
from spec.core import Case

# N, C, O, and the height and width of image and output. An element of y sums 144 products, of dx 288 (144), of dw
# and db 1024 (128): in float16 fewer, as n times its unit roundoff must stay small for its sums to mean anything.
SIZES = {"float32": (4, 16, 32, 16), "float16": (2, 16, 16, 8)}
ARRAYS = ("y", "dx", "dw", "db")
TAPS = 9
PAD_ONE = [[1, 1], [1, 1]]

Arrays = dict[str, np.ndarray]
Shapes = Mapping[str, tuple[int, ...]]


def normal(random, shapes: Shapes, dtype: str) -> Arrays:
    """Standard normal numbers."""
    return {name: random.standard_normal(shape) for name, shape in shapes.items()}


def positive(random, shapes: Shapes, dtype: str) -> Arrays:
    """Evenly spread from 0 to 1: nothing cancels, and rounding errors are as large as they get."""
    return {name: random.random(shape) for name, shape in shapes.items()}


def cancellation(random, shapes: Shapes, dtype: str) -> Arrays:
    """Every product has an almost exact opposite: results are a thousandth of what they are made of."""
    signs = {"x": (1, 1), "w": (-1, -1), "g": (-1, 1)}  # of the second half of the first axis, of the second axis
    found = {}
    for name, shape in shapes.items():
        array = random.standard_normal((shape[0] // 2, shape[1] // 2, *shape[2:]))
        for axis, sign in enumerate(signs[name]):
            array = np.concatenate([array, sign * array], axis)
        found[name] = array * (1 + 2.0**-10 * random.standard_normal(shape))
    return found


def exponents(random, shapes: Shapes, dtype: str) -> Arrays:
    """Normal numbers times powers of two from 2^-12 to 2^12 (2^-3 to 2^3 in float16)."""
    most = 12 if dtype == "float32" else 3
    return {
        name: random.standard_normal(shape) * 2 ** random.uniform(-most, most, shape) for name, shape in shapes.items()
    }


def image(random, shapes: Shapes, dtype: str) -> Arrays:
    """Images in steps of 1/255 with edges and flat black and white areas, kernels that sum to 0, normal cotangents."""
    found = normal(random, shapes, dtype)
    return {
        "x": _pixels(random, shapes["x"]),
        "w": found["w"] - found["w"].mean((2, 3), keepdims=True),
        "g": found["g"],
    }


def pixels(random, shapes: Shapes, dtype: str) -> Arrays:
    """Such images for x and for the cotangent: products repeat in dw and db, and repeat their rounding errors."""
    return {**image(random, shapes, dtype), "g": _pixels(random, shapes["g"])}


def _pixels(random, shape: tuple[int, ...]) -> np.ndarray:
    i, j = np.mgrid[: shape[2], : shape[3]] / shape[2]
    waves = random.uniform(1, 6, (2, *shape[:2], 1, 1))
    smooth = 0.5 + 0.8 * np.sin(waves[0] * i + waves[1] * j) + 0.3 * (i > j)
    return np.round(255 * np.clip(smooth, 0, 1)) / 255


def ramps(random, shapes: Shapes, dtype: str) -> Arrays:
    """Such images whose rows are all alike: every shade of x meets the same shade of the cotangent again and again."""

    def image_of(shape: tuple[int, ...]) -> np.ndarray:
        steps, first = (random.integers(least, most, (1, shape[1], 1, 1)) for least, most in ((1, 8), (0, 60)))
        return np.broadcast_to((np.arange(shape[3]) * steps + first) / 255, shape)

    return {**image(random, shapes, dtype), "x": image_of(shapes["x"]), "g": image_of(shapes["g"])}


def sparse(random, shapes: Shapes, dtype: str) -> Arrays:
    """Normal numbers, nine of ten replaced by 0."""
    return {name: random.standard_normal(shape) * (random.random(shape) < 0.1) for name, shape in shapes.items()}


def integer(random, shapes: Shapes, dtype: str) -> Arrays:
    """Whole numbers from -3 to 3, for which every order of summation is exact."""
    return {name: random.integers(-3, 4, shape).astype("f8") for name, shape in shapes.items()}


KINDS: tuple[Callable[..., Arrays], ...] = (
    normal,
    positive,
    cancellation,
    exponents,
    image,
    pixels,
    ramps,
    sparse,
    integer,
)


def cases(sizes: Mapping[str, tuple[int, int, int, int]] = SIZES) -> Iterator[tuple[str, Case]]:
    """(name of the kind of data, case) for every dtype in `sizes`; the cotangent belongs to the data."""
    operator = operators()["conv2d"]
    for dtype, (n, c, o, size) in sizes.items():
        shapes = {"x": (n, c, size, size), "w": (o, c, 3, 3), "g": (n, o, size, size)}
        for kind in KINDS:
            name = f"scorecard/{kind.__name__}/{dtype}"
            data = kind(np.random.default_rng(zlib.crc32(name.encode())), shapes, dtype)
            x, w, g = (data[key].astype(dtype) for key in "xwg")
            yield (
                kind.__name__,
                Case(
                    name,
                    "conv2d",
                    operator.complete({"padding": PAD_ONE}),
                    {"x": x, "w": w, "b": np.zeros(o, dtype)},
                    kind.__doc__ or "",
                    tier="integers" if kind is integer else "reals",
                    canonical_cotangent=g,
                ),
            )


def sums(case: Case) -> Iterator[tuple[str, np.ndarray, np.ndarray, Callable[[np.ndarray], np.ndarray]]]:
    """(array, left, right, shaped): each array of the case is shaped(left @ right).

    The columns of left for y and dx, and of right for dw, are the kernel's: (channels, kh, kw).
    """
    assert case.canonical_cotangent is not None
    x, w, g = case.inputs["x"], case.inputs["w"], case.canonical_cotangent
    n, size = len(x), x.shape[2:]

    def images(array: np.ndarray) -> np.ndarray:
        return array.reshape(len(array), n, *size).swapaxes(0, 1)

    slopes = g.swapaxes(0, 1).reshape(len(w), -1)
    turned = w[:, :, ::-1, ::-1].swapaxes(0, 1)
    yield "y", w.reshape(len(w), -1), _columns(x), images
    yield "dx", turned.reshape(len(turned), -1), _columns(g), images
    yield "dw", slopes, _columns(x).T, lambda array: array.reshape(w.shape)
    yield "db", slopes, np.ones((slopes.shape[1], 1), slopes.dtype), lambda array: array.ravel()


def _columns(images: np.ndarray) -> np.ndarray:
    """Every window of padded images as a column: (C * 9, N * H * W)."""
    padded = np.pad(images, ((0, 0), (0, 0), *PAD_ONE))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))  # (N, C, H, W, 3, 3)
    return windows.transpose(1, 4, 5, 0, 2, 3).reshape(images.shape[1] * TAPS, -1)
