"""The transposed convolution: every input pixel scatters a copy of the kernel, scaled by its value.

    z[n, o, i*sh + a*dh, j*sw + e*dw]  is the sum over c of  x[n, I/groups*g + c, i, j] * w[I/groups*g + c, o', a, e]
    y[n, o, p, q] = b[o] + z[n, o, p + top, q + left]

    x (N, I, H, W)    w (I, O' = O/groups, kh, kw)    b (O,) optional    y (N, O, OH, OW)
    o = O'*g + o' is output channel o' of group g; z is 0 where the kernel does not reach.
    OH = (H - 1)*sh - (top + bottom) + dh*(kh-1) + 1 + output_padding[0], and OW alike.

The padding crops: it means what it means for the convolution whose adjoint this is,
<conv2d(v, w), x> = <v, conv_transpose2d(x, w)>. `output_padding` adds rows and columns at the end, to choose
among the sizes that this convolution maps to one; it is less than the stride or less than the dilation.
With "same" and "same_lower" the output has H*sh by W*sw pixels, so there is nothing to choose.

`stride`, `dilation`, `output_padding`: [h, w]. `padding`: [[top, bottom], [left, right]] or valid, same,
same_lower, full. Source of the sizes: Dumoulin and Visin, arXiv:1603.07285, chapter 4.
"""

import numpy as np

from spec import attributes as kinds
from spec.cases import geometry, layers, sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected
from spec.padding import check_window, extent, transposed

ATTRIBUTES = {
    "stride": kinds.pair([1, 1], [2, 1], [2, 3]),
    "padding": kinds.padding("valid", "same", "same_lower", "full", [[1, 1], [2, 2]], [[1, 2], [0, 3]]),
    "output_padding": kinds.pair([0, 0], [1, 0], [1, 1], default=(0, 0)),
    "dilation": kinds.pair([1, 1], [2, 1], [2, 2]),
    "groups": kinds.whole(1, 2),
    "layout": kinds.LAYOUT,
    "kernel_layout": kinds.TRANSPOSED_KERNEL_LAYOUT,
}


def out_shape(x, w, b=None, *, stride, padding, output_padding, dilation, groups):
    """Shape (N, O, OH, OW) for shapes x (N, I, H, W), w (I, O/groups, kh, kw), b (O,); raises `Rejected`."""
    if len(x) != 4 or len(w) != 4:
        raise Rejected(f"x and w must have 4 axes, not {len(x)} and {len(w)}")
    check_window(w[2:], stride, dilation)
    if w[0] != x[1]:
        raise Rejected(f"w has {w[0]} input channels, x has {x[1]}")
    if groups < 1 or x[1] % groups:
        raise Rejected(f"groups {groups} must divide the {x[1]} input channels")
    if min(x + w) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}, w {list(w)}")
    outputs = w[1] * groups
    if b is not None and tuple(b) != (outputs,):
        raise Rejected(f"b has shape {list(b)}; it must be [{outputs}], one number per output channel")
    check_output_padding(output_padding, stride, padding, dilation)
    crop, extra = transposed(padding, x[2:], w[2:], stride, dilation, output_padding)
    check_window(w[2:], stride, dilation, crop)
    full = full_size(x[2:], w[2:], stride, dilation)
    size = [full[axis] + extra[axis] - sum(crop[axis]) for axis in (0, 1)]
    if min(size) < 1:
        raise Rejected(f"padding {padding} leaves an output of {size} pixels; it must have at least one each way")
    return (x[0], outputs, *size)


def check_output_padding(output_padding, stride, padding, dilation):
    """Raise `Rejected` for an output padding that is negative, too large, or beside a rule that fixes the size."""
    limits = list(map(max, stride, dilation))
    if any(not 0 <= extra < limit for extra, limit in zip(output_padding, limits)):
        raise Rejected(f"output_padding {list(output_padding)} must be at least 0 and less than {limits}")
    if padding in ("same", "same_lower") and max(output_padding) > 0:
        raise Rejected(f"output_padding {list(output_padding)} must be [0, 0]: padding {padding!r} fixes the size")


def full_size(size, kernel, stride, dilation):
    """Rows and columns that the scattered kernels cover, before cropping."""
    axes = zip(size, kernel, stride, dilation)
    return [(pixels - 1) * step + extent(taps, rate) for pixels, taps, step, rate in axes]


