"""The largest pixel of each window.

    y[n, c, i, j] = max over a, e of  x[n, c, i*sh + a*dh - top, j*sw + e*dw - left]

    x (N, C, H, W)    y (N, C, OH, OW)    0 <= a < kh, 0 <= e < kw; x is -inf outside the image.
    OH = (H + top + bottom - (dh*(kh-1) + 1)) // sh + 1, and OW alike; with `ceil_mode` the division rounds up,
    but a window that would start in the padding after the end is dropped.

`kernel_size`, `stride`, `dilation`: [h, w]; without a stride the windows lie side by side (stride =
kernel_size). `padding`: [[top, bottom], [left, right]] or valid, same, same_lower, full; no window may lie
wholly in the padding. NaN in a window makes its maximum NaN. Values are moved, never computed: exact.

The gradient goes to the pixel that was the maximum; of equal ones, to the first in row-major order.
"""

import dataclasses

import numpy as np

from spec import attributes as kinds
from spec.cases import geometry, layers, pools, sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator
from spec.numerics import pooling_windows

ATTRIBUTES = {
    "kernel_size": kinds.pair([2, 3], [4, 2], default=None, required=True),
    "stride": kinds.pair([1, 1], [2, 1], [2, 3], default=None),
    "padding": kinds.padding("valid", "same", "same_lower", "full", [[1, 1], [1, 1]], [[1, 0], [0, 1]]),
    "dilation": kinds.pair([1, 1], [2, 1], [2, 2]),
    "ceil_mode": kinds.flag(),
    "layout": kinds.LAYOUT,
}


def out_shape(x, *, kernel_size, stride, padding, dilation, ceil_mode):
    """Shape (N, C, OH, OW) for the shape x (N, C, H, W); raises `Rejected`."""
    return pooling_windows.out_shape(x, kernel_size, stride, padding, dilation, ceil_mode)


def reference(x, **attrs):
    """The definition above, by the indices of each window's pixels."""
    out_shape(x.shape, **attrs)
    least = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -np.inf
    return pooling_windows.gather(x, *pooling_windows.positions(x.shape, **attrs), least).max(axis=(4, 5))


def scale(x, **attrs):
    """The size of the values: nothing is summed."""
    return abs(reference(x, **attrs))


def terms(x, **attrs):
    """No products and no sums: nothing but equality passes."""
    return np.zeros(out_shape(x.shape, **attrs))


def pullback(cotangent, x, **attrs):
    """{"x": gradient}: each window hands its cotangent to its first maximum in row-major order."""
    rows, columns = pooling_windows.positions(x.shape, **attrs)
    seen = pooling_windows.gather(x, rows, columns, -np.inf)
    largest = seen.max(axis=(4, 5), keepdims=True)
    real = pooling_windows.gather(np.ones_like(x), rows, columns, 0) > 0
    first = (real & ((seen == largest) | np.isnan(seen))).reshape(*cotangent.shape, -1).argmax(axis=-1)
    image, channel, i, j = np.indices(cotangent.shape)
    a, e = np.divmod(first, columns.shape[1])
    gradient = np.zeros(x.shape, cotangent.dtype)
    np.add.at(gradient, (image, channel, rows[i, a], columns[j, e]), cotangent)
    return {"x": gradient}


def tied(x, **attrs):
    """Whether a window has several equal maxima, or NaN: then a gradient depends on which one is chosen."""
    seen = pooling_windows.gather(x, *pooling_windows.positions(x.shape, **attrs), -np.inf)
    largest = seen.max(axis=(4, 5), keepdims=True)
    return bool(np.any((seen == largest).sum(axis=(4, 5)) != 1))


def distinct(name, tier, dtype, shape):
    """Values that are all different, so that every window has one maximum and the gradient is defined.

    Whole numbers are negative, so that padding with 0 instead of -inf shows at every border.
    """
    size = int(np.prod(shape))

    def reals(count):
        """The first ones of a row: a longer draw begins with the same numbers."""
        return build.draw(name, "reals", dtype, (count,)).astype(np.float64)

    if tier == "integers":
        order = np.argsort(reals(size), kind="stable")  # other sorts order equal numbers as the processor has it
        return (order - size).reshape(shape).astype(build.dtype_of(dtype))
    for count in (size, 2 * size, 8 * size):  # of a narrow dtype many numbers come again
        values, first = np.unique(reals(count), return_index=True)
        if values.size >= size:
            break
    return values[np.argsort(first)][:size].reshape(shape).astype(build.dtype_of(dtype))


def special(name, tier, dtype, shape):
    """Whole numbers with ties in most windows, and the values that the case is named after."""
    x = build.draw(name, tier, dtype, shape) - 4
    if "not-a-number" in name:
        x[0, 1, 3, 4] = x[1, 0, 0, 0] = np.nan
    if "minus-infinity" in name:
        x[:, 1] = -np.inf
    return x


SPACE = build.space(ATTRIBUTES)
IMAGE = pools.IMAGE


def shapes(row):
    """The same image for every row of parameters."""
    return {"x": IMAGE}


