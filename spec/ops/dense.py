"""A dense layer: every output sees every input.

    y[n, o] = b[o] + sum over i of  x[n, i] * w[o, i]

    x (N, I)    w (O, I)    b (O,), optional    y (N, O)

`kernel_layout`: OI, as torch and MXNet keep the weights, or IO, as TensorFlow and JAX do. It is a 1x1 convolution of
images of one pixel, and its sums and bounds are those of a convolution.
"""

import numpy as np

from spec import attributes as kinds
from spec.cases import dense_sizes, geometry
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected

ATTRIBUTES = {"kernel_layout": kinds.DENSE_LAYOUT}


def out_shape(x, w, b=None):
    """Shape (N, O) for the shapes x (N, I), w (O, I), b (O,); raises `Rejected`."""
    if len(x) != 2 or len(w) != 2:
        raise Rejected(f"x must have 2 axes, not {len(x)}, and w 2, not {len(w)}")
    if min(*x, *w) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}, w {list(w)}")
    if x[1] != w[1]:
        raise Rejected(f"w takes {w[1]} inputs; x has {x[1]}")
    if b is not None and tuple(b) != (w[0],):
        raise Rejected(f"b has shape {list(b)}; it must be [{w[0]}], one number per output")
    return x[0], w[0]


def reference(x, w, b=None):
    """The definition above."""
    out_shape(x.shape, w.shape, None if b is None else b.shape)
    y = np.einsum("ni,oi->no", x, w)
    return y if b is None else y + b


def shapes(row):
    """Three different sizes, with and without bias."""
    return {"x": (3, 7), "w": (5, 7)} | ({"b": (5,)} if row["bias"] else {})


SPACE = build.space(ATTRIBUTES, bias=(False, True))


def sketches():
    """Named sizes: each kills a mistake that the pairs alone would let live, or shows an extreme."""
    x, w, b = (3, 7), (5, 7), (5,)
    yield Sketch("plain", "all sizes unequal: transposed weights show", {}, {"x": x, "w": w}, build.EVERY)
    yield Sketch("bias", "a dropped, doubled or misplaced bias shows", {}, {"x": x, "w": w, "b": b}, build.EVERY)
    why = "as many inputs as outputs: transposed weights fit, and show in the values alone"
    yield Sketch("square", why, {"kernel_layout": "IO"}, {"x": (4, 6), "w": (6, 6), "b": (6,)}, build.BOTH)
    yield Sketch("square-oi", why, {}, {"x": (4, 6), "w": (6, 6), "b": (6,)}, build.BOTH)
    why = "as many images as outputs: a bias along the wrong axis fits"
    yield Sketch("bias-fits-both-axes", why, {}, {"x": (5, 7), "w": w, "b": b})
    yield Sketch("one-number", "the smallest layer there is", {}, {"x": (1, 1), "w": (1, 1), "b": (1,)})
    why = "1600 products per output: where arithmetic of low precision shows"
    yield Sketch("many-terms", why, {}, {"x": (2, 1600), "w": (10, 1600), "b": (10,)}, (("reals", "float32"),))
    why = "float16 and bfloat16 where a framework has them"
    yield Sketch("half-precision", why, {}, {"x": x, "w": w}, build.HALVES)
    why = "a bias that is added to what was rounded before, and is thereby rounded twice"
    yield Sketch(
        "half-precision-bias", why, {"kernel_layout": "IO"}, {"x": (9, 24), "w": (5, 24), "b": b}, build.HALVES
    )


def refused():
    """(name, why, attributes, shapes[, dtypes]) that every framework must refuse."""
    x, w = (3, 7), (5, 7)
    yield "input-mismatch", "w takes 6 inputs, x has 7", {}, {"x": x, "w": (5, 6)}
    yield "transposed-weights", "w lies the other way round", {}, {"x": x, "w": (7, 5)}
    yield "bias-length", "b has 4 entries for 5 outputs", {}, {"x": x, "w": w, "b": (4,)}
    why = "one number for 5 outputs, which broadcasting would add to each of them"
    yield "single-bias", why, {}, {"x": x, "w": w, "b": (1,)}
    yield "rank-3-input", "rows of rows: what is an image is not said", {}, {"x": (2, 3, 7), "w": w}
    yield "rank-1-input", "a single row without the axis of images", {}, {"x": (7,), "w": w}
    yield "empty-batch", "no image", {}, {"x": (0, 7), "w": w}
    yield "no-inputs", "sums of nothing", {}, {"x": (3, 0), "w": (5, 0)}
    yield "no-outputs", "no weights", {}, {"x": x, "w": (0, 7)}
    why = "nothing may be converted without a word"
    yield "mixed-dtypes", f"x float32, w float64: {why}", {}, {"x": x, "w": w}, {"w": "float64"}
    yield "mixed-bias", f"x and w float32, b float64: {why}", {}, {"x": x, "w": w, "b": (5,)}, {"b": "float64"}


def cases():
    """All named cases, those that cover the pairs and the sizes, and those to be refused."""
    found = [*sketches(), *build.covering(SPACE, ATTRIBUTES, shapes, out_shape), *geometry.sketches(OPERATOR)]
    yield from build.expand("dense", ATTRIBUTES, found, kernels=("w",))
    yield from build.rejections("dense", ATTRIBUTES, refused(), kernels=("w",))


OPERATOR = Operator(
    "dense",
    inputs=("x", "w", "b"),
    optional=("b",),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    kernels=("w",),
    differentiable=("x", "w", "b"),
    space=SPACE,
    shapes=shapes,
    plan=dense_sizes.DENSE,
)
