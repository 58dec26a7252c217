"""Learning a kernel from an image and its correlation: the smallest convolutional network and its training.

Each of the `steps` steps of gradient descent computes, with c = 1 for the loss "sum", c = 1/(OH*OW) for "mean",

    d = corr2d(x, w) - y           the error
    l = c * sum of d*d             the loss, before the update
    dl/dw = 2*c * corr2d(x, d)     each weight meets the pixels that it was multiplied with
    w <- w - lr * dl/dw

    x (H, W)    y (OH, OW) = (H - kh + 1, W - kw + 1)    w (kh, kw), the kernel to begin with
    losses (steps,)    kernels (steps, kh, kw), after each update

Frameworks use their own automatic differentiation and their own loop. `lr`: a number. `steps`: how many.
"""

import numpy as np

from spec import attributes as kinds
from spec.cases import geometry, image_sizes
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Attribute, Operator, Rejected
from spec.numerics.stochastic import EXACT, Stochastic
from spec.ops import corr2d

ATTRIBUTES = {
    "lr": Attribute("a number", kinds.is_number, required=True),
    "steps": Attribute("a whole number", kinds.is_whole, required=True),
    "loss": kinds.choice("sum", "mean", default="sum"),
}


def out_shape(x, y, w, *, lr, steps, loss):
    """Shapes (steps,) and (steps, kh, kw) for shapes x (H, W), y (OH, OW), w (kh, kw); raises `Rejected`."""
    if len(x) != 2 or len(w) != 2:
        raise Rejected(f"x and w must have 2 axes, not {len(x)} and {len(w)}")
    seen = corr2d.out_shape(x, w)
    if tuple(y) != seen:
        raise Rejected(f"y has shape {list(y)}; the correlation of x and w has {list(seen)}")
    if steps < 0:
        raise Rejected(f"steps is {steps}; it must be at least 0")
    return (steps,), (steps, *w)


def reference(x, y, w, *, lr, steps, loss):
    """The definition above, the derivative written out."""
    return tuple(array[0] for array in train(x, y, w, lr, steps, loss))


def train(x, y, w, lr, steps, loss, arithmetic=EXACT):
    """(losses, kernels), each with an axis of runs in front: one exact run, or several that round (`Stochastic`)."""
    out_shape(x.shape, y.shape, w.shape, lr=lr, steps=steps, loss=loss)
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape).reshape(y.size, w.size)
    kernel, losses, kernels = w.reshape(1, -1), [], []
    for _ in range(steps):
        arithmetic.step()
        # The mean's factor and the rate are constants, rounded once for all that they are multiplied with.
        factor = arithmetic.rounded(np.full((1, 1), 1 if loss == "sum" else 1 / y.size, w.dtype), lambda: 1 / y.size)
        rate = arithmetic.rounded(np.full((1, 1), lr, w.dtype), lambda: abs(lr))
        products = np.column_stack([windows * kernel[0], -y.ravel()])
        error = arithmetic.summed(kernel @ windows.T - y.ravel(), products)
        losses.append(
            arithmetic.summed((factor * error * error).sum(axis=1, keepdims=True), factor[:1] * error[:1] ** 2)
        )
        slope = arithmetic.summed(2 * factor * (error @ windows), 2 * factor[0] * windows.T * error[0])
        kernel = arithmetic.summed(kernel - rate * slope, np.column_stack([kernel[0], -rate[0] * slope[0]]))
        kernels.append(kernel)
    runs = len(kernel)
    if not steps:
        return np.zeros((1, 0), w.dtype), np.zeros((1, 0, *w.shape), w.dtype)
    return np.concatenate(losses, axis=1), np.stack(kernels, axis=1).reshape(runs, steps, *w.shape)


def draws(x, y, w, *, unit, stored=0.0, lr, steps, loss):
    """The errors of each output in several trainings that round, and the number of their sums."""
    arithmetic = Stochastic(unit, stored)
    found = train(x, y, w, lr, steps, loss, arithmetic)
    return tuple(arithmetic.errors(array) for array in found), arithmetic.sums


def terms(x, y, w, *, lr, steps, loss):
    """The widest sums run over all outputs: those of the loss and of the slope."""
    shapes = out_shape(x.shape, y.shape, w.shape, lr=lr, steps=steps, loss=loss)
    return tuple(np.full(shape, float(max(y.size, w.size))) for shape in shapes)


EDGES = {"x": corr2d.STRIPE, "y": corr2d.reference(corr2d.STRIPE, np.array([[1, -1]])), "w": np.array([[0.3, 0.2]])}


