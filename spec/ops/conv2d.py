"""The 2-D convolution of neural networks, which is a cross-correlation (the kernel is not flipped).

    y[n, o, i, j] = b[o] + sum over c, a, e of  w[o, c, a, e] * x[n, C*g + c, i*sh + a*dh - top, j*sw + e*dw - left]

    x (N, C_in, H, W)    w (O, C = C_in/groups, kh, kw)    b (O,) optional    y (N, O, OH, OW)
    g = o // (O/groups) is the group of output channel o; x is 0 outside the image.
    OH = (H + top + bottom - (dh*(kh-1) + 1)) // sh + 1, and OW alike.

`stride`, `dilation`: [h, w]. `padding`: [[top, bottom], [left, right]] or valid, same, same_lower, full.
"""

import dataclasses

import numpy as np

from spec import attributes as kinds
from spec.cases import geometry, layers, sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected
from spec.padding import check_window, explicit, windows

ATTRIBUTES = {
    "stride": kinds.pair([1, 1], [2, 1], [2, 3]),
    "padding": kinds.padding("valid", "same", "same_lower", "full", [[1, 1], [2, 2]], [[1, 2], [0, 3]]),
    "dilation": kinds.pair([1, 1], [2, 1], [2, 2]),
    "groups": kinds.whole(1, 2),
    "layout": kinds.LAYOUT,
    "kernel_layout": kinds.KERNEL_LAYOUT,
}


def out_shape(x, w, b=None, *, stride, padding, dilation, groups):
    """Shape (N, O, OH, OW) for shapes x (N, C, H, W), w (O, C/groups, kh, kw), b (O,); raises `Rejected`."""
    if len(x) != 4 or len(w) != 4:
        raise Rejected(f"x and w must have 4 axes, not {len(x)} and {len(w)}")
    check_window(w[2:], stride, dilation)
    if groups < 1 or x[1] % groups or w[0] % groups:
        raise Rejected(f"groups {groups} must divide the {x[1]} input and the {w[0]} output channels")
    if w[1] * groups != x[1]:
        raise Rejected(f"w has {w[1]} channels per group; x has {x[1]} channels in {groups} groups")
    if min(x + w) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}, w {list(w)}")
    if b is not None and tuple(b) != (w[0],):
        raise Rejected(f"b has shape {list(b)}; it must be [{w[0]}], one number per output channel")
    pads = explicit(padding, x[2:], w[2:], stride, dilation)
    check_window(w[2:], stride, dilation, pads)
    axes = zip(x[2:], w[2:], stride, dilation, pads)
    return (x[0], w[0], *(windows(*axis) for axis in axes))


