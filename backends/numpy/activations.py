"""Activations in NumPy: each as a function of x, with its derivative. `slope` is that of leaky_relu.

NumPy has no erf: the C library's, by `math.erf`, is called number by number.
"""

import functools
import math
from collections.abc import Callable

import numpy as np

C = math.sqrt(2 / math.pi)


def sigmoid(x):
    """1 / (1 + exp(-x)), by the exponential that does not overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1) / (1 + small)


def normal(x):
    """The distribution function of the normal distribution, (1 + erf(x / sqrt(2))) / 2."""
    return np.vectorize(lambda t: math.erfc(-t * math.sqrt(0.5)) / 2, otypes=[x.dtype])(x)


def density(x):
    """The derivative of `normal`."""
    return np.exp(-x * x / 2) / x.dtype.type(math.sqrt(2 * math.pi))


def bent(x):
    """(1 + tanh(C (x + 0.044715 x^3))) / 2, which is close to `normal`."""
    return sigmoid(2 * C * (x + 0.044715 * x**3))


def gelu_tanh_slope(x, slope):
    """The product rule; the derivative of the sigmoid s is s (1 - s)."""
    return bent(x) + 2 * C * x * bent(x) * bent(-x) * (1 + 3 * 0.044715 * x * x)


def expm1_below(x):
    """exp(x) - 1 where x is below 0, without overflow above."""
    return np.expm1(np.minimum(x, 0))


def softmax(x, axis):
    """exp(x) over its sum; the largest number is subtracted first, so that nothing overflows."""
    weights = np.exp(x - x.max(axis, keepdims=True))
    return weights / weights.sum(axis, keepdims=True)


def log_softmax(x, axis):
    """x less the logarithm of the sum of exp(x)."""
    x = x - x.max(axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


FUNCTIONS: dict[str, Callable] = {
    "relu": lambda x, slope: np.maximum(x, 0),
    "relu6": lambda x, slope: np.clip(x, 0, 6),
    "leaky_relu": lambda x, slope: np.where(x < 0, slope * x, x),
    "elu": lambda x, slope: np.where(x < 0, expm1_below(x), x),
    "gelu": lambda x, slope: x * normal(x),
    "gelu_tanh": lambda x, slope: x * bent(x),
    "silu": lambda x, slope: x * sigmoid(x),
    "sigmoid": lambda x, slope: sigmoid(x),
    "tanh": lambda x, slope: np.tanh(x),
    "softplus": lambda x, slope: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
    "hard_sigmoid": lambda x, slope: np.clip(x + 3, 0, 6) / 6,
    "hard_swish": lambda x, slope: x * (np.clip(x + 3, 0, 6) / 6),
}
SLOPES: dict[str, Callable] = {
    "relu": lambda x, slope: x > 0,
    "relu6": lambda x, slope: (x > 0) & (x < 6),
    "leaky_relu": lambda x, slope: np.where(x < 0, slope, 1),
    "elu": lambda x, slope: expm1_below(x) + 1,
    "gelu": lambda x, slope: normal(x) + x * density(x),
    "gelu_tanh": gelu_tanh_slope,
    "silu": lambda x, slope: sigmoid(x) * (1 + x * sigmoid(-x)),
    "sigmoid": lambda x, slope: sigmoid(x) * sigmoid(-x),
    "tanh": lambda x, slope: 1 - np.tanh(x) ** 2,
    "softplus": lambda x, slope: sigmoid(x),
    "hard_sigmoid": lambda x, slope: (abs(x) < 3) / x.dtype.type(6),
    "hard_swish": lambda x, slope: np.where(abs(x) < 3, (2 * x + 3) / 6, x > 0),
}
ROWS: dict[str, Callable] = {"softmax": softmax, "log_softmax": log_softmax}


def activate(kind: str, slope: float, axis: int) -> Callable:
    """The activation as a function of x alone."""
    if kind in ROWS:
        return functools.partial(ROWS[kind], axis=axis)
    return functools.partial(FUNCTIONS[kind], slope=slope)


def pullback(dy, x, *, kind, slope, axis):
    """The cotangent times the derivative; a row's numbers depend on each other."""
    if kind == "softmax":
        y = softmax(x, axis)
        return [y * (dy - (dy * y).sum(axis, keepdims=True))]
    if kind == "log_softmax":
        return [dy - softmax(x, axis) * dy.sum(axis, keepdims=True)]
    return [dy * SLOPES[kind](x, slope)]
