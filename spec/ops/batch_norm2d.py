"""Batch normalisation: every channel is brought to mean 0 and variance 1, then scaled and shifted.

    y = scale * (x - m) / sqrt(v + epsilon) + shift,  for each channel

    x (N, C, H, W)    scale, shift, mean, variance (C,)    y (N, C, H, W)    mean_after, variance_after (C,)

When `training`, m and v are mean and variance of the channel over batch, rows and columns, the variance divided by the
number M = N H W of its values, and of the running statistics is kept

    mean_after     = (1 - momentum) * mean     + momentum * m
    variance_after = (1 - momentum) * variance + momentum * v * (M / (M - 1) if `unbiased` else 1)

So `momentum` is the share of the new batch, as torch has it; Keras, Flax, MXNet and ONNX call 1 - momentum so.
Otherwise m and v are `mean` and `variance`, which stay as they are. M is 2 or more in training.

The gradient of y goes through m and v. The statistics of a channel are off by the roundings of a sum of M numbers, the
same for all its elements: such errors count `SHARED` times, the square of what a sub-Gaussian one exceeds once in a
million. Of the variance two passes are expected; mean(x^2) - mean(x)^2 loses the digits that x has in common.
"""

import numpy as np

from spec import attributes as kinds
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Attribute, Operator, Rejected

SHARED = 2 * np.log(2e6)
# 1 / sqrt(v + epsilon): an addition that counts half, and a function that is off by 2 units (OpenCL, rsqrt).
ROOT = 0.25 + 12 * 2**2
ATTRIBUTES = {
    "training": kinds.flag(True),
    "epsilon": kinds.number(1e-5, 1e-3, default=1e-5),
    "momentum": kinds.number(0.1, 0.01, default=0.1),
    "unbiased": Attribute("true or false", lambda value: isinstance(value, bool), True, False, (True, False)),
    "layout": kinds.LAYOUT,
}


def out_shape(x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
    """Shapes of y, mean_after and variance_after; raises `Rejected`."""
    if len(x) != 4:
        raise Rejected(f"x must have 4 axes, not {len(x)}")
    if min(x) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}")
    for name, shape in (("scale", scale), ("shift", shift), ("mean", mean), ("variance", variance)):
        if tuple(shape) != (x[1],):
            raise Rejected(f"{name} has shape {list(shape)}; it must be [{x[1]}], one number per channel")
    if training and x[0] * x[2] * x[3] < 2:
        raise Rejected("training needs 2 or more values in each channel: one has no variance")
    return tuple(x), (x[1],), (x[1],)


