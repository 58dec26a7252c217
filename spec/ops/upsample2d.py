"""An image enlarged by whole factors [sh, sw].

    nearest     y[n, c, i, j] = x[n, c, i // sh, j // sw]
    bilinear    y[n, c, i, j] = sum over r, q of  h(s_i - r) * h(s_j - q) * x[n, c, r, q],   h(d) = max(0, 1 - |d|)

    x (N, C, H, W)    y (N, C, H*sh, W*sw)    s_i is the place in x where row i of y is read:

    half-pixel       s_i = (i + 1/2) / sh - 1/2, clamped to 0 .. H-1: the pixels are areas, their edges agree
    align_corners    s_i = i * (H - 1) / (H*sh - 1): the pixels are points, the first and last ones agree

`align_corners` says nothing about nearest, which refuses it. Nearest moves values and is exact.

The error scale of bilinear: frameworks round s_i too, in the dtype of the image. Three roundings of numbers
below H give an error of at most 3Hu, and 1 - |d| adds one of u. y is continuous in s_i and s_j, and while they
move by less than that, its slope is at most the sum of |x| over the pixels within one pixel of (s_i, s_j): B.
Products and sums add at most 8uB. So |error| <= (3H + 3W + 10)uB, which is below gamma(2n)*B for
n = 2*(H + W) + 4.
"""

import numpy as np

from spec import attributes as kinds
from spec.cases import geometry, image_sizes, layers
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected

ATTRIBUTES = {
    "scale": kinds.pair([2, 3], [4, 2], [3, 1], default=None, required=True),
    "mode": kinds.choice("nearest", "bilinear", default="nearest"),
    "align_corners": kinds.flag(),
    "layout": kinds.LAYOUT,
}


def out_shape(x, *, scale, mode, align_corners):
    """Shape (N, C, H*sh, W*sw) for the shape x (N, C, H, W); raises `Rejected`."""
    if len(x) != 4:
        raise Rejected(f"x must have 4 axes, not {len(x)}")
    if min(x) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}")
    if min(scale) < 1:
        raise Rejected(f"scale {list(scale)} must be at least 1")
    if align_corners and mode == "nearest":
        raise Rejected("align_corners says nothing about the mode nearest")
    return (x[0], x[1], x[2] * scale[0], x[3] * scale[1])


def positions(size, scale, align_corners):
    """The place among `size` pixels where each of the size*scale pixels of the result is read, not yet clamped."""
    index = np.arange(size * scale)
    if align_corners:
        return index * (size - 1) / max(size * scale - 1, 1)
    return (index + 0.5) / scale - 0.5


def distances(shape, scale, align_corners):
    """|s_i - r| for rows (H*sh, H) and for columns (W*sw, W)."""
    found = []
    for size, by in zip(shape[2:], scale):
        places = np.clip(positions(size, by, align_corners), 0, size - 1)
        found.append(abs(places[:, None] - np.arange(size)))
    return found


def both_axes(rows, columns, x):
    """The matrix `rows` applied along the height of x, and `columns` along its width.

    Pixels of weight 0 are not read: infinite ones are left out of the products, and come in where they are read.
    """
    finite = np.isfinite(x)
    y = _products(rows, columns, np.where(finite, x, 0))
    for value in (np.nan, np.inf, -np.inf) if not finite.all() else ():
        places = np.isnan(x) if np.isnan(value) else x == value
        y += np.where(_products(rows > 0, columns > 0, places.astype(x.dtype)) > 0, value, 0)
    return y


def _products(rows, columns, x):
    return rows.astype(x.dtype) @ x @ columns.astype(x.dtype).T


