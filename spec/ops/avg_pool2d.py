"""The mean of each window.

    y[n, c, i, j] = 1/d[i, j] * sum over a, e of  x[n, c, i*sh + a - top, j*sw + e - left]

    x (N, C, H, W)    y (N, C, OH, OW)    0 <= a < kh, 0 <= e < kw; x is 0 outside the image.
    OH = (H + top + bottom - kh) // sh + 1, and OW alike; with `ceil_mode` the division rounds up, but a window
    that would start in the padding after the end is dropped.

The divisor d is the number of pixels of the image that the window sees; with `count_include_pad` those of the
padding count too, but never what the last window of `ceil_mode` hangs over by. With a `divisor_override` of 1 or more
every sum is divided by that number instead, whatever its window sees.

`kernel_size`, `stride`: [h, w]; without a stride the windows lie side by side (stride = kernel_size).
`padding`: [[top, bottom], [left, right]] or valid, same, same_lower, full; no window may lie wholly in it.
"""

import math

import numpy as np

from spec import attributes as kinds
from spec.cases import geometry, layers, pools, sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Attribute, Operator, Rejected
from spec.numerics import pooling_windows
from spec.padding import explicit

ATTRIBUTES = {
    "kernel_size": kinds.pair([2, 3], [4, 2], default=None, required=True),
    "stride": kinds.pair([1, 1], [2, 1], [2, 3], default=None),
    "padding": kinds.padding("valid", "same", "same_lower", "full", [[1, 1], [1, 1]], [[1, 0], [0, 1]]),
    "ceil_mode": kinds.flag(),
    "count_include_pad": kinds.flag(),
    "layout": kinds.LAYOUT,
    "divisor_override": kinds.late(
        Attribute(
            "a whole number, or null", lambda value: value is None or kinds.is_whole(value), None, False, (None, 1, 8)
        )
    ),
}


def out_shape(x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override=None):
    """Shape (N, C, OH, OW) for the shape x (N, C, H, W); raises `Rejected`."""
    if divisor_override is not None and divisor_override < 1:
        raise Rejected(f"divisor_override {divisor_override} must be at least 1")
    return pooling_windows.out_shape(x, kernel_size, stride, padding, ceil_mode=ceil_mode)


def divisor(x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override=None):
    """What each window's sum is divided by, (OH, OW), for the shape x (N, C, H, W)."""
    pads = explicit(padding, x[2:], kernel_size, stride or kernel_size) if count_include_pad else ((0, 0), (0, 0))
    axes = pooling_windows.positions(x, kernel_size, stride, padding, ceil_mode=ceil_mode)
    rows, columns = (pooling_windows.inside(*axis).sum(axis=1) for axis in zip(axes, x[2:], pads))
    pixels = np.outer(rows, columns)
    return pixels if divisor_override is None else np.full_like(pixels, divisor_override)


def reference(x, **attrs):
    """The definition above, by the indices of each window's pixels."""
    out_shape(x.shape, **attrs)
    geometry = {name: value for name, value in attrs.items() if name not in ("count_include_pad", "divisor_override")}
    seen = pooling_windows.gather(x, *pooling_windows.positions(x.shape, **geometry), 0)
    return seen.sum(axis=(4, 5)) / divisor(x.shape, **attrs).astype(x.dtype)


def terms(x, **attrs):
    """Each pixel that is summed, and the division."""
    pixels = divisor(x.shape, **{**attrs, "count_include_pad": False, "divisor_override": None})
    return np.broadcast_to(pixels + 1.0, out_shape(x.shape, **attrs)).copy()


def exact(attrs, shapes):
    """Whether every divisor is a power of two: then dividing, or multiplying by 1/d, rounds nothing.

    Where the divisor is stated, so must the area be: a mean may be taken first, and multiplied by area / divisor.
    """
    complete = {name: attrs.get(name, kind.default) for name, kind in ATTRIBUTES.items() if name != "layout"}
    pixels = divisor(shapes["x"], **complete)
    area = 1 if complete["divisor_override"] is None else math.prod(complete["kernel_size"])
    return not np.any(pixels & (pixels - 1)) and not area & (area - 1)


