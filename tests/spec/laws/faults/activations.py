"""Faults of activations."""

import numpy as np

from tests.spec.laws.faults.law import fault


@fault("activation", "halves-make-a-line")
def loses_a_part_below_0(right, x, *, kind, **attrs):
    return np.where(x < 0, 0.9, 1) * right(x, kind=kind, **attrs)


@fault("activation", "shares-of-one", "gates")
def is_steeper_than_its_gate(right, x, *, kind, **attrs):
    return right(x * 1.2 if "sigmoid" in kind else x, kind=kind, **attrs) * (1.01 if "sigmoid" in kind else 1)


@fault("activation", "odd", "six-is-the-most")
def is_a_little_above(right, x, *, kind, **attrs):
    return right(x, kind=kind, **attrs) + (0.125 if kind in ("tanh", "relu6") else 0)


@fault("activation", "both-sides-of-leaky")
def has_one_slope_for_all(right, x, *, slope, **attrs):
    return right(x, slope=0.01, **attrs)


@fault("activation", "shares-add-up", "only-differences-count")
def has_a_share_for_nothing(right, x, *, kind, axis, **attrs):
    y = right(x, kind=kind, axis=axis, **attrs)
    weights = np.exp(np.minimum(x, 50))
    return weights / (1 + weights.sum(axis, keepdims=True)) if kind == "softmax" else y


@fault("activation", "shares-only-move", gradient=True)
def takes_shares_apart(slopes, c, x, *, kind, axis, **attrs):
    return {"x": slopes["x"] + 0.01 * c} if kind == "softmax" else slopes
