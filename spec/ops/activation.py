"""The activations of networks: functions of one number, and two of a row.

    relu           max(x, 0)                        sigmoid        s(x) = 1 / (1 + exp(-x))
    relu6          min(max(x, 0), 6)                tanh           tanh(x)
    leaky_relu     x, or slope x where x < 0        softplus       log(1 + exp(x))
    elu            x, or exp(x) - 1 where x < 0     hard_sigmoid   min(max(x + 3, 0), 6) / 6
    silu           x s(x)                           hard_swish     x min(max(x + 3, 0), 6) / 6
    gelu           x P(x), P the distribution function of the normal distribution: (1 + erf(x / sqrt(2))) / 2
    gelu_tanh      x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, which is off from gelu by up to 4.7e-4
    softmax        exp(x) / sum of exp(x) along `axis`
    log_softmax    x - log(sum of exp(x) along `axis`)

    x of any shape    y of the same shape

`slope` is read by leaky_relu alone, `axis` (negative: from the end) by the last two. No sum of exponentials overflows:
the maximum of the row is subtracted first. The gradient of a corner (relu at 0) is left open.

The errors are those of these formulas, step by step (`spec.numerics.activations`).
"""

import numpy as np

from spec import attributes as kinds
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected
from spec.numerics.activations import ACTIVATIONS
from spec.numerics.running_error import ULPS, exact

ROWS = ("softmax", "log_softmax")
KINDS = (*ACTIVATIONS, *ROWS)
EXACT = ("relu", "relu6", "leaky_relu")  # where the slope is a power of two
ATTRIBUTES = {
    "kind": kinds.choice(*KINDS, default="relu"),
    "slope": kinds.number(0.01, 0.25, default=0.01),
    "axis": kinds.whole(-1, 1, default=-1),
}


def out_shape(x, *, kind, slope, axis):
    """The shape of x; raises `Rejected`."""
    if not x or min(x) < 1:
        raise Rejected(f"x has shape {list(x)}: it must have an axis, and none that is empty")
    if kind in ROWS and not -len(x) <= axis < len(x):
        raise Rejected(f"axis {axis} is none of the {len(x)} axes of x")
    return x


def reference(x, *, kind, slope, axis):
    """The definition above, by formulas in which nothing cancels."""
    out_shape(x.shape, kind=kind, slope=slope, axis=axis)
    if kind not in ROWS:
        return ACTIVATIONS[kind].value(x, slope).astype(x.dtype, copy=False)
    below = x - x.max(axis, keepdims=True)
    weights = np.exp(below)
    total = weights.sum(axis, keepdims=True)
    return weights / total if kind == "softmax" else below - np.log(total)


def scale(x, **attrs):
    """B of each element, from the roundings of its formula."""
    return _roundings(x, **attrs)[0]


def terms(x, **attrs):
    """How many roundings those are; 0 where the value is moved, and nothing but equality passes."""
    return _roundings(x, **attrs)[1]


def _roundings(x, *, kind, slope, axis):
    """(B, n) of the result."""
    if kind not in ROWS:
        found = ACTIVATIONS[kind].computed(exact(x), slope)
        return tuple(np.where(np.isinf(x), 0, part) for part in (found.scale, found.terms))  # limits are exact
    exponential, total, weights, count = _row(x, axis)
    if kind == "softmax":
        share = weights / weights.sum(axis, keepdims=True)
        squares, n = share**2 * (exponential + total + 1), 2 * count + 2
    else:
        below, logarithm = x - x.max(axis, keepdims=True), np.log(weights.sum(axis, keepdims=True))
        off = 12 * ULPS["log"] ** 2
        squares, n = below**2 + total + off * logarithm**2 + (below - logarithm) ** 2, count + off + 2
    squares = np.where(np.isneginf(x), 0, squares)  # no weight, whatever the others are
    return np.sqrt(squares / n), np.where(squares != 0, float(n), 0.0)


def _row(x, axis):
    """The squares of the relative errors of exp(x - max) and of its sum along the axis, the weights, and a number n.

    The rounding of x - max is multiplied by its size. The errors of all exponentials may have one sign.
    """
    below = x - x.max(axis, keepdims=True)
    weights, off = np.exp(below), 12 * ULPS["exp"] ** 2
    exponential = np.where(np.isneginf(below), 0, below**2) + off
    share = weights / weights.sum(axis, keepdims=True)
    total = (share * np.sqrt(exponential)).sum(axis, keepdims=True) ** 2 + x.shape[axis]
    return exponential, total, weights, x.shape[axis] + off + 1


def pullback(cotangent, x, *, kind, slope, axis):
    """{"x": gradient}."""
    if kind not in ROWS:
        return {"x": cotangent * ACTIVATIONS[kind].slope(x, slope)}
    share = reference(x, kind="softmax", slope=slope, axis=axis)
    if kind == "softmax":
        return {"x": share * (cotangent - (cotangent * share).sum(axis, keepdims=True))}
    return {"x": cotangent - share * cotangent.sum(axis, keepdims=True)}


