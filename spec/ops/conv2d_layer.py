"""The convolution layer of each framework: the same function as `conv2d`, through the class that users use.

    y = conv2d(x, w, b)                                    with the weights w and b loaded into the layer
    y = conv2d(pad2d(x, padding, padding_mode), w, b)      where `padding_mode` is reflect, replicate or circular

What can differ from `conv2d` is the layer's own doing: the layout in which it keeps its weights, its
defaults, the paddings and dilations that it accepts, and whether it has a bias when none was asked for.
Shapes, attributes, reference and refusals are those of `conv2d`, but for `padding_mode`: what stands in the pads, 0
("zeros") or pixels of the image, as `pad2d` puts them there and under the same limits.
"""

import dataclasses

from spec import attributes as kinds
from spec.cases import geometry, layers, sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.ops import conv2d, pad2d
from spec.ops.conv2d import shapes
from spec.padding import explicit

MODES = ("zeros", "reflect", "replicate", "circular")
ATTRIBUTES = {**conv2d.ATTRIBUTES, "padding_mode": kinds.late(kinds.choice(*MODES, default="zeros"))}
SPACE = build.space(ATTRIBUTES, **{name: conv2d.SPACE[name] for name in ("kernel", "bias")})


def out_shape(x, w, b=None, *, padding_mode="zeros", **attrs):
    """The shape that `conv2d` has; raises `Rejected`, also for pads that the mode cannot fill."""
    found = conv2d.out_shape(x, w, b, **attrs)
    if padding_mode != "zeros":
        pad2d.out_shape(x, **_pads(x, w, padding_mode, attrs))
    return found


def reference(x, w, b=None, *, padding_mode="zeros", **attrs):
    """The two definitions above."""
    out_shape(x.shape, w.shape, None if b is None else b.shape, padding_mode=padding_mode, **attrs)
    if padding_mode != "zeros":
        x = pad2d.reference(x, **_pads(x.shape, w.shape, padding_mode, attrs))
        attrs = {**attrs, "padding": "valid"}
    return conv2d.reference(x, w, b, **attrs)


def _pads(x, w, mode, attrs):
    """The attributes with which `pad2d` pads."""
    pads = explicit(attrs["padding"], x[2:], w[2:], attrs["stride"], attrs["dilation"])
    return {"padding": pads, "mode": mode, "value": 0.0}


def modes():
    """The modes of padding: pads as wide as they may be, pads of rules, strides that leave pixels out."""
    x, w = (2, 4, 5, 6), (6, 2, 3, 4)
    for mode in MODES[1:]:
        attrs = {"padding_mode": mode, "groups": 2, "padding": [[2, 1], [0, 3]]}
        yield Sketch(f"{mode}-pads", "four unequal pads of pixels", attrs, {"x": x, "w": w, "b": (6,)}, build.EVERY)
        attrs = {"padding_mode": mode, "groups": 2, "padding": "same", "stride": [2, 1]}
        yield Sketch(f"{mode}-same", "pads by a rule, after a stride", attrs, {"x": x, "w": w})
        attrs = {"padding_mode": mode, "groups": 2, "padding": [[1, 1], [2, 2]]}
        yield Sketch(f"{mode}-half-precision", "pads of pixels in half", attrs, {"x": x, "w": w}, build.HALVES)
    attrs = {"padding_mode": "replicate", "padding": [[7, 6], [0, 9]]}
    yield Sketch("replicate-wide", "the edge goes on without end", attrs, {"x": (1, 2, 3, 4), "w": (3, 2, 2, 3)})
    attrs = {"padding_mode": "circular", "padding": [[3, 3], [4, 4]]}
    yield Sketch("circular-wide", "pads as large as the image itself", attrs, {"x": (1, 2, 3, 4), "w": (3, 2, 2, 3)})


def refused():
    """(name, why, attributes, shapes) of pads that a mode cannot fill."""
    inputs = {"x": (2, 4, 3, 4), "w": (6, 4, 2, 3)}
    attrs = {"padding_mode": "reflect", "padding": [[3, 0], [0, 0]]}
    yield "reflect-too-wide", "three rows have two beside the one that is mirrored at", attrs, inputs
    attrs = {"padding_mode": "circular", "padding": [[0, 0], [0, 5]]}
    yield "circular-too-wide", "more pixels than the image has would go round twice", attrs, inputs


def sketches():
    """The named geometries of `conv2d`, and its pairs in one tier: the arithmetic is tested there."""
    yield from conv2d.sketches(layer=True)
    yield from modes()
    for sketch in build.covering(SPACE, ATTRIBUTES, shapes, out_shape):
        yield dataclasses.replace(sketch, variants=(("integers", "float32"),))


def cases():
    """All named cases, those that cover the pairs, and those to be refused."""
    yield from build.expand(
        "conv2d_layer",
        ATTRIBUTES,
        [*sketches(), *geometry.sketches(OPERATOR), *layers.sketches("conv2d")],
        images=("x",),
        kernels=("w",),
    )
    rows = [*conv2d.refused(), *refused()]
    yield from build.rejections("conv2d_layer", ATTRIBUTES, rows, images=("x",), kernels=("w",))


OPERATOR = dataclasses.replace(
    conv2d.OPERATOR,
    name="conv2d_layer",
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    space=SPACE,
    plan=sizes.CONV2D_LAYER,
)
