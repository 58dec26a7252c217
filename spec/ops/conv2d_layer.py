"""The convolution layer of each framework: the same function as `conv2d`, through the class that users use.

    y = conv2d(x, w, b)        with the weights w and b loaded into the layer

What can differ from `conv2d` is the layer's own doing: the layout in which it keeps its weights, its
defaults, the paddings and dilations that it accepts, and whether it has a bias when none was asked for.
Shapes, attributes, reference and refusals are those of `conv2d`.
"""

import dataclasses

from spec.cases import geometry, layers, sizes
from spec.cases import sketches as build
from spec.ops import conv2d
from spec.ops.conv2d import ATTRIBUTES, SPACE, out_shape, shapes


def sketches():
    """The named geometries of `conv2d`, and its pairs in one tier: the arithmetic is tested there."""
    yield from conv2d.sketches(layer=True)
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
    yield from build.rejections("conv2d_layer", ATTRIBUTES, conv2d.refused(), images=("x",), kernels=("w",))


OPERATOR = dataclasses.replace(conv2d.OPERATOR, name="conv2d_layer", cases=cases, plan=sizes.CONV2D_LAYER)
