"""The activations of one number: each with its derivative, and both once more with the roundings of their formulas.

`value` and `slope` are accurate in float64: no formula of theirs cancels. `computed` and `computed_slope` are what
frameworks write, with the roundings on the way (`spec.numerics.running_error`): 1 + erf(x) cancels for negative x, and
the derivative of the sigmoid is made of its result, y (1 - y).
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from spec.numerics.running_error import ERFC, Rounded, constant, erf, exact, exp, expm1, log1p, tanh

Array = np.ndarray
HALF, ROOT = math.sqrt(0.5), math.sqrt(2 * math.pi)
INNER, CUBE = math.sqrt(2 / math.pi), 0.044715  # of gelu's approximation (Hendrycks and Gimpel 2016)


@dataclasses.dataclass(frozen=True)
class Activation:
    """Functions of (x, slope), where slope is that of leaky_relu: arrays in the first two, `Rounded` in the others."""

    value: Callable[[Array, float], Array]
    slope: Callable[[Array, float], Array]
    computed: Callable[[Rounded, float], Rounded]
    computed_slope: Callable[[Rounded, float], Rounded]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), which does not overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1.0) / (1 + small)


def _sigmoid(x: Rounded) -> Rounded:
    return exact(1.0) / (exp(x * -1.0) + 1.0)


def _leaky(x: Array, slope: float) -> Array:
    return np.where(x < 0, slope * x, x)


def _computed_leaky(x: Rounded, slope: float) -> Rounded:
    return (constant(slope) * x).where(x.value < 0, x)


def _normal(x: Array) -> Array:
    """The distribution function of the normal distribution: no cancellation on either side."""
    return 0.5 * ERFC(-x * HALF)


def _density(x: Array) -> Array:
    return np.exp(-(x**2) / 2) / ROOT


def _computed_normal(x: Rounded) -> Rounded:
    return (erf(x * constant(HALF)) + 1.0) * 0.5


def _inner(x: Rounded) -> Rounded:
    return constant(INNER) * (x + constant(CUBE) * (x * x * x))


def _inner_value(x: Array) -> Array:
    return INNER * (x + CUBE * x**3)


def _inner_slope(x: Array) -> Array:
    return INNER * (1 + 3 * CUBE * x**2)


def _gelu_tanh(x: Array, slope: float) -> Array:
    return x * sigmoid(2 * _inner_value(x))  # (1 + tanh(z)) / 2 = sigmoid(2 z)


def _gelu_tanh_slope(x: Array, slope: float) -> Array:
    s = sigmoid(2 * _inner_value(x))
    return s + x * 2 * s * sigmoid(-2 * _inner_value(x)) * _inner_slope(x)


def _computed_gelu_tanh_slope(x: Rounded, slope: float) -> Rounded:
    t = tanh(_inner(x))
    curve = (exact(1.0) - t * t) * (constant(INNER) * (constant(3 * CUBE) * (x * x) + 1.0))
    return (t + 1.0) * 0.5 + x * 0.5 * curve


def _silu_slope(x: Array, slope: float) -> Array:
    return sigmoid(x) * (1 + x * sigmoid(-x))


def _computed_silu_slope(x: Rounded, slope: float) -> Rounded:
    s = _sigmoid(x)
    return s * (x * (exact(1.0) - s) + 1.0)


def _softplus(x: Array, slope: float) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _computed_softplus(x: Rounded, slope: float) -> Rounded:
    return exact(np.maximum(x.value, 0)) + log1p(exp(exact(-np.abs(x.value))))


def _hard_sigmoid(x: Array, slope: float) -> Array:
    return np.clip(x + 3, 0, 6) / 6


def _inside(x: Array) -> Array:
    return np.where(np.isnan(x), np.nan, (abs(x) < 3) * 1.0)


def _computed_hard_sigmoid(x: Rounded, slope: float) -> Rounded:
    linear = x * constant(1 / 6) + 0.5  # as ONNX has it; x + 3, divided by 6, is closer
    return linear.where(abs(x.value) < 3, exact((x.value > 0) * 1.0))


def _hard_swish_slope(x: Array, slope: float) -> Array:
    return np.where(abs(x) < 3, (2 * x + 3) / 6, np.where(np.isnan(x), x, (x > 0) * 1.0))


def _computed_hard_swish_slope(x: Rounded, slope: float) -> Rounded:
    return (x * constant(1 / 3) + 0.5).where(abs(x.value) < 3, exact((x.value > 0) * 1.0))


def _step(x: Array, slope: float) -> Array:
    return np.where(np.isnan(x), np.nan, (x > 0) * 1.0)


def _window(x: Array, slope: float) -> Array:
    return np.where(np.isnan(x), np.nan, ((x > 0) & (x < 6)) * 1.0)


def _moved(function: Callable[[Array, float], Array]) -> Callable[[Rounded, float], Rounded]:
    """Values that are chosen and not computed."""
    return lambda x, slope: exact(function(x.value, slope))


def _relu(x: Array, slope: float) -> Array:
    return np.maximum(x, 0)


def _relu6(x: Array, slope: float) -> Array:
    return np.clip(x, 0, 6)


ACTIVATIONS = {
    "relu": Activation(_relu, _step, _moved(_relu), _moved(_step)),
    "relu6": Activation(_relu6, _window, _moved(_relu6), _moved(_window)),
    "leaky_relu": Activation(
        _leaky,
        lambda x, slope: np.where(x < 0, slope, 1.0),
        _computed_leaky,
        lambda x, slope: constant(slope).where(x.value < 0, exact(np.ones_like(x.value))),
    ),
    "elu": Activation(
        lambda x, slope: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
        lambda x, slope: np.exp(np.minimum(x, 0)),
        lambda x, slope: expm1(exact(np.minimum(x.value, 0))).where(x.value < 0, x),
        lambda x, slope: (expm1(exact(np.minimum(x.value, 0))) + 1.0).where(x.value < 0, exact(np.ones_like(x.value))),
    ),
    "gelu": Activation(
        lambda x, slope: x * _normal(x),
        lambda x, slope: _normal(x) + x * _density(x),
        lambda x, slope: x * _computed_normal(x),
        lambda x, slope: _computed_normal(x) + x * (exp(x * x * -0.5) * constant(1 / ROOT)),
    ),
    "gelu_tanh": Activation(
        _gelu_tanh,
        _gelu_tanh_slope,
        lambda x, slope: x * ((tanh(_inner(x)) + 1.0) * 0.5),
        _computed_gelu_tanh_slope,
    ),
    "silu": Activation(
        lambda x, slope: x * sigmoid(x), _silu_slope, lambda x, slope: x * _sigmoid(x), _computed_silu_slope
    ),
    "sigmoid": Activation(
        lambda x, slope: sigmoid(x),
        lambda x, slope: sigmoid(x) * sigmoid(-x),
        lambda x, slope: _sigmoid(x),
        lambda x, slope: _sigmoid(x) * (exact(1.0) - _sigmoid(x)),
    ),
    "tanh": Activation(
        lambda x, slope: np.tanh(x),
        lambda x, slope: 4 * sigmoid(2 * x) * sigmoid(-2 * x),
        lambda x, slope: tanh(x),
        lambda x, slope: exact(1.0) - tanh(x) * tanh(x),
    ),
    "softplus": Activation(_softplus, lambda x, slope: sigmoid(x), _computed_softplus, lambda x, slope: _sigmoid(x)),
    "hard_sigmoid": Activation(
        _hard_sigmoid,
        lambda x, slope: _inside(x) / 6,
        _computed_hard_sigmoid,
        lambda x, slope: constant(1 / 6).where(abs(x.value) < 3, exact(np.zeros_like(x.value))),
    ),
    "hard_swish": Activation(
        lambda x, slope: x * _hard_sigmoid(x, slope),
        _hard_swish_slope,
        lambda x, slope: x * _computed_hard_sigmoid(x, slope),
        _computed_hard_swish_slope,
    ),
}