def data(name, tier, dtype, shape):
    """The striped image and its edges; drawn data; where all must be exact, an image of zeros and ones."""
    _, sketch, which = name.split("/", 2)
    if sketch.startswith("edges"):
        return EDGES[which].astype(build.dtype_of(dtype))
    drawn = build.draw(name, tier, dtype, shape)
    return drawn % 2 if tier == "integers" and which == "x" else drawn


def sketches():
    """Losses and kernels of every size; whole numbers and powers of two where the steps must be exact."""
    exact, single = (("integers", "float32"),), (("reals", "float32"),)
    both = (*single, *build.DOUBLE)
    edges = {"x": (6, 8), "y": (6, 7), "w": (1, 2)}
    attrs = {"lr": 0.03, "steps": 10}
    yield Sketch("edges", "the textbook's lesson: the kernel [1, -1] is found again", attrs, edges, both)
    attrs = {"lr": 1.0, "steps": 10, "loss": "mean"}
    yield Sketch("edges-mean", "the mean divides loss and slope by the 42 outputs", attrs, edges, both)
    attrs = {"lr": 0.05, "steps": 8}
    yield Sketch("edges-diverging", "a rate too large: loss and errors grow in every step", attrs, edges, single)
    attrs = {"lr": 0.03, "steps": 1}
    yield Sketch("edges-once", "one step: the slope itself shows", attrs, edges, single)
    square = {"x": (7, 9), "y": (5, 7), "w": (3, 3)}
    attrs = {"lr": 0.004, "steps": 8}
    yield Sketch("square", "nine weights, an image without structure", attrs, square, both)
    attrs = {"lr": 0.1, "steps": 8, "loss": "mean"}
    yield Sketch("square-mean", "the same with the mean", attrs, square, single)
    tall = {"x": (9, 5), "y": (6, 4), "w": (4, 2)}
    yield Sketch("tall", "a kernel of 4 rows, 2 columns: swapped axes show", {"lr": 0.005, "steps": 5}, tall, both)
    halves = (("reals", "float16"), ("reals", "bfloat16"))
    attrs = {"lr": 0.03, "steps": 2}
    yield Sketch("edges-half-precision", "float16 and bfloat16 where a framework has them", attrs, edges, halves)
    small = {"x": (5, 5), "y": (4, 4), "w": (2, 2)}
    attrs = {"lr": 2.0**-5, "steps": 2}
    yield Sketch("exact", "a rate of 1/32 rounds nothing", attrs, small, exact)
    attrs = {"lr": 1.0, "steps": 3, "loss": "mean"}
    yield Sketch("exact-mean", "nor does the mean of 16 outputs", attrs, small, exact)
    attrs, column = {"lr": 2.0**-6, "steps": 2}, {"x": (6, 4), "y": (4, 4), "w": (3, 1)}
    yield Sketch("exact-column", "the same with a kernel of 3 rows, 1 column", attrs, column, exact)


def refused():
    """(name, why, attributes, shapes[, dtypes]) that every framework must refuse."""
    attrs = {"lr": 0.03, "steps": 2}
    yield "target-shape", "y has a column too few", attrs, {"x": (6, 8), "y": (6, 6), "w": (1, 2)}
    yield "kernel-too-large", "no window fits", attrs, {"x": (2, 6), "y": (1, 5), "w": (3, 2)}
    good = {"x": (6, 8), "y": (6, 7), "w": (1, 2)}
    yield "target-broadcast", "one row of y for six: the difference would repeat it", attrs, {**good, "y": (1, 7)}
    yield "channels", "a plane has no channels", attrs, {"x": (2, 6, 8), "y": (6, 7), "w": (2, 1, 2)}
    yield "negative-steps", "fewer than no steps", {"lr": 0.03, "steps": -1}, good
    why = "x and w float32, y float64: nothing may be converted without a word"
    yield "mixed-dtypes", why, attrs, good, {"y": "float64"}


def cases():
    """All named cases, and those to be refused."""
    yield from build.expand("learn_kernel", ATTRIBUTES, [*sketches(), *geometry.sketches(OPERATOR)], data=data)
    yield from build.rejections("learn_kernel", ATTRIBUTES, refused())


OPERATOR = Operator(
    "learn_kernel",
    inputs=("x", "y", "w"),
    outputs=("losses", "kernels"),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    draws=draws,
    terms=terms,
    plan=image_sizes.LEARN_KERNEL,
)