def reference(x, w, b=None, *, stride, padding, dilation, groups):
    """The definition above, one kernel tap at a time."""
    n, o, oh, ow = out_shape(
        x.shape,
        w.shape,
        None if b is None else b.shape,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
    )
    c, kh, kw = w.shape[1:]
    x = np.pad(x, ((0, 0), (0, 0), *explicit(padding, x.shape[2:], (kh, kw), stride, dilation)))
    x = x.reshape(n, groups, c, *x.shape[2:])
    w = w.reshape(groups, o // groups, c, kh, kw)
    y = np.zeros((n, groups, o // groups, oh, ow), np.result_type(x, w))
    for a in range(kh):
        for e in range(kw):
            top, left = a * dilation[0], e * dilation[1]
            seen = x[..., top : top + oh * stride[0] : stride[0], left : left + ow * stride[1] : stride[1]]
            y += np.einsum("goc,ngchw->ngohw", w[..., a, e], seen[..., :oh, :ow])
    y = y.reshape(n, o, oh, ow)
    return y if b is None else y + b[:, None, None]


def shapes(row):
    """Shapes for a row of parameters: all dimensions unequal, several channels per group."""
    kh, kw = row["kernel"]
    found = {"x": (2, 4, 8, 11), "w": (6, 4 // row["groups"], kh, kw)}
    return found | ({"b": (6,)} if row["bias"] else {})


SPACE = build.space(ATTRIBUTES, kernel=([3, 5], [2, 4]), bias=(False, True))


def sketches(layer: bool = False):
    """Named geometries: each kills a mistake that the pairs alone would let live, or shows an extreme."""
    x, w = (2, 4, 8, 11), (6, 4, 3, 5)
    yield Sketch(
        "plain", "no attribute set: flipped kernel, swapped axes or channels show", {}, {"x": x, "w": w}, build.EVERY
    )
    yield Sketch("bias", "a dropped, doubled or misplaced bias shows", {}, {"x": x, "w": w, "b": (6,)}, build.EVERY)
    yield Sketch("pointwise", "a 1x1 convolution is a matrix product over channels", {}, {"x": x, "w": (6, 4, 1, 1)})
    yield Sketch(
        "whole-image", "a kernel as large as the image leaves one pixel", {}, {"x": (2, 3, 4, 5), "w": (6, 3, 4, 5)}
    )
    attrs: dict = {"groups": 4}
    yield Sketch("depthwise", "one channel per group", attrs, {"x": x, "w": (4, 1, 3, 5), "b": (4,)}, build.EVERY)
    yield Sketch(
        "depthwise-multiplier",
        "two outputs from each channel: O order within groups",
        attrs,
        {"x": x, "w": (8, 1, 3, 2)},
    )
    attrs = {"groups": 3, "stride": [2, 2], "dilation": [1, 2], "padding": [[2, 1], [0, 3]]}
    yield Sketch(
        "everything",
        "groups, stride, dilation and four unequal pads at once",
        attrs,
        {"x": (2, 6, 8, 11), "w": (9, 2, 3, 4), "b": (9,)},
        build.EVERY,
    )
    attrs = {"stride": [3, 2], "padding": "same"}
    yield Sketch(
        "same-indivisible",
        "stride does not divide the size; pads differ at the two ends",
        attrs,
        {"x": x, "w": (5, 4, 4, 2)},
    )
    attrs = {"stride": [4, 5], "padding": "same"}
    yield Sketch(
        "stride-beyond-kernel",
        "stride larger than the kernel: pixels are skipped, SAME pads nothing",
        attrs,
        {"x": x, "w": (5, 4, 3, 2)},
    )
    yield Sketch(
        "wide-pads",
        "pads wider than the kernel: whole windows of zeros",
        {"padding": [[4, 3], [5, 6]]},
        {"x": (2, 3, 4, 5), "w": (5, 3, 2, 3), "b": (5,)},
    )
    yield Sketch(
        "pads-on-one-side",
        "a pad as wide as the kernel, and none opposite: the gradient crops at one end and pads at the other",
        {"padding": [[2, 0], [1, 1]]},
        {"x": (2, 3, 4, 5), "w": (4, 3, 2, 2)},
    )
    yield Sketch(
        "single-pixel", "the smallest image there is", {"padding": "same"}, {"x": (1, 2, 1, 1), "w": (3, 2, 3, 3)}
    )
    yield Sketch(
        "many-terms",
        "576 products per output: where low-precision arithmetic shows",
        {"padding": "same"},
        {"x": (1, 64, 6, 7), "w": (3, 64, 3, 3)},
    )
    x = (2, 4, 5, 6)
    attrs = {"groups": 2, "stride": [1, 2], "padding": [[1, 0], [1, 2]]}
    why = "float16 and bfloat16 where a framework has them"
    yield Sketch("half-precision", why, attrs, {"x": x, "w": (4, 2, 2, 3)}, build.HALVES)
    yield Sketch(
        "two-taps-beside-many",
        "stride 2: the gradient spreads the cotangent for two taps without pads, beside a kernel that is wider than it",
        {"stride": [2, 2], "padding": [[1, 1], [0, 0]]},
        {"x": (1, 2, 6, 7), "w": (3, 2, 2, 5)},
    )
    yield Sketch(
        "half-precision-bias",
        "a bias that is added to what was rounded before, and is thereby rounded twice",
        {"padding": [[1, 1], [2, 2]]},
        {"x": (3, 2, 8, 9), "w": (5, 2, 3, 4), "b": (5,)},
        build.HALVES,
    )
    if not layer:
        yield Sketch(
            "half-precision-plain",
            "the same without attributes and groups",
            {},
            {"x": x, "w": (3, 4, 2, 3)},
            build.HALVES,
        )


def refused():
    """(name, why, attributes, shapes[, dtypes]) that every framework must refuse."""
    x, w = (2, 4, 8, 11), (6, 4, 3, 5)
    yield "kernel-too-large", "no window fits", {}, {"x": (2, 4, 2, 11), "w": w}
    yield (
        "dilated-kernel-too-large",
        "no window fits once the kernel is dilated",
        {"dilation": [4, 1]},
        {"x": x, "w": w},
    )
    yield "channel-mismatch", "w expects 3 channels, x has 4", {}, {"x": x, "w": (6, 3, 3, 5)}
    why = "w has half the channels of x: a second group can be guessed, but was not asked for"
    yield "groups-not-given", why, {}, {"x": x, "w": (6, 2, 3, 5)}
    yield "groups-do-not-divide", "3 groups of 4 channels", {"groups": 3}, {"x": x, "w": (6, 1, 3, 5)}
    yield "outputs-do-not-divide", "5 output channels in 2 groups", {"groups": 2}, {"x": x, "w": (5, 2, 3, 5)}
    yield "zero-groups", "channels in no group at all", {"groups": 0}, {"x": x, "w": w}
    yield "zero-stride", "the window would never move", {"stride": [0, 1]}, {"x": x, "w": w}
    yield "negative-stride", "the window would move out of the image", {"stride": [1, -1]}, {"x": x, "w": w}
    yield "zero-dilation", "all taps would fall on one pixel", {"dilation": [1, 0]}, {"x": x, "w": w}
    yield "negative-dilation", "the kernel would be flipped", {"dilation": [-1, 1]}, {"x": x, "w": w}
    why = "pads add pixels; taking some away is cropping"
    yield "negative-pads", why, {"padding": [[-1, 0], [0, 0]]}, {"x": x, "w": w}
    yield "negative-even-pads", f"the same at both ends: {why}", {"padding": [[0, 0], [-1, -1]]}, {"x": x, "w": w}
    yield "bias-length", "b has 5 entries for 6 output channels", {}, {"x": x, "w": w, "b": (5,)}
    why = "one number for 6 output channels, which broadcasting would add to each of them"
    yield "single-bias", why, {}, {"x": x, "w": w, "b": (1,)}
    yield "rank-3-image", "a single image without the axis of images", {}, {"x": x[1:], "w": w}
    yield "rank-3-kernel", "w lacks an axis", {}, {"x": x, "w": (6, 3, 5)}
    yield "empty-batch", "no image", {}, {"x": (0, 4, 8, 11), "w": w}
    yield "zero-channels", "images without channels: sums of nothing", {}, {"x": (2, 0, 8, 11), "w": (6, 0, 3, 5)}
    yield "zero-outputs", "no kernel", {}, {"x": x, "w": (0, 4, 3, 5)}
    yield "zero-taps", "kernels without rows", {}, {"x": x, "w": (6, 4, 0, 5)}
    why = "nothing may be converted without a word"
    yield "mixed-dtypes", f"x float32, w float64: {why}", {}, {"x": x, "w": w}, {"w": "float64"}
    yield "mixed-bias", f"x and w float32, b float64: {why}", {}, {"x": x, "w": w, "b": (6,)}, {"b": "float64"}


def special(name, tier, dtype, shape):
    """Whole numbers; in the image one NaN and one infinity."""
    array = build.draw(name, tier, dtype, shape)
    if name.endswith("/x"):
        array[0, 1, 3, 4], array[1, 2, 1, 7] = np.nan, np.inf
    return array


def cases():
    """All named cases, those that cover the pairs, one with NaN and infinity, and those to be refused."""
    pairs = build.covering(SPACE, ATTRIBUTES, shapes, out_shape)
    found = [*sketches(), *pairs, *geometry.sketches(OPERATOR), *layers.sketches("conv2d")]
    yield from build.expand("conv2d", ATTRIBUTES, found, images=("x",), kernels=("w",))
    why = "NaN and infinity stay in the windows that see them: transforms of the image spread them"
    large = {"x": (2, 3, 9, 12), "w": (5, 3, 3, 3)}
    nan = Sketch("not-a-number", why, {"padding": "same"}, large, (("integers", "float32"),))
    for case in build.expand("conv2d", ATTRIBUTES, [nan], images=("x",), kernels=("w",), data=special):
        yield dataclasses.replace(case, gradient=False)
    yield from build.rejections("conv2d", ATTRIBUTES, refused(), images=("x",), kernels=("w",))


OPERATOR = Operator(
    "conv2d",
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
    plan=sizes.CONV2D,
)