def special(name, tier, dtype, shape):
    """Whole numbers and two NaN."""
    x = build.draw(name, tier, dtype, shape)
    x[0, 1, 3, 4] = x[1, 0, 0, 0] = np.nan
    return x


def stripes(name, tier, dtype, shape):
    """0 and 1 by turns: half of the numbers add up."""
    return (np.arange(np.prod(shape)) % 2).reshape(shape).astype(build.dtype_of(dtype))


def large():
    """Windows of more pixels than float16 (2048) and bfloat16 (256) can count one by one."""
    why = "the mean of 4096 pixels, half of them 1"
    attrs, x = {"kernel_size": [64, 64]}, {"x": (1, 1, 64, 64)}
    yield Sketch("half-precision-large", why, attrs, x, REAL_HALVES)
    attrs = {"kernel_size": [64, 64], "stride": [1, 1], "padding": [[1, 0], [0, 0]]}
    yield Sketch("half-precision-large-padded", "and the same without a row of them", attrs, x, REAL_HALVES)


SPACE = build.space(ATTRIBUTES)
REAL_HALVES = (("reals", "float16"), ("reals", "bfloat16"))
IMAGE = pools.IMAGE


def shapes(row):
    """The same image for every row of parameters."""
    return {"x": IMAGE}


def sketches():
    """Named geometries: each kills a mistake that the pairs alone would let live, or shows an extreme."""
    x, included = {"x": IMAGE}, {"count_include_pad": True}
    attrs = {"kernel_size": [4, 2]}
    yield Sketch("plain", "no stride given: windows side by side; swapped axes show", attrs, x, build.EVERY)
    attrs = {"kernel_size": [3, 4], "stride": [1, 2]}
    yield Sketch("overlapping", "a pixel is in several windows; 12 is no power of two", attrs, x, build.EVERY)
    attrs = {"kernel_size": [2, 1], "stride": [3, 4]}
    yield Sketch("gaps", "stride larger than the window: pixels that no window sees", attrs, x)
    attrs = {"kernel_size": [1, 1], "stride": [2, 3]}
    yield Sketch("subsampling", "a window of one pixel: every second row, every third column", attrs, x)
    yield Sketch("whole-image", "global pooling: one value for each channel", {"kernel_size": [7, 10]}, x)
    yield Sketch("whole-image-exact", "global pooling of 32 pixels", {"kernel_size": [4, 8]}, {"x": (2, 3, 4, 8)})
    attrs = {"kernel_size": [3, 4], "stride": [2, 1], "padding": [[1, 0], [1, 2]]}
    yield Sketch("unequal-pads", "pads differ at all four sides and do not count", attrs, x, build.EVERY)
    yield Sketch("unequal-pads-included", "pads differ at all four sides and count", attrs | included, x, build.EVERY)
    attrs = {"kernel_size": [2, 4], "stride": [1, 2], "padding": [[1, 0], [2, 2]]}
    yield Sketch("exact-pads", "divisors 2, 4 and 8", attrs, x)
    yield Sketch("exact-pads-included", "the divisor is 8 everywhere", attrs | included, x)
    attrs = {"kernel_size": [3, 4], "stride": [2, 3], "padding": [[2, 2], [3, 3]]}
    yield Sketch("wide-pads", "more than half the window: some frameworks refuse it", attrs, x)
    yield Sketch("wide-pads-included", "the corner window sees one pixel and divides by 12", attrs | included, x)
    attrs = {"kernel_size": [2, 4], "stride": [2, 4], "ceil_mode": True}
    yield Sketch("ceil", "the overhang of the last window does not count", attrs, x, build.EVERY)
    yield Sketch("ceil-included", "overhang is not padding: it does not count", attrs | included, x, build.EVERY)
    attrs, odd = {"kernel_size": [2, 2], "stride": [2, 2], "ceil_mode": True, **included}, {"x": (2, 3, 3, 3)}
    yield Sketch("ceil-corner", "divisors 4, 2 and 1: exact, so a wrong gradient at the overhang shows", attrs, odd)
    attrs = {"kernel_size": [2, 3], "stride": [3, 4], "padding": [[1, 1], [1, 2]], "ceil_mode": True}
    yield Sketch("ceil-dropped", "the last window would start in the padding after the end: dropped", attrs, x)
    attrs = {"kernel_size": [4, 3], "stride": [3, 2], "padding": [[0, 1], [1, 1]], "ceil_mode": True}
    yield Sketch("ceil-padded", "the last window hangs over the padding; nothing but pixels counts", attrs, x)
    yield Sketch("ceil-padded-included", "pixels and padding count, the overhang does not", attrs | included, x)
    stated = {"divisor_override": 3}
    attrs = {"kernel_size": [3, 4], "stride": [2, 1], "padding": [[1, 0], [1, 2]]}
    yield Sketch("divisor", "a divisor that is neither the area nor a number of pixels", attrs | stated, x, build.EVERY)
    attrs = {"kernel_size": [2, 4], "stride": [2, 4], "ceil_mode": True, "divisor_override": 1}
    yield Sketch("divisor-one", "divided by 1: the sum of each window, a partial one too", attrs, x, build.EVERY)
    attrs = {"kernel_size": [2, 4], "stride": [1, 2], "padding": [[1, 1], [0, 0]], "divisor_override": 16}
    yield Sketch("divisor-half", "a stated divisor in half precision", attrs, {"x": (2, 2, 5, 6)}, build.HALVES)
    attrs = {"kernel_size": [4, 3], "stride": [3, 4], "padding": "same"}
    yield Sketch("same-indivisible", "stride does not divide the size; pads differ at the two ends", attrs, x)
    attrs = {"kernel_size": [3, 2], "stride": [1, 1], "padding": "same", **included}
    yield Sketch("single-pixel", "the smallest image there is", attrs, {"x": (2, 3, 1, 1)})
    attrs, small = {"kernel_size": [2, 4], "stride": [1, 2], "padding": [[1, 1], [0, 0]]}, {"x": (2, 2, 5, 6)}
    yield Sketch("half-precision", "float16 and bfloat16 where a framework has them", attrs, small, build.HALVES)
    attrs = {"kernel_size": [6, 4], "stride": [1, 1], "padding": "same"}
    why = "more rows than the image has: the first windows end before its last row"
    dtypes = (("reals", "float32"), *build.DOUBLE, *REAL_HALVES)
    yield Sketch("window-beyond-image", why, attrs, {"x": (1, 2, 5, 6)}, dtypes)


