"""Pixels added around an image.

    y[n, c, i, j] = x[n, c, source(i - top, H), source(j - left, W)]

    x (N, C, H, W)    y (N, C, top + H + bottom, left + W + right)

`source` says which pixel stands at a place outside 0 .. size-1, by `mode`, here for the row 1 2 3 and pads 2:

    constant    0 0 | 1 2 3 | 0 0    `value` (0 above), which the other modes do not read
    replicate   1 1 | 1 2 3 | 3 3    the nearest pixel
    reflect     3 2 | 1 2 3 | 2 1    mirrored at the edge pixel, which is not repeated: pads < size
    symmetric   2 1 | 1 2 3 | 3 2    mirrored at the edge of the image: pads <= size
    circular    2 3 | 1 2 3 | 1 2    as if the image went on and on: pads <= size

`padding`: [[top, bottom], [left, right]]. Values are moved, never computed: the result is exact.
"""

import numpy as np

from spec import attributes as kinds
from spec.cases import geometry, image_sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Attribute, Operator, Rejected

MODES = ("constant", "reflect", "symmetric", "replicate", "circular")
PADDING = Attribute(
    "[[top, bottom], [left, right]]",
    kinds.is_pads,
    required=True,
    values=([[1, 1], [1, 1]], [[0, 2], [3, 1]], [[2, 1], [0, 4]]),
)
ATTRIBUTES = {
    "padding": PADDING,
    "mode": kinds.choice(*MODES, default="constant"),
    "value": kinds.number(0.0, -1.5),
    "layout": kinds.LAYOUT,
}


def out_shape(x, *, padding, mode, value):
    """Shape (N, C, top + H + bottom, left + W + right) for the shape x (N, C, H, W); raises `Rejected`."""
    if len(x) != 4:
        raise Rejected(f"x must have 4 axes, not {len(x)}")
    if min(x) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}")
    if min(*padding[0], *padding[1]) < 0:
        raise Rejected(f"padding {[list(pads) for pads in padding]} must not be negative")
    for size, pads in zip(x[2:], padding):
        widest = {"reflect": size - 1, "symmetric": size, "circular": size}.get(mode, max(pads))
        if max(pads) > widest:
            raise Rejected(f"{mode} padding of {size} pixels can add at most {widest}, not {max(pads)}")
    return (x[0], x[1], *(size + sum(pads) for size, pads in zip(x[2:], padding)))


def source(place, size, mode):
    """The index of the pixel that stands at each `place`; the nearest one for the mode "constant"."""
    if mode == "circular":
        return place % size
    if mode == "reflect":
        return size - 1 - abs(size - 1 - abs(place))
    if mode == "symmetric":
        place = np.where(place < 0, -1 - place, place)
        return np.where(place < size, place, 2 * size - 1 - place)
    return np.clip(place, 0, size - 1)


def reference(x, *, padding, mode, value):
    """The definition above: every pixel of the result is looked up by its indices."""
    out_shape(x.shape, padding=padding, mode=mode, value=value)
    (top, bottom), (left, right) = padding
    height, width = x.shape[2:]
    rows, columns = np.arange(-top, height + bottom), np.arange(-left, width + right)
    y = x[:, :, source(rows, height, mode)][..., source(columns, width, mode)]
    if mode == "constant":
        y[:, :, (rows < 0) | (rows >= height)] = value
        y[..., (columns < 0) | (columns >= width)] = value
    return y


def scale(x, **attrs):
    """The size of the values: nothing is summed."""
    return abs(reference(x, **attrs))


def terms(x, **attrs):
    """No products and no sums: nothing but equality passes."""
    return np.zeros(out_shape(x.shape, **attrs))


SPACE = build.space(ATTRIBUTES)
HALVES = (("reals", "float16"), ("reals", "bfloat16"))
IMAGE = (2, 3, 4, 5)


def shapes(row):
    """The same image for every row of parameters."""
    return {"x": IMAGE}