def pullback_roundings(cotangent, x, *, kind, slope, axis):
    """{"x": (B, n)} of the gradient."""
    if kind not in ROWS:
        found = ACTIVATIONS[kind].computed_slope(exact(x), slope) * exact(cotangent)
        exactly = ACTIVATIONS[kind].computed_slope(exact(x), slope).roundings == 0
        return {"x": (found.scale, np.zeros(x.shape) if exactly else found.terms)}
    exponential, total, weights, count = _row(x, axis)
    share, size = weights / weights.sum(axis, keepdims=True), abs(cotangent)
    relative = exponential + total + 1  # of each share, in squares
    if kind == "softmax":
        inner = (size * share * np.sqrt(relative + 1)).sum(axis, keepdims=True) ** 2
        inner = inner + x.shape[axis] * (size * share).sum(axis, keepdims=True) ** 2
        outer = abs(cotangent - (cotangent * share).sum(axis, keepdims=True))
        squares, n = share**2 * (inner + (relative + 2) * outer**2), 4 * count + 2 * x.shape[axis] + 3
    else:
        whole = size.sum(axis, keepdims=True)
        squares = (share * whole) ** 2 * (relative + x.shape[axis] + 1) + size**2 + (share * whole) ** 2
        n = 2 * count + x.shape[axis] + 4
    return {"x": (np.sqrt(squares / n), np.where(squares != 0, float(n), 0.0))}


SPACE = {"kind": KINDS, "axis": (1, -1)}
SHAPE = (2, 3, 4, 5)
CORNERS = np.array([-5.0, -4, -2, -1, 1, 2, 4, 5, 7, 8])  # whole numbers, none of which is a corner


def shapes(row):
    """The same shape for every row of parameters."""
    return {"x": SHAPE}


def data(name, tier, dtype, shape):
    """Whole numbers off the corners; reals from -8 to 8 where curves bend, and far out where the name says so."""
    reals = build.draw(name, "reals", "float64", shape)
    if tier == "integers":
        places = np.abs(reals * 1000).astype(int) % len(CORNERS)
        return CORNERS[places].astype(build.dtype_of(dtype))
    if "far" in name:  # until exp overflows in float16, and beyond
        reals = np.sign(reals) * np.exp2(np.clip(3 * reals, -9, 4.4))
    elif "near-zero" in name:
        reals = np.ldexp(reals, -8)
    else:
        reals = 2.5 * reals
    return np.where(np.isin(np.abs(reals), (0, 3, 6)), 1.5, reals).astype(build.dtype_of(dtype))


HALVES = (("reals", "float16"), ("reals", "bfloat16"))
REALS = (("reals", "float32"),)


def sketches():
    """Every activation far out, near zero, in half precision, and in rows that no vector instruction fills."""
    for kind in KINDS:
        attrs, why = {"kind": kind}, "where exponentials come near the limits of the dtype"
        yield Sketch(f"far-{kind}", why, attrs, {"x": (3, 67)}, (*REALS, ("reals", "float64"), *HALVES))
        why = "near 0 curves are lines: what subtracts numbers near 1 loses all digits"
        yield Sketch(f"near-zero-{kind}", why, attrs, {"x": (2, 33)}, REALS)
    for kind in ROWS:
        attrs = {"kind": kind, "axis": 0}
        yield Sketch(f"columns-{kind}", "the first axis, which is no row in memory", attrs, {"x": (19, 3)}, REALS)
        yield Sketch(f"single-{kind}", "a row of one number: 1, and its logarithm 0", attrs, {"x": (1, 5)}, REALS)
        attrs = {"kind": kind, "axis": -2}
        yield Sketch(f"middle-{kind}", "counted from the end", attrs, {"x": (2, 7, 3)}, REALS)
        yield Sketch(f"thousand-{kind}", "as many classes as ImageNet has", {"kind": kind}, {"x": (2, 1000)}, REALS)
    attrs = {"kind": "leaky_relu", "slope": 0.25}
    yield Sketch("leaky-quarter", "a slope that every dtype holds: exact", attrs, {"x": SHAPE}, build.BOTH)
    attrs = {"kind": "leaky_relu", "slope": -0.5}
    yield Sketch("leaky-negative", "a slope below 0: max(x, slope x) would be wrong", attrs, {"x": SHAPE}, build.BOTH)
    attrs = {"kind": "leaky_relu", "slope": 2.0}
    yield Sketch("leaky-steep", "a slope above 1: max(x, slope x) would be wrong", attrs, {"x": SHAPE}, build.BOTH)


def refused():
    """(name, why, attributes, shapes) that every framework must refuse."""
    for kind in ROWS:
        yield f"{kind}-axis-beyond", "there is no third axis", {"kind": kind, "axis": 2}, {"x": (3, 4)}
        yield f"{kind}-axis-before", "nor one before the first", {"kind": kind, "axis": -3}, {"x": (3, 4)}


def cases():
    """All named cases, those that cover the pairs, and those to be refused."""
    found = [*sketches(), *build.covering(SPACE, ATTRIBUTES, shapes, out_shape)]
    found = build.lattice_only_if(lambda attrs, shapes: attrs["kind"] in EXACT[:2] or "slope" in attrs, found)
    yield from build.expand("activation", ATTRIBUTES, found, data=data)
    yield from build.rejections("activation", ATTRIBUTES, refused())


OPERATOR = Operator(
    "activation",
    inputs=("x",),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    scale=scale,
    terms=terms,
    pullback=pullback,
    pullback_roundings=pullback_roundings,
    differentiable=("x",),
    space=SPACE,
    shapes=shapes,
)
