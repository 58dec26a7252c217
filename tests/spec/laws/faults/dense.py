"""Faults of dense layers."""

from tests.spec.laws.faults.law import fault


@fault("dense", "dense-is-pointwise", "the-unit-matrix-does-nothing")
def adds_the_bias_twice(right, x, w, b=None):
    return right(x, w, None if b is None else 2 * b)


@fault("dense", "dense-is-pointwise")
def leaves_the_last_input_out(right, x, w, b=None):
    return right(x[:, :-1], w[:, :-1], b)


@fault("dense", "dense-gradients", gradient=True)
def averages_over_the_batch(slopes, c, x, w, b=None):
    return {name: slope / len(x) for name, slope in slopes.items()}
