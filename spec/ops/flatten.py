"""The axes of every image laid out as one: the step from convolutional to dense layers.

    y[n, k] = x[n, ...] at place k of the memory order (the last index runs fastest)

    x (N, ...) of 2 or more axes    y (N, product of the other axes)

With layout NCHW pixel (c, h, w) comes to place (c*H + h)*W + w, with NHWC to (h*W + w)*C + c. There is no
transposition here, the array is used as it lies; that is why the weights of a dense layer behind it must be
reordered when a model moves from one layout to the other. Values are moved, never computed: exact.
"""

import numpy as np

from spec import attributes as kinds
from spec.cases import geometry, image_sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected

ATTRIBUTES = {"layout": kinds.LAYOUT}


def out_shape(x, *, layout):
    """Shape (N, product of the other axes) for the shape x (N, ...); raises `Rejected`."""
    if len(x) < 2:
        raise Rejected(f"x must have 2 or more axes, not {len(x)}")
    if min(x) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}")
    return x[0], int(np.prod(x[1:]))


def reference(x, *, layout):
    """The values in the order in which they lie; `layout` only names that order."""
    return x.reshape(out_shape(x.shape, layout=layout))


def scale(x, *, layout):
    """The size of the values: nothing is summed."""
    return abs(reference(x, layout=layout))


def terms(x, *, layout):
    """No products and no sums: nothing but equality passes."""
    return np.zeros(out_shape(x.shape, layout=layout))


def sketches():
    """Named shapes; those in NHWC are given in that order, as the operator does not transpose."""
    nchw, nhwc = {"layout": "NCHW"}, {"layout": "NHWC"}
    yield Sketch("channels-first", "all axes unequal: a transposition shows", nchw, {"x": (2, 3, 4, 5)}, build.EVERY)
    yield Sketch("channels-last", "the same image, channels fastest", nhwc, {"x": (2, 4, 5, 3)}, build.EVERY)
    yield Sketch("single-image", "the first axis stays even if it is 1", nchw, {"x": (1, 3, 4, 5)})
    yield Sketch("single-image-nhwc", "the first axis stays even if it is 1", nhwc, {"x": (1, 4, 5, 3)})
    yield Sketch("one-channel", "the layouts agree for one channel", nhwc, {"x": (3, 4, 5, 1)})
    yield Sketch("single-pixel", "as behind the last convolution of LeNet-5", nchw, {"x": (3, 7, 1, 1)})
    yield Sketch("one-value", "an axis that has length 1 is still an axis", nchw, {"x": (3, 1, 1, 1)})
    yield Sketch("already-flat", "two axes: nothing to do", nchw, {"x": (3, 4)})
    yield Sketch("rows", "three axes, as of a sequence", nchw, {"x": (2, 3, 5)})
    yield Sketch("volume", "five axes, as of a volume", nchw, {"x": (2, 3, 2, 4, 5)})
    yield Sketch("half-precision", "float16 and bfloat16 are moved unchanged", nchw, {"x": (2, 3, 4, 5)}, build.HALVES)


def refused():
    """(name, why, attributes, shapes) that every framework must refuse."""
    yield "one-axis", "there is no axis of images", {}, {"x": (5,)}
    yield "no-axis", "a single number", {}, {"x": ()}
    yield "empty-batch", "no image", {}, {"x": (0, 3, 4)}
    yield "empty-images", "images without pixels", {}, {"x": (2, 3, 0)}


def cases():
    """All named cases and those to be refused."""
    yield from build.expand("flatten", ATTRIBUTES, [*sketches(), *geometry.sketches(OPERATOR)])
    far = Sketch("wide-range", "values that float16 cannot hold", {}, {"x": (2, 3, 4, 5)}, build.WIDE)
    yield from build.expand("flatten", ATTRIBUTES, [far], data=build.wide)
    yield from build.rejections("flatten", ATTRIBUTES, refused())


OPERATOR = Operator(
    "flatten",
    inputs=("x",),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    scale=scale,
    terms=terms,
    differentiable=("x",),
    plan=image_sizes.FLATTEN,
)