def refused():
    """(name, why, attributes, shapes) that every framework must refuse."""
    yield from pools.refused("mean")
    attrs = {"kernel_size": [2, 2], "divisor_override": 0}
    yield "zero-divisor", "nothing is divided by 0", attrs, {"x": IMAGE}


def cases():
    """All named cases, those that cover the pairs, one with NaN, and those to be refused."""
    pairs = build.covering(SPACE, ATTRIBUTES, shapes, out_shape)
    found = [*sketches(), *pairs, *geometry.sketches(OPERATOR), *layers.sketches("avg_pool2d")]
    yield from build.expand("avg_pool2d", ATTRIBUTES, build.lattice_only_if(exact, found), images=("x",))
    yield from build.expand("avg_pool2d", ATTRIBUTES, large(), images=("x",), data=stripes)
    attrs = {"kernel_size": [2, 2], "stride": [1, 1], "padding": [[1, 1], [1, 1]]}
    why = "NaN stays in the windows that see it: running sums and masks that multiply spread it"
    nan = Sketch("not-a-number", why, attrs, {"x": IMAGE}, (("integers", "float32"),))
    yield from build.expand("avg_pool2d", ATTRIBUTES, [nan], images=("x",), data=special)
    yield from build.rejections("avg_pool2d", ATTRIBUTES, refused(), images=("x",))


OPERATOR = Operator(
    "avg_pool2d",
    inputs=("x",),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    terms=terms,
    images=("x",),
    image_outputs=("y",),
    differentiable=("x",),
    space=SPACE,
    shapes=shapes,
    plan=sizes.AVG_POOL2D,
)
