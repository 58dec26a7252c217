"""True convolution in two dimensions, as in mathematics and signal processing: the kernel is flipped.

    y[i, j] = sum over a, e  of  x[i + kh-1 - a, j + kw-1 - e] * k[a, e]

    x (H, W)    k (kh, kw)    y (H - kh + 1, W - kw + 1)

Only windows that lie inside the image count ("valid"). It equals `corr2d` with the kernel turned by 180
degrees; the "convolution" of neural networks is `corr2d`.
"""

from spec.cases import geometry, image_sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected
from spec.ops import corr2d


def out_shape(x, k):
    """Shape (OH, OW) for shapes x (H, W), k (kh, kw); raises `Rejected`."""
    if len(x) != 2 or len(k) != 2:
        raise Rejected(f"x and k must have 2 axes, not {len(x)} and {len(k)}")
    return corr2d.out_shape(x, k)


def reference(x, k):
    """The correlation with the kernel flipped in both axes."""
    out_shape(x.shape, k.shape)
    return corr2d.reference(x, k[::-1, ::-1])


def sketches():
    """Kernels without any symmetry: a kernel flipped in one axis only, or not at all, shows."""
    why = "the textbook's numbers: 5 11 23 29; an unflipped kernel gives 19 25 37 43"
    yield Sketch("worked-example", why, {}, {"x": (3, 3), "k": (2, 2)}, (("integers", "float32"),))
    yield Sketch("rectangular", "no two sizes are equal", {}, {"x": (5, 6), "k": (2, 3)}, build.EVERY)
    yield Sketch("odd", "a kernel with a centre", {}, {"x": (5, 7), "k": (3, 3)}, build.EVERY)
    yield Sketch("row", "flipped from left to right only", {}, {"x": (2, 6), "k": (1, 4)})
    yield Sketch("column", "flipped upside down only", {}, {"x": (6, 2), "k": (4, 1)})
    yield Sketch("whole-image", "a kernel as large as the image leaves one pixel", {}, {"x": (3, 4), "k": (3, 4)})
    yield Sketch("pointwise", "nothing to flip", {}, {"x": (3, 4), "k": (1, 1)})
    why = "float16 and bfloat16 where a framework has them"
    yield Sketch("half-precision", why, {}, {"x": (4, 6), "k": (2, 3)}, build.HALVES)


def refused():
    """(name, why, attributes, shapes[, dtypes]) that every framework must refuse."""
    yield "kernel-too-tall", "no window fits", {}, {"x": (2, 6), "k": (3, 2)}
    why = "no window fits; a library of signal processing may swap image and kernel"
    yield "kernel-larger-than-image", why, {}, {"x": (2, 3), "k": (3, 5)}
    yield "channels", "only single planes have a true convolution here", {}, {"x": (3, 4, 5), "k": (3, 2, 3)}
    yield "zero-taps", "a kernel without rows", {}, {"x": (4, 5), "k": (0, 2)}
    why = "x float32, k float64: nothing may be converted without a word"
    yield "mixed-dtypes", why, {}, {"x": (4, 5), "k": (2, 3)}, {"k": "float64"}


def cases():
    """All named cases, and those to be refused."""
    yield from build.expand("convolve2d", {}, [*sketches(), *geometry.sketches(OPERATOR)], data=corr2d.data)
    yield from build.rejections("convolve2d", {}, refused())


OPERATOR = Operator(
    "convolve2d",
    inputs=("x", "k"),
    attributes={},
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    differentiable=("x", "k"),
    plan=image_sizes.CONVOLVE2D,
)