def sketches():
    """Named geometries: the widest pads of each mode, sides left alone, images of one pixel."""
    x = {"x": IMAGE}
    attrs = {"padding": [[1, 2], [3, 4]], "value": -1.5}
    yield Sketch("four-sides", "four different pads: swapped sides or axes show", attrs, x, build.EVERY)
    yield Sketch("no-pads", "nothing is added", {"padding": [[0, 0], [0, 0]]}, x)
    yield Sketch("last-column", "one side alone", {"padding": [[0, 0], [0, 1]], "mode": "reflect"}, x)
    attrs = {"padding": [[3, 2], [1, 4]], "mode": "reflect"}
    yield Sketch("reflect-widest", "one pixel less than the size: the far edge shows once", attrs, x)
    attrs = {"padding": [[4, 3], [2, 5]], "mode": "symmetric"}
    yield Sketch("symmetric-widest", "as wide as the image: the whole image is mirrored", attrs, x)
    attrs = {"padding": [[4, 3], [2, 5]], "mode": "circular"}
    yield Sketch("circular-widest", "as wide as the image: the whole image is repeated", attrs, x)
    attrs = {"padding": [[6, 1], [2, 7]], "mode": "replicate"}
    yield Sketch("replicate-beyond-size", "wider than the image: the edge goes on for ever", attrs, x)
    attrs = {"padding": [[6, 1], [2, 7]]}
    yield Sketch("constant-beyond-size", "wider than the image", attrs, x)
    attrs = {"padding": [[1, 0], [2, 3]], "mode": "replicate"}
    yield Sketch("single-pixel", "one pixel becomes an area", attrs, {"x": (1, 2, 1, 1)})
    for mode in MODES:
        attrs = {"padding": [[1, 2], [3, 0]], "mode": mode, "value": -1.5}
        yield Sketch(f"half-precision-{mode}", "float16 and bfloat16 are moved unchanged", attrs, x, HALVES)


def refused():
    """(name, why, attributes, shapes) that every framework must refuse."""
    x = {"x": IMAGE}
    yield "negative", "some frameworks crop instead, others refuse", {"padding": [[0, -1], [0, 0]]}, x
    yield "reflect-too-wide", "there are only 3 rows to mirror", {"padding": [[4, 0], [0, 0]], "mode": "reflect"}, x
    yield "symmetric-too-wide", "there are only 4 rows", {"padding": [[0, 5], [0, 0]], "mode": "symmetric"}, x
    yield "circular-too-wide", "there are only 5 columns", {"padding": [[0, 0], [6, 0]], "mode": "circular"}, x
    attrs = {"padding": [[1, 0], [0, 0]], "mode": "reflect"}
    yield "reflect-single-row", "one row: the mirror shows nothing beside it", attrs, {"x": (2, 3, 1, 5)}
    attrs = {"padding": [[-4, 0], [0, 0]]}
    yield "nothing-left", "negative pads that would take every row", attrs, x
    attrs = {"padding": [[1, 1], [1, 1]]}
    yield "rank-3-image", "a single image without the axis of images", attrs, {"x": IMAGE[1:]}
    yield "empty-batch", "no image", attrs, {"x": (0, 3, 4, 5)}
    attrs = {"padding": [[1, 1], [0, 0]], "mode": "replicate"}
    yield "replicate-of-nothing", "there is no edge to repeat", attrs, {"x": (2, 3, 0, 5)}


def cases():
    """All named cases, those that cover the pairs, and those to be refused."""
    pairs = build.covering(SPACE, ATTRIBUTES, shapes, out_shape)
    found = [*sketches(), *pairs, *geometry.sketches(OPERATOR)]
    yield from build.expand("pad2d", ATTRIBUTES, found, images=("x",))
    attrs = {"padding": [[1, 2], [3, 0]], "mode": "replicate"}
    far = Sketch("wide-range", "values that float16 cannot hold", attrs, {"x": IMAGE}, build.WIDE)
    yield from build.expand("pad2d", ATTRIBUTES, [far], images=("x",), data=build.wide)
    yield from build.rejections("pad2d", ATTRIBUTES, refused(), images=("x",))


OPERATOR = Operator(
    "pad2d",
    inputs=("x",),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    scale=scale,
    terms=terms,
    images=("x",),
    image_outputs=("y",),
    differentiable=("x",),
    space=SPACE,
    shapes=shapes,
    plan=image_sizes.PAD2D,
)
