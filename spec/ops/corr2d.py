"""The two-dimensional cross-correlation of textbooks: the sum of image times kernel in every window.

    y[i, j]    = sum over a, e     of  x[i + a, j + e] * k[a, e]             one plane
    y[i, j]    = sum over c, a, e  of  x[c, i + a, j + e] * k[c, a, e]       C channels
    y[o, i, j] = sum over c, a, e  of  x[c, i + a, j + e] * k[o, c, a, e]    C channels, O outputs

    x (H, W) or (C, H, W)    k (kh, kw), (C, kh, kw) or (O, C, kh, kw)
    y (OH, OW) or (O, OH, OW), where OH = H - kh + 1 and OW = W - kw + 1

There are no attributes. Frameworks compute it from scratch: the window sum, in their own idiom. Source of the
name and of the worked examples: Zhang, Lipton, Li and Smola, Dive into Deep Learning, chapter 7.
"""

import numpy as np

from spec.cases import geometry, image_sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected

RANKS = {2: (2,), 3: (3, 4)}  # the ranks of k that fit the rank of x


def out_shape(x, k):
    """Shape (OH, OW), or (O, OH, OW), for the shapes of x and k; raises `Rejected`."""
    if len(k) not in RANKS.get(len(x), ()):
        raise Rejected(f"an image with {len(x)} axes has no correlation with a kernel of {len(k)} axes")
    if len(x) == 3 and x[0] != k[-3]:
        raise Rejected(f"k has {k[-3]} channels, x has {x[0]}")
    if min(x + k) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}, k {list(k)}")
    size = [pixels - taps + 1 for pixels, taps in zip(x[-2:], k[-2:])]
    if min(size) < 1:
        raise Rejected(f"kernel {list(k[-2:])} is larger than the image {list(x[-2:])}")
    return (*k[:-3], *size)


def reference(x, k):
    """The definition above, one kernel tap at a time."""
    shape = out_shape(x.shape, k.shape)
    y = np.zeros(shape, np.result_type(x, k))
    oh, ow = shape[-2:]
    for a in range(k.shape[-2]):
        for e in range(k.shape[-1]):
            products = x[..., a : a + oh, e : e + ow] * k[..., a, e, None, None]
            y += products if x.ndim == 2 else products.sum(axis=-3)
    return y


STRIPE = np.array([[1, 1, 0, 0, 0, 0, 1, 1]] * 6)
KNOWN = {
    "worked-example/x": np.arange(9).reshape(3, 3),
    "worked-example/k": np.arange(4).reshape(2, 2),
    "edges/x": STRIPE,
    "edges/k": np.array([[1, -1]]),
    "edges-unseen/x": STRIPE.T,
    "edges-unseen/k": np.array([[1, -1]]),
}


def data(name, tier, dtype, shape):
    """The images that textbooks use, else drawn data."""
    known = KNOWN.get(name.split("/", 1)[1])
    return build.draw(name, tier, dtype, shape) if known is None else known.astype(dtype)


def sketches():
    """Geometries for every rank, with few output pixels: a loop over pixels is slow in every framework."""
    exact = (("integers", "float32"),)
    why = "the textbook's numbers: 19 25 37 43; a flipped kernel gives 5 11 23 29"
    yield Sketch("worked-example", why, {}, {"x": (3, 3), "k": (2, 2)}, exact)
    yield Sketch("edges", "the kernel [1, -1] finds vertical edges", {}, {"x": (6, 8), "k": (1, 2)}, exact)
    yield Sketch("edges-unseen", "and does not see horizontal ones: all zero", {}, {"x": (8, 6), "k": (1, 2)}, exact)
    yield Sketch("rectangular", "no two sizes are equal", {}, {"x": (5, 6), "k": (2, 3)}, build.EVERY)
    yield Sketch("whole-image", "a kernel as large as the image leaves one pixel", {}, {"x": (3, 4), "k": (3, 4)})
    yield Sketch("pointwise", "a 1x1 kernel scales the image", {}, {"x": (3, 4), "k": (1, 1)})
    yield Sketch("column", "a kernel one pixel wide", {}, {"x": (6, 3), "k": (4, 1)})
    yield Sketch("channels", "the channels are summed", {}, {"x": (3, 4, 6), "k": (3, 2, 3)}, build.EVERY)
    yield Sketch("single-channel", "one channel is summed away like many", {}, {"x": (1, 4, 5), "k": (1, 3, 2)})
    yield Sketch("outputs", "one plane for each kernel", {}, {"x": (3, 4, 6), "k": (2, 3, 2, 3)}, build.EVERY)
    why = "a 1x1 kernel is a matrix product over channels"
    yield Sketch("pointwise-outputs", why, {}, {"x": (3, 3, 4), "k": (5, 3, 1, 1)})
    yield Sketch("many-terms", "96 products per output", {}, {"x": (16, 3, 4), "k": (16, 2, 3)})
    why = "float16 and bfloat16 where a framework has them"
    yield Sketch("half-precision", why, {}, {"x": (2, 4, 5), "k": (3, 2, 2, 3)}, build.HALVES)


def refused():
    """(name, why, attributes, shapes[, dtypes]) that every framework must refuse."""
    yield "kernel-too-large", "no window fits", {}, {"x": (2, 6), "k": (3, 2)}
    yield "channel-mismatch", "k has a channel more, which pairing off would drop", {}, {"x": (2, 4, 5), "k": (3, 2, 3)}
    yield "outputs-channel-mismatch", "the same with a kernel for each output", {}, {"x": (3, 4, 5), "k": (2, 2, 2, 3)}
    yield "plane-with-channels", "k has channels, x has none", {}, {"x": (4, 5), "k": (3, 2, 3)}
    yield "channels-with-plane", "x has channels, k has none", {}, {"x": (3, 4, 5), "k": (2, 3)}
    yield "one-axis", "rows alone have no windows here", {}, {"x": (5,), "k": (2,)}
    yield "zero-taps", "a kernel without rows", {}, {"x": (4, 5), "k": (0, 2)}
    why = "x float32, k float64: nothing may be converted without a word"
    yield "mixed-dtypes", why, {}, {"x": (4, 5), "k": (2, 3)}, {"k": "float64"}


def cases():
    """All named cases, and those to be refused."""
    yield from build.expand("corr2d", {}, [*sketches(), *geometry.sketches(OPERATOR)], data=data)
    yield from build.rejections("corr2d", {}, refused())


OPERATOR = Operator(
    "corr2d",
    inputs=("x", "k"),
    attributes={},
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    differentiable=("x", "k"),
    plan=image_sizes.CORR2D,
)