def reference(x, w, b=None, *, stride, padding, output_padding, dilation, groups):
    """The definition above: scatter one kernel tap at a time, then crop."""
    attrs = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    n, o, oh, ow = out_shape(x.shape, w.shape, None if b is None else b.shape, groups=groups, **attrs)
    (sh, sw), (kh, kw), (h, wide) = stride, w.shape[2:], x.shape[2:]
    ((top, _), (left, _)), extra = transposed(padding, (h, wide), (kh, kw), stride, dilation, output_padding)
    rows, columns = map(sum, zip(full_size((h, wide), (kh, kw), stride, dilation), extra))
    x = x.reshape(n, groups, -1, h, wide)
    w = w.reshape(groups, -1, o // groups, kh, kw)
    z = np.zeros((n, groups, o // groups, rows, columns), np.result_type(x, w))
    for a in range(kh):
        for e in range(kw):
            i, j = a * dilation[0], e * dilation[1]
            reached = z[..., i : i + (h - 1) * sh + 1 : sh, j : j + (wide - 1) * sw + 1 : sw]
            reached += np.einsum("gco,ngchw->ngohw", w[..., a, e], x)
    y = z[..., top : top + oh, left : left + ow].reshape(n, o, oh, ow)
    return y if b is None else y + b[:, None, None]


def shapes(row):
    """Shapes for a row of parameters: all dimensions unequal, several channels per group."""
    kh, kw = row["kernel"]
    found = {"x": (2, 4, 5, 9), "w": (4, 6 // row["groups"], kh, kw)}
    return found | ({"b": (6,)} if row["bias"] else {})


SPACE = build.space(ATTRIBUTES, kernel=([3, 5], [2, 4]), bias=(False, True))


def sketches():
    """Named geometries: each kills a mistake that the pairs alone would let live, or shows an extreme."""
    x, w = (2, 4, 5, 7), (4, 6, 3, 2)
    why = "no attribute set: flipped kernel, swapped axes or channels show"
    yield Sketch("plain", why, {}, {"x": x, "w": w}, build.EVERY)
    why = "the bias is added everywhere, once"
    yield Sketch("bias", why, {"stride": [2, 2]}, {"x": x, "w": w, "b": (6,)}, build.EVERY)
    yield Sketch("pointwise", "a 1x1 kernel is a matrix product over channels", {}, {"x": x, "w": (4, 6, 1, 1)})
    attrs = {"stride": [2, 3], "groups": 4}
    yield Sketch("depthwise", "one channel per group", attrs, {"x": x, "w": (4, 1, 3, 2), "b": (4,)}, build.EVERY)
    why = "two outputs from each channel: their order within groups"
    yield Sketch("depthwise-multiplier", why, {"groups": 4}, {"x": x, "w": (4, 2, 3, 2)})
    attrs = {"groups": 3, "stride": [2, 3], "dilation": [1, 2], "padding": [[2, 1], [0, 3]], "output_padding": [1, 2]}
    why = "groups, stride, dilation, four unequal crops and output padding at once"
    yield Sketch("everything", why, attrs, {"x": (2, 6, 4, 5), "w": (6, 3, 3, 4), "b": (9,)}, build.EVERY)
    why = "stride and dilation both beyond 1: the taps of neighbours interleave"
    yield Sketch("stride-and-dilation", why, {"stride": [2, 2], "dilation": [2, 2]}, {"x": x, "w": w}, build.EVERY)
    why = "the crop of SAME is odd: one pixel more at the end"
    yield Sketch("same-odd", why, {"stride": [2, 2], "padding": "same"}, {"x": x, "w": (4, 5, 3, 5)})
    why = "the crop of SAME_LOWER is odd: one pixel more at the beginning"
    yield Sketch("same-lower-odd", why, {"stride": [2, 2], "padding": "same_lower"}, {"x": x, "w": (4, 5, 3, 5)})
    small = {"x": (2, 3, 3, 4), "w": (3, 5, 3, 2), "b": (5,)}
    why = "stride larger than the kernel: gaps hold the bias alone"
    yield Sketch("stride-beyond-kernel", why, {"stride": [4, 5]}, small)
    why = "SAME with gaps: the last rows are never reached, yet the output is H*stride long"
    yield Sketch("same-beyond-kernel", why, {"stride": [4, 5], "padding": "same"}, small)
    why = "output padding beyond the reach of the kernel: rows of bias at the end"
    yield Sketch("empty-rows", why, {"stride": [4, 5], "output_padding": [3, 2]}, small)
    attrs = {"stride": [2, 2], "padding": [[1, 1], [1, 1]], "output_padding": [1, 1]}
    why = "pad 1 with output padding 1 doubles the size, shifted by a pixel against SAME"
    yield Sketch("doubling", why, attrs, {"x": x, "w": (4, 5, 3, 3)})
    why = "output padding without stride: less than the dilation is allowed"
    yield Sketch("padding-under-dilation", why, {"dilation": [2, 3], "output_padding": [1, 2]}, {"x": x, "w": w})
    why = "crops wider than the kernel: whole input pixels vanish"
    yield Sketch("wide-crops", why, {"padding": [[4, 1], [2, 5]]}, {"x": (2, 3, 7, 8), "w": (3, 5, 2, 3), "b": (5,)})
    why = "a crop as wide as the kernel, and none opposite: as a convolution it crops at one end and pads at the other"
    yield Sketch("crop-on-one-side", why, {"padding": [[2, 0], [1, 1]]}, {"x": (2, 3, 5, 6), "w": (3, 4, 2, 2)})
    why = "stride 2, and a crop that leaves two taps without pads, beside a kernel that is wider than the image"
    attrs = {"stride": [2, 2], "padding": [[1, 1], [3, 3]]}
    yield Sketch("two-taps-beside-many", why, attrs, {"x": (1, 2, 4, 3), "w": (2, 3, 2, 4)})
    why = "the smallest image there is"
    yield Sketch("single-pixel", why, {"stride": [2, 3]}, {"x": (1, 2, 1, 1), "w": (2, 3, 3, 3)})
    why = "up to 576 products per output: where low-precision arithmetic shows"
    yield Sketch("many-terms", why, {"padding": "same"}, {"x": (1, 64, 5, 6), "w": (64, 3, 3, 3)})
    why = "16 channels become one, as at the end of a decoder: a block of channels fills the vectors of some processors"
    yield Sketch("to-one-channel", why, {}, {"x": (2, 16, 3, 4), "w": (16, 1, 3, 2)})
    yield Sketch("to-one-channel-of-eight", "the same for shorter vectors", {}, {"x": (2, 8, 3, 4), "w": (8, 1, 3, 2)})
    attrs = {"groups": 2, "stride": [2, 1], "padding": [[1, 0], [0, 1]]}
    why = "float16 and bfloat16 where a framework has them"
    yield Sketch("half-precision", why, attrs, {"x": (2, 4, 3, 4), "w": (4, 2, 2, 3), "b": (4,)}, build.HALVES)


def refused():
    """(name, why, attributes, shapes[, dtypes]) that every framework must refuse."""
    x, w = (2, 4, 5, 7), (4, 6, 3, 2)
    yield "channel-mismatch", "w expects 3 channels, x has 4", {}, {"x": x, "w": (3, 6, 3, 2)}
    yield "groups-do-not-divide", "3 groups of 4 channels", {"groups": 3}, {"x": x, "w": w}
    yield "zero-stride", "all copies would fall on one place", {"stride": [0, 1]}, {"x": x, "w": w}
    yield "negative-stride", "the copies would come in reverse order", {"stride": [1, -1]}, {"x": x, "w": w}
    yield "zero-dilation", "all taps would fall on one place", {"dilation": [0, 1]}, {"x": x, "w": w}
    why = "the padding crops; a crop of less than nothing adds rows"
    yield "negative-pads", why, {"padding": [[-1, 0], [0, 0]]}, {"x": x, "w": w}
    yield "nothing-left", "the crop takes 8 of 7 rows", {"padding": [[4, 4], [0, 0]]}, {"x": x, "w": w}
    attrs = {"stride": [2, 2], "output_padding": [2, 0]}
    yield "output-padding-too-large", "as large as the stride: no convolution has this adjoint", attrs, {"x": x, "w": w}
    attrs = {"stride": [2, 2], "output_padding": [0, -1]}
    yield "negative-output-padding", "it adds columns; cropping is the padding's", attrs, {"x": x, "w": w}
    attrs = {"stride": [2, 2], "padding": "same", "output_padding": [1, 1]}
    yield "output-padding-beside-same", "the rule fixes the size", attrs, {"x": x, "w": w}
    yield "bias-length", "b has 5 entries for 6 output channels", {}, {"x": x, "w": w, "b": (5,)}
    why = "one number for 6 output channels, which broadcasting would add to each of them"
    yield "single-bias", why, {}, {"x": x, "w": w, "b": (1,)}
    yield "rank-3-image", "a single image without the axis of images", {}, {"x": x[1:], "w": w}
    yield "rank-3-kernel", "w lacks an axis", {}, {"x": x, "w": (4, 3, 2)}
    yield "empty-batch", "no image", {}, {"x": (0, 4, 5, 7), "w": w}
    yield "zero-channels", "images without channels: sums of nothing", {}, {"x": (2, 0, 5, 7), "w": (0, 6, 3, 2)}
    why = "x float32, w float64: nothing may be converted without a word"
    yield "mixed-dtypes", why, {}, {"x": x, "w": w}, {"w": "float64"}


def cases():
    """All named cases, those that cover the pairs, and those to be refused."""
    pairs = build.covering(SPACE, ATTRIBUTES, shapes, out_shape)
    found = [*sketches(), *pairs, *geometry.sketches(OPERATOR), *layers.sketches("conv_transpose2d")]
    yield from build.expand("conv_transpose2d", ATTRIBUTES, found, images=("x",), kernels=("w",))
    yield from build.rejections("conv_transpose2d", ATTRIBUTES, refused(), images=("x",), kernels=("w",))


OPERATOR = Operator(
    "conv_transpose2d",
    inputs=("x", "w", "b"),
    optional=("b",),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    images=("x",),
    kernels=("w",),
    image_outputs=("y",),
    differentiable=("x", "w", "b"),
    space=SPACE,
    shapes=shapes,
    plan=sizes.CONV_TRANSPOSE2D,
)
