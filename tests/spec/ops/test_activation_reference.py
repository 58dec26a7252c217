"""activation: against correctly rounded values and derivatives by mpmath, and the errors that the bounds allow."""

import functools

import mpmath
import numpy as np
import pytest

from harness.judging.bounds import Limits
from harness.judging.oracle import truth
from spec.cases.single import stated
from spec.numerics.activations import ACTIVATIONS
from spec.ops import activation

mpmath.mp.dps = 60
X = np.array([-700.5, -40.25, -20.5, -9.75, -3.5, -1.25, -0.1, -1e-7, 1e-9, 0.004, 0.9, 2.75, 4.5, 8.25, 30.75, 650.5])
SLOPE = 0.25


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def bent(x):
    return (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3))) / 2


def six(x):
    return min(max(x, mpmath.mpf(0)), mpmath.mpf(6))


TRUE = {
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "relu6": six,
    "leaky_relu": lambda x: x if x > 0 else SLOPE * x,
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "gelu_tanh": lambda x: x * bent(x),
    "silu": lambda x: x * sigmoid(x),
    "sigmoid": sigmoid,
    "tanh": mpmath.tanh,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "hard_sigmoid": lambda x: six(x + 3) / 6,
    "hard_swish": lambda x: x * six(x + 3) / 6,
}


def row(kind, x):
    """softmax or log_softmax of a row, in many digits."""
    weights = [mpmath.exp(number) for number in x]
    total = mpmath.fsum(weights)
    return [weight / total if kind == "softmax" else mpmath.log(weight / total) for weight in weights]


def off(found, wanted, x):
    """The largest relative error in units of 2^-53; what underflows counts as 0."""
    errors = [abs(mpmath.mpf(float(one)) - two) - mpmath.mpf(2) ** -1074 for one, two in zip(found, wanted)]
    return max(float(error / abs(two)) if two else float(error) for error, two in zip(errors, wanted)) * 2**53


def test_every_kind_has_its_truth():
    assert set(TRUE) == set(ACTIVATIONS)


@pytest.mark.parametrize("kind", TRUE)
def test_values_are_right_to_a_few_units_in_the_last_place(kind):
    found = activation.reference(X, kind=kind, slope=SLOPE, axis=-1)
    # exp(-x^2 / 2) multiplies the rounding of its argument by the argument: with x = -40.25 that is 810.
    most = {"gelu": 2000, "gelu_tanh": 20_000}.get(kind, 8)
    assert off(found, [TRUE[kind](mpmath.mpf(float(x))) for x in X], X) < most


@pytest.mark.parametrize("kind", TRUE)
def test_slopes_are_the_derivatives(kind):
    found = ACTIVATIONS[kind].slope(X, SLOPE)
    for x, slope in zip(X, found):
        wanted = mpmath.diff(TRUE[kind], mpmath.mpf(float(x)), h=mpmath.mpf(10) ** -25)
        assert abs(slope - float(wanted)) <= 1e-12 * (1 + abs(x)), x


@pytest.mark.parametrize("kind", activation.ROWS)
def test_rows_are_right_where_exponentials_would_overflow(kind):
    x = np.array([1000.25, 999.5, -3.0, 998.125, 260.0])
    found = activation.reference(x, kind=kind, slope=0.0, axis=0)
    assert off(found, row(kind, [mpmath.mpf(float(one)) for one in x]), x) < 8


@pytest.mark.parametrize("kind", activation.ROWS)
def test_the_gradient_of_rows_is_that_of_central_differences(kind):
    x, c, step = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]]), np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]]), 1e-6
    call = functools.partial(activation.reference, kind=kind, slope=0.0, axis=0)
    found = activation.pullback(c, x, kind=kind, slope=0.0, axis=0)["x"]
    for place in np.ndindex(x.shape):
        more, less = x.copy(), x.copy()
        more[place] += step
        less[place] -= step
        assert found[place] == pytest.approx(((call(more) - call(less)) * c).sum() / (2 * step), abs=1e-8)


@pytest.mark.parametrize("kind", activation.KINDS)
def test_the_formula_in_float32_is_within_the_bounds(kind):
    """Computed step by step in float32, as frameworks do, for many numbers."""
    x = np.random.default_rng(3).normal(0, 2.5, (40, 50)).astype(np.float32)
    expected = truth(stated("many", "activation", "", {"x": x}, {"kind": kind}, tier="reals")).outputs["y"]
    limits = Limits.of(expected, x.dtype)
    found = FORMULAS[kind](x)
    assert found.dtype == np.float32
    error = np.where(found == limits.wanted, 0, abs(found.astype(np.float64) - expected.value))
    assert limits.allows(error), limits.measure(error)[1:]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("gelu", lambda x: FORMULAS["gelu_tanh"](x)),
        ("gelu_tanh", lambda x: FORMULAS["gelu"](x)),
        ("elu", lambda x: np.where(x < 0, np.exp(x) - 1, x)),  # no right digit near 0
        ("softplus", lambda x: np.log(1 + np.exp(x))),
        ("leaky_relu", lambda x: np.where(x < 0, np.float32(0.0101) * x, x)),
        ("silu", lambda x: x * FORMULAS["hard_sigmoid"](x)),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x.astype(np.float16).astype(np.float32)))),
        ("softmax", lambda x: FORMULAS["softmax"](x.T).T),
        ("log_softmax", lambda x: np.log(FORMULAS["softmax"](x) + np.float32(1e-7))),
    ],
)
def test_a_wrong_formula_is_outside_the_bounds(kind, wrong):
    x = np.random.default_rng(4).normal(0, 2.5, (40, 50)).astype(np.float32)
    x[0] = np.ldexp(x[0], -12)  # near 0
    x[1] = -abs(x[1]) - 8
    expected = truth(stated("many", "activation", "", {"x": x}, {"kind": kind}, tier="reals")).outputs["y"]
    error = abs(wrong(x).astype(np.float64) - expected.value)
    assert not Limits.of(expected, x.dtype).allows(error)


@pytest.mark.parametrize("kind", activation.EXACT[:2])
def test_what_is_moved_must_be_equal(kind):
    assert not activation.terms(X, kind=kind, slope=0.01, axis=-1).any()


ERF = np.vectorize(lambda x: np.float32(float(mpmath.erf(float(x)))), otypes=[np.float32])
C = np.float32(np.sqrt(2 / np.pi))


def exponentials(x):
    return np.exp(x - x.max(-1, keepdims=True))


FORMULAS = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x < 0, np.float32(0.01) * x, x),
    "elu": lambda x: np.where(x < 0, np.expm1(x), x),
    "gelu": lambda x: np.float32(0.5) * x * (1 + ERF(x * np.float32(np.sqrt(0.5)))),
    "gelu_tanh": lambda x: np.float32(0.5) * x * (1 + np.tanh(C * (x + np.float32(0.044715) * x * x * x))),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "softplus": lambda x: np.log1p(np.exp(x)),
    "hard_sigmoid": lambda x: np.clip(x * np.float32(1 / 6) + np.float32(0.5), 0, 1),
    "hard_swish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "softmax": lambda x: exponentials(x) / exponentials(x).sum(-1, keepdims=True),
    "log_softmax": lambda x: x - x.max(-1, keepdims=True) - np.log(exponentials(x).sum(-1, keepdims=True)),
}
