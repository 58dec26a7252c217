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
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Attribute, Operator, Rejected
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
    shapes = out_shape(x.shape, y.shape, w.shape, lr=lr, steps=steps, loss=loss)
    factor = _factor(loss, y)
    losses, kernels = [], []
    for _ in range(steps):
        error = corr2d.reference(x, w) - y
        losses.append(factor * (error * error).sum())
        w = w - lr * (2 * factor * corr2d.reference(x, error))
        kernels.append(w)
    return np.array(losses, w.dtype).reshape(shapes[0]), np.array(kernels, w.dtype).reshape(shapes[1])


def _factor(loss, y):
    return 1.0 if loss == "sum" else 1 / y.size


def scale(x, y, w, *, lr, steps, loss):
    """Error scales of the losses and of the kernels: a running error analysis of first order.

    Every step rounds: the error d by |x|*|w| + |y|, the slope by |x| times that and by |d|, the update by
    |w| + lr*|slope|. What a step adds to the error of w, the next step multiplies by I - 2*c*lr*X'X (X: a
    window of x in each row) and the next loss by its slope. These factors have signs: descent forgets old
    errors, where absolute values would let them grow in every step. So each contribution of each step is carried on
    by itself, and absolute values are taken only where they are added up (Higham 2002, section 3.3).
    """
    factor = _factor(loss, y)
    _, kernels = reference(x, y, w, lr=lr, steps=steps, loss=loss)
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape).reshape(y.size, w.size)
    onward = np.eye(w.size) - 2 * factor * lr * windows.T @ windows
    carried = np.zeros((w.size, 0))  # a column for each contribution: its effect on the present w
    losses, errors = np.zeros(steps), np.zeros((steps, *w.shape))
    for step, before in enumerate([w, *kernels[:-1]][:steps]):
        error = windows @ before.ravel() - y.ravel()
        rounding = abs(windows) @ abs(before).ravel() + abs(y).ravel()
        slope = 2 * factor * windows.T @ error
        losses[step] = abs(slope @ carried).sum() + factor * (2 * abs(error) @ rounding + error @ error)
        fresh = abs(before).ravel() + lr * (abs(slope) + 2 * factor * abs(windows).T @ (rounding + abs(error)))
        carried = np.hstack([onward @ carried, np.diag(fresh)])
        errors[step] = abs(carried).sum(axis=1).reshape(w.shape)
    return losses, errors


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
    yield from build.expand("learn_kernel", ATTRIBUTES, sketches(), data=data)
    yield from build.rejections("learn_kernel", ATTRIBUTES, refused())


OPERATOR = Operator(
    "learn_kernel",
    inputs=("x", "y", "w"),
    outputs=("losses", "kernels"),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    scale=scale,
    terms=terms,
)