def sketches():
    """Named geometries: each kills a mistake that the pairs alone would let live, or shows an extreme."""
    x = {"x": IMAGE}
    attrs = {"kernel_size": [3, 2]}
    yield Sketch("plain", "no stride given: windows side by side; swapped axes show", attrs, x, build.EVERY)
    attrs = {"kernel_size": [3, 4], "stride": [1, 2]}
    yield Sketch("overlapping", "a pixel is the maximum of several windows: cotangents add up", attrs, x, build.EVERY)
    attrs = {"kernel_size": [2, 1], "stride": [3, 4]}
    yield Sketch("gaps", "stride larger than the window: pixels that no window sees", attrs, x)
    attrs = {"kernel_size": [1, 1], "stride": [2, 3]}
    yield Sketch("subsampling", "a window of one pixel: every second row, every third column", attrs, x)
    yield Sketch("whole-image", "global pooling: one value for each channel", {"kernel_size": [7, 10]}, x)
    attrs = {"kernel_size": [3, 4], "stride": [2, 1], "padding": [[1, 0], [1, 2]]}
    yield Sketch("unequal-pads", "pads differ at all four sides; inputs are negative", attrs, x, build.EVERY)
    attrs = {"kernel_size": [3, 4], "stride": [2, 3], "padding": [[2, 2], [3, 3]]}
    yield Sketch("wide-pads", "more than half the window: some frameworks refuse it", attrs, x)
    attrs = {"kernel_size": [3, 2], "stride": [3, 4], "ceil_mode": True}
    yield Sketch("ceil", "a last, partial window counts", attrs, x)
    attrs = {"kernel_size": [2, 3], "stride": [3, 4], "padding": [[1, 1], [1, 2]], "ceil_mode": True}
    yield Sketch("ceil-dropped", "the last window would start in the padding after the end: dropped", attrs, x)
    attrs = {"kernel_size": [4, 3], "stride": [3, 2], "padding": [[0, 1], [1, 1]], "ceil_mode": True}
    yield Sketch("ceil-padded", "the last window hangs over the padding", attrs, x)
    attrs = {"kernel_size": [3, 2], "stride": [2, 3], "dilation": [2, 4], "padding": [[2, 1], [1, 3]]}
    yield Sketch("dilated", "dilation, stride and pads at once", attrs, x, build.EVERY)
    attrs = {"kernel_size": [2, 3], "stride": [2, 1], "dilation": [3, 2], "ceil_mode": True}
    yield Sketch("dilated-ceil", "the partial window is that of the dilated kernel", attrs, x)
    attrs = {"kernel_size": [4, 3], "stride": [3, 4], "padding": "same"}
    yield Sketch("same-indivisible", "stride does not divide the size; pads differ at the two ends", attrs, x)
    attrs = {"kernel_size": [3, 2], "stride": [1, 1], "padding": "same"}
    yield Sketch("single-pixel", "the smallest image there is", attrs, {"x": (2, 3, 1, 1)})
    small = {"x": (2, 2, 5, 6)}
    attrs = {"kernel_size": [3, 2], "stride": [2, 1], "padding": [[1, 0], [0, 1]]}
    yield Sketch("half-precision", "float16 and bfloat16 where a framework has them", attrs, small, build.HALVES)
    attrs, halves = {"kernel_size": [3, 3], "stride": [1, 1]}, (("reals", "float16"), ("reals", "bfloat16"))
    why = "a pixel is the maximum of up to nine windows: how are their cotangents added?"
    yield Sketch("half-precision-overlapping", why, attrs, {"x": (1, 2, 6, 7)}, halves)


def specials():
    """Named cases with special values; a gradient of the ties alone: NaN and -inf everywhere have no first maximum."""
    attrs = {"kernel_size": [3, 3], "stride": [1, 1], "padding": [[1, 1], [1, 1]]}
    only, x = (("integers", "float32"),), {"x": IMAGE}
    yield Sketch("ties", "equal maxima in a window: the first of them gets the cotangent, and it alone", attrs, x, only)
    yield Sketch("not-a-number", "NaN is the maximum of every window that sees it, and of no other", attrs, x, only)
    yield Sketch("minus-infinity", "windows of -inf: a search from the lowest finite number fails", attrs, x, only)


def refused():
    """(name, why, attributes, shapes) that every framework must refuse."""
    yield from pools.refused("maximum")
    attrs = {"kernel_size": [3, 2], "dilation": [4, 1]}
    yield "dilated-window-too-large", "no window fits once it is dilated", attrs, {"x": IMAGE}
    attrs = {"kernel_size": [2, 2], "dilation": [0, 1]}
    yield "zero-dilation", "all taps would fall on one pixel", attrs, {"x": IMAGE}


def cases():
    """All named cases, those that cover the pairs, and those to be refused."""
    pairs = build.covering(SPACE, ATTRIBUTES, shapes, out_shape)
    found = [*sketches(), *pairs, *geometry.sketches(OPERATOR), *layers.sketches("max_pool2d")]
    yield from build.expand("max_pool2d", ATTRIBUTES, found, images=("x",), data=distinct)
    for case in build.expand("max_pool2d", ATTRIBUTES, specials(), images=("x",), data=special):
        yield dataclasses.replace(case, gradient=case.id.startswith("max_pool2d/ties/"))
    yield from build.rejections("max_pool2d", ATTRIBUTES, refused(), images=("x",))


OPERATOR = Operator(
    "max_pool2d",
    inputs=("x",),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    scale=scale,
    terms=terms,
    pullback=pullback,
    images=("x",),
    image_outputs=("y",),
    differentiable=("x",),
    space=SPACE,
    shapes=shapes,
    plan=sizes.MAX_POOL2D,
)