def reference(x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
    """The definition above."""
    settings = {"training": training, "epsilon": epsilon, "momentum": momentum, "unbiased": unbiased}
    out_shape(x.shape, scale.shape, shift.shape, mean.shape, variance.shape, **settings)
    m, v, count = _statistics(x, mean, variance, training)
    y = _wide(scale) * (x - _wide(m)) / np.sqrt(_wide(v) + epsilon) + _wide(shift)
    if not training:
        return y, mean.copy(), variance.copy()
    kept = v * (count / (count - 1)) if unbiased else v
    return y, (1 - momentum) * mean + momentum * m, (1 - momentum) * variance + momentum * kept


def _statistics(x, mean, variance, training):
    """(m, v, M) of each channel, by two passes."""
    count = x.size // x.shape[1]
    if not training:
        return mean, variance, count
    m = x.mean(axis=(0, 2, 3))
    return m, ((x - _wide(m)) ** 2).mean(axis=(0, 2, 3)), count


def _wide(channels):
    return channels[:, None, None]


def scale(x, scale, shift, mean, variance, **attrs):
    """B of each output."""
    return tuple(pair[0] for pair in _roundings(x, scale, shift, mean, variance, **attrs))


def terms(x, scale, shift, mean, variance, **attrs):
    """How many roundings: 0 for statistics that are not touched."""
    return tuple(pair[1] for pair in _roundings(x, scale, shift, mean, variance, **attrs))


def _bounded(squares, n):
    """(B, n) of a sum of weighted squares."""
    return np.sqrt(squares / n), np.full(np.shape(squares), float(n))


def _errors(x, mean, variance, training):
    """(m, v, M, the squares of the errors of m and of v)."""
    m, v, count = _statistics(x, mean, variance, training)
    if not training:
        return m, v, count, np.zeros_like(m), np.zeros_like(v)
    size = abs(x).mean(axis=(0, 2, 3))
    return m, v, count, SHARED * size**2 * (count + 1), SHARED * v**2 * (count + 6)


def _roundings(x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
    """(B, n) of y, mean_after and variance_after."""
    m, v, count, off_mean, off_variance = _errors(x, mean, variance, training)
    root = 1 / np.sqrt(v + epsilon)
    factor = abs(scale) * root
    # Folded into factor * x + rest, or not: the two products cancel where x is near m.
    apart = _wide(factor) * (abs(x) + _wide(abs(m)))
    whole = _wide(factor) * (x - _wide(m))
    y = whole * np.sign(_wide(scale)) + _wide(shift)
    shared = _wide(factor**2 * off_mean) + whole**2 * _wide(off_variance * root**4) / 4
    squares = apart**2 * (ROOT + 4) + _wide(shift) ** 2 + y**2 + shared
    of_y = _bounded(squares, ROOT + 6 + (SHARED * (2 * count + 7) if training else 0))
    if not training:
        return of_y, (abs(mean), np.zeros_like(mean)), (abs(variance), np.zeros_like(variance))
    kept = v * (count / (count - 1)) if unbiased else v
    found = [of_y]
    for old, new, off in (
        (mean, m, off_mean),
        (variance, kept, off_variance * 1.01 * (kept / np.where(v > 0, v, 1)) ** 2),
    ):
        old, new = (1 - momentum) * old, momentum * new
        found.append(_bounded(6 * old**2 + 8 * new**2 + momentum**2 * off, 14 + SHARED * (count + 6)))
    return tuple(found)


def pullback(cotangent, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
    """{input: gradient} of <y, cotangent> for x, scale and shift."""
    m, v, count = _statistics(x, mean, variance, training)
    root = 1 / np.sqrt(v + epsilon)
    normal = (x - _wide(m)) * _wide(root)
    by_shift, by_scale = cotangent.sum(axis=(0, 2, 3)), (cotangent * normal).sum(axis=(0, 2, 3))
    through = (_wide(by_shift) + normal * _wide(by_scale)) / count if training else 0.0
    return {"x": _wide(scale * root) * (cotangent - through), "scale": by_scale, "shift": by_shift}


def pullback_roundings(cotangent, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
    """{input: (B, n)} of the gradients."""
    m, v, count, off_mean, off_variance = _errors(x, mean, variance, training)
    root = 1 / np.sqrt(v + epsilon)
    size, normal = abs(cotangent), _wide(root) * (abs(x) + _wide(abs(m)))
    by_shift, by_scale = size.sum(axis=(0, 2, 3)), (size * normal).sum(axis=(0, 2, 3))
    relative = off_variance * root**4  # of v + epsilon, in squares; of the root a quarter
    off = (by_shift * root) ** 2 * off_mean + by_scale**2 * relative / 4
    n = count + ROOT + 6 + (SHARED * (2 * count + 7) if training else 0)
    found = {
        "scale": _bounded(by_scale**2 * (count + ROOT + 4) + off, n),
        "shift": _bounded(by_shift**2 * count, count),
    }
    factor = _wide(abs(scale) * root)
    if not training:
        return {"x": _bounded((factor * size) ** 2 * (ROOT + 4), ROOT + 4), **found}
    first, second = _wide(by_shift) / count, normal * _wide(by_scale) / count
    squares = size**2 * (ROOT + 4) + first**2 * (count + ROOT + 4) + second**2 * (count + 3 * ROOT + 8)
    by_mean = (_wide(by_scale * root) / count) ** 2 + (normal * _wide(by_shift * root) / count) ** 2
    squares = squares + by_mean * _wide(off_mean) + (size + first + 3 * second) ** 2 * _wide(relative) / 4
    return {"x": _bounded(factor**2 * squares, 2 * n + 3 * ROOT), **found}


IMAGE = (2, 3, 4, 5)


def shapes(row):
    """The same shapes for every row of parameters."""
    return _shapes(*IMAGE)


def _shapes(*x):
    return {"x": x} | dict.fromkeys(("scale", "shift", "mean", "variance"), (x[1],))


def data(name, tier, dtype, shape):
    """Reals; variances are positive, and images are far from 0 where the name says so."""
    reals = build.draw(name, "reals", "float64", shape)
    if name.endswith("/variance"):
        reals = abs(reals) + 0.25
    if name.endswith("/x"):
        reals = 0.5 * reals + (100 if "far-from-0" in name else 0.5)
    return reals.astype(build.dtype_of(dtype))


SPACE = build.space(ATTRIBUTES)
REALS = (("reals", "float32"),)
HALVES = (("reals", "float16"), ("reals", "bfloat16"))


def sketches():
    """Named geometries: each kills a mistake that the pairs alone would let live, or shows an extreme."""
    for training in (True, False):
        attrs, word = {"training": training}, "training" if training else "inference"
        why = "no other attribute set: swapped statistics, axes or weights show"
        yield Sketch(f"plain-{word}", why, attrs, _shapes(*IMAGE), (*REALS, *build.DOUBLE))
        yield Sketch(
            f"half-precision-{word}", "float16 and bfloat16, computed in float32", attrs, _shapes(*IMAGE), HALVES
        )
        why = "one channel: the axis stays"
        yield Sketch(f"one-channel-{word}", why, attrs, _shapes(3, 1, 4, 4), REALS)
        why = "17 channels: behind the last full vector"
        yield Sketch(f"channels-{word}", why, attrs, _shapes(2, 17, 3, 3), REALS)
        why = "a mean 200 times the deviation: mean(x^2) - mean(x)^2 loses five digits"
        yield Sketch(f"far-from-0-{word}", why, attrs, _shapes(4, 2, 6, 6), REALS)
    attrs = {"layout": "NHWC"}
    yield Sketch(
        "single-pixels", "images of one pixel: the batch alone has a variance", attrs, _shapes(9, 3, 1, 1), REALS
    )
    yield Sketch("single-image", "one image: its pixels alone have a variance", {}, _shapes(1, 3, 5, 7), REALS)
    yield Sketch("many-values", "1536 values in each channel", attrs, _shapes(6, 2, 16, 16), REALS)
    attrs = {"momentum": 1.0, "unbiased": False}
    yield Sketch("forgets", "a momentum of 1: the batch alone is kept", attrs, _shapes(*IMAGE), REALS)
    attrs = {"momentum": 0.0}
    yield Sketch("remembers", "a momentum of 0: nothing of the batch is kept", attrs, _shapes(*IMAGE), REALS)
    attrs = {"epsilon": 0.5}
    yield Sketch("large-epsilon", "epsilon is added to the variance, not to its root", attrs, _shapes(*IMAGE), REALS)
    attrs = {"epsilon": 0.5, "training": False}
    yield Sketch(
        "large-epsilon-inference", "and so it is beside statistics that are given", attrs, _shapes(*IMAGE), REALS
    )


def refused():
    """(name, why, attributes, shapes[, dtypes]) that every framework must refuse."""
    given = _shapes(*IMAGE)
    yield "one-value", "a channel of one value has no variance", {}, _shapes(1, 3, 1, 1)
    for name in ("scale", "shift", "mean", "variance"):
        yield f"{name}-length", f"{name} has 4 entries for 3 channels", {}, {**given, name: (4,)}
    yield "rank-2-image", "rows without pixels", {}, {**given, "x": (4, 3)}
    yield "empty-batch", "no image", {"training": False}, _shapes(0, 3, 4, 5)


def cases():
    """All named cases, those that cover the pairs, and those to be refused."""
    pairs = build.covering(SPACE, ATTRIBUTES, shapes, out_shape)
    found = build.lattice_only_if(lambda attrs, shapes: False, [*sketches(), *pairs])
    yield from build.expand("batch_norm2d", ATTRIBUTES, found, images=("x",), data=data)
    yield from build.rejections("batch_norm2d", ATTRIBUTES, refused(), images=("x",), data=data)


OPERATOR = Operator(
    "batch_norm2d",
    inputs=("x", "scale", "shift", "mean", "variance"),
    outputs=("y", "mean_after", "variance_after"),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    scale=scale,
    terms=terms,
    pullback=pullback,
    pullback_roundings=pullback_roundings,
    images=("x",),
    image_outputs=("y",),
    differentiable=("x", "scale", "shift"),
    space=SPACE,
    shapes=shapes,
)