def reference(x, *, scale, mode, align_corners):
    """The definition above, bilinear as one matrix of weights for each axis."""
    out_shape(x.shape, scale=scale, mode=mode, align_corners=align_corners)
    if mode == "nearest":
        rows, columns = (np.arange(size * by) // by for size, by in zip(x.shape[2:], scale))
        return x[:, :, rows][..., columns]
    weights = [np.maximum(0, 1 - distance) for distance in distances(x.shape, scale, align_corners)]
    return both_axes(*weights, x)


def error_scale(x, *, scale, mode, align_corners):
    """B: the sum of |x| over the pixels within one pixel of where each value is read; nearest: its size.

    A thousandth of a pixel more, so that a place which is rounded across a pixel stays covered. NaN and infinity do not
    count: where they are read the result is one of them, and elsewhere they bring no error.
    """
    if mode == "nearest":
        return abs(reference(x, scale=scale, mode=mode, align_corners=align_corners))
    finite = np.where(np.isfinite(x), abs(x), 0)
    return both_axes(*(distance <= 1.001 for distance in distances(x.shape, scale, align_corners)), finite)


def terms(x, *, scale, mode, align_corners):
    """n = 2*(H + W) + 4 for bilinear (see above), 0 for nearest."""
    count = 2 * (x.shape[2] + x.shape[3]) + 4 if mode == "bilinear" else 0
    return np.full(out_shape(x.shape, scale=scale, mode=mode, align_corners=align_corners), float(count))


def exact(attrs, shapes):
    """Whether all places are multiples of 1/64, so that no place, weight, product or sum is rounded.

    The places before clamping: at an edge some frameworks weigh one pixel twice instead. A single pixel has
    no corners to align, and is such an edge too.
    """
    if attrs.get("mode") != "bilinear":
        return True
    aligned = attrs.get("align_corners", False)
    axes = zip(shapes["x"][2:], attrs["scale"])
    return all(np.all(positions(size, by, aligned and size > 1) * 64 % 1 == 0) for size, by in axes)


SPACE = build.space(ATTRIBUTES)
IMAGE = (2, 3, 4, 5)


def shapes(row):
    """The same image for every row of parameters."""
    return {"x": IMAGE}


def sketches():
    """Named geometries: exact weights, unequal factors, edges, and images too small to interpolate."""
    x, pixel, row, column = {"x": IMAGE}, {"x": (2, 3, 1, 1)}, {"x": (2, 3, 1, 5)}, {"x": (2, 3, 3, 1)}
    linear, aligned = {"mode": "bilinear"}, {"mode": "bilinear", "align_corners": True}
    yield Sketch("nearest", "unequal factors: swapped axes show", {"scale": [2, 3]}, x, build.EVERY)
    yield Sketch("nearest-one", "factor 1 changes nothing", {"scale": [1, 1]}, x)
    yield Sketch("nearest-pixel", "one pixel becomes an area", {"scale": [3, 2]}, pixel)
    why = "41 times 1/41 is less than 1 in float32: a place that is rounded down lies in the pixel before"
    yield Sketch("nearest-41", why, {"scale": [41, 1]}, {"x": (1, 2, 2, 3)})
    why = "float16 and bfloat16 are moved unchanged where a framework has them"
    yield Sketch("nearest-half-precision", why, {"scale": [2, 3]}, x, build.HALVES)
    why = "float16 and bfloat16 where a framework has them"
    yield Sketch("bilinear-half-precision", why, {"scale": [2, 4], **linear}, x, build.HALVES)
    why = "500 places: float16 and bfloat16 hold the number of no more than 256 or 2048 of them"
    reals = (("reals", "float16"), ("reals", "bfloat16"))
    yield Sketch("bilinear-half-precision-places", why, {"scale": [1, 100], **linear}, {"x": (1, 2, 1, 5)}, reals)
    yield Sketch("bilinear-2", "weights 1/4 and 3/4, edges clamped", {"scale": [2, 2], **linear}, x, build.EVERY)
    yield Sketch("bilinear-4-2", "weights in eighths; swapped axes show", {"scale": [4, 2], **linear}, x, build.EVERY)
    yield Sketch("bilinear-one-axis", "factor 1 on one axis", {"scale": [1, 4], **linear}, x)
    yield Sketch("bilinear-3", "every third place is a pixel itself", {"scale": [3, 3], **linear}, x, build.EVERY)
    yield Sketch("bilinear-large", "many places between two pixels", {"scale": [7, 5], **linear}, x)
    yield Sketch("bilinear-row", "one row: only columns are interpolated", {"scale": [2, 4], **linear}, row)
    yield Sketch("bilinear-pixel", "one pixel becomes a flat area", {"scale": [2, 3], **linear}, pixel)
    yield Sketch("aligned", "corners agree, places are fractions", {"scale": [2, 3], **aligned}, x, build.EVERY)
    yield Sketch("aligned-one", "factor 1 changes nothing", {"scale": [1, 1], **aligned}, x)
    yield Sketch("aligned-exact", "places in quarters and eighths", {"scale": [3, 7], **aligned}, {"x": (2, 2, 3, 7)})
    yield Sketch("aligned-pixel", "0/0 in the formula: one pixel has no distance", {"scale": [2, 4], **aligned}, pixel)
    yield Sketch("aligned-column", "one column: only rows are interpolated", {"scale": [3, 2], **aligned}, column)


def refused():
    """(name, why, attributes, shapes) that every framework must refuse."""
    x = {"x": IMAGE}
    yield "zero-scale", "nothing would be left", {"scale": [0, 2]}, x
    yield "negative-scale", "an image of fewer than no rows", {"scale": [-1, 2]}, x
    attrs = {"scale": [2, 2], "align_corners": True}
    yield "nearest-aligned", "align_corners says nothing about the mode nearest", attrs, x
    attrs = {"scale": [2, 2], "mode": "bilinear"}
    yield "rank-3-image", "a single image without the axis of images", attrs, {"x": IMAGE[1:]}
    yield "empty-batch", "no image", attrs, {"x": (0, 3, 4, 5)}
    yield "zero-rows", "there are no pixels to interpolate", attrs, {"x": (2, 3, 0, 5)}


def cases():
    """All named cases, those that cover the pairs, and those to be refused."""
    pairs = build.covering(SPACE, ATTRIBUTES, shapes, out_shape)
    found = [*sketches(), *pairs, *geometry.sketches(OPERATOR), *layers.sketches("upsample2d")]
    yield from build.expand("upsample2d", ATTRIBUTES, build.lattice_only_if(exact, found), images=("x",))
    yield from build.rejections("upsample2d", ATTRIBUTES, refused(), images=("x",))


OPERATOR = Operator(
    "upsample2d",
    inputs=("x",),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    scale=error_scale,
    terms=terms,
    images=("x",),
    image_outputs=("y",),
    differentiable=("x",),
    space=SPACE,
    shapes=shapes,
    plan=image_sizes.UPSAMPLE2D,
)
