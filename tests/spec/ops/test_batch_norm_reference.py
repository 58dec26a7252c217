"""batch_norm2d: by hand, in many digits, its gradients by central differences, and what its bounds let pass."""

import mpmath
import numpy as np
import pytest

from harness.judging.bounds import Limits
from harness.judging.oracle import truth
from spec.cases.single import stated
from spec.core import Rejected
from spec.ops import batch_norm2d

PLAIN = {"training": True, "epsilon": 0.0, "momentum": 0.25, "unbiased": True}
CHANNELS = ("scale", "shift", "mean", "variance")


def inputs(shape, seed=0, far=0.0):
    random = np.random.default_rng(seed)
    given = {name: random.uniform(0.5, 2, shape[1]) for name in CHANNELS}
    return {"x": random.standard_normal(shape) + far, **given}


def test_four_values_by_hand():
    x = np.array([1.0, 3.0, 5.0, 7.0]).reshape(2, 1, 1, 2)  # mean 4, variance 5, unbiased 20/3
    one = np.ones(1)
    y, mean, variance = batch_norm2d.reference(x, 2 * one, 10 * one, 8 * one, 4 * one, **PLAIN)
    assert y.ravel() == pytest.approx(10 + 2 * np.array([-3, -1, 1, 3]) / np.sqrt(5))
    assert mean == pytest.approx([0.75 * 8 + 0.25 * 4])
    assert variance == pytest.approx([0.75 * 4 + 0.25 * 20 / 3])
    biased = batch_norm2d.reference(x, one, one, one, 4 * one, **{**PLAIN, "unbiased": False})
    assert biased[2] == pytest.approx([0.75 * 4 + 0.25 * 5])


def test_given_statistics_stay_as_they_are():
    given = inputs((2, 3, 2, 2))
    attrs = {**PLAIN, "training": False, "epsilon": 0.5}
    y, mean, variance = batch_norm2d.reference(*given.values(), **attrs)
    assert np.array_equal(mean, given["mean"])
    assert np.array_equal(variance, given["variance"])
    wanted = given["scale"][1] * (given["x"][1, 1, 0, 1] - given["mean"][1]) / np.sqrt(given["variance"][1] + 0.5)
    assert y[1, 1, 0, 1] == pytest.approx(wanted + given["shift"][1])


def test_values_are_right_to_a_few_units_in_the_last_place():
    mpmath.mp.dps = 60
    given = inputs((3, 1, 2, 2), far=3.0)
    y = batch_norm2d.reference(*given.values(), **{**PLAIN, "epsilon": 1e-5})[0]
    x = [mpmath.mpf(float(one)) for one in given["x"].ravel()]
    m = mpmath.fsum(x) / len(x)
    v = mpmath.fsum((one - m) ** 2 for one in x) / len(x)
    scale, shift = (mpmath.mpf(float(given[name][0])) for name in ("scale", "shift"))
    wanted = [scale * (one - m) / mpmath.sqrt(v + mpmath.mpf(1e-5)) + shift for one in x]
    assert max(abs(float(a - b)) for a, b in zip(map(mpmath.mpf, y.ravel().tolist()), wanted)) < 5e-15


@pytest.mark.parametrize("training", [True, False])
def test_gradients_are_those_of_central_differences(training):
    given, attrs = inputs((2, 2, 2, 3)), {**PLAIN, "training": training, "epsilon": 0.1}
    c = np.random.default_rng(1).standard_normal(given["x"].shape)
    found = batch_norm2d.pullback(c, *given.values(), **attrs)

    def value(name, place, step):
        moved = given[name].copy()
        moved[place] += step
        return (batch_norm2d.reference(*{**given, name: moved}.values(), **attrs)[0] * c).sum()

    for name, slopes in found.items():
        for place in np.ndindex(slopes.shape):
            slope = (value(name, place, 1e-6) - value(name, place, -1e-6)) / 2e-6
            assert slopes[place] == pytest.approx(slope, abs=1e-7), (name, place)


def test_one_value_has_no_variance():
    with pytest.raises(Rejected, match="2 or more values"):
        batch_norm2d.out_shape((1, 2, 1, 1), (2,), (2,), (2,), (2,), **PLAIN)


# ---- bounds --------------------------------------------------------------------------------------

WIDE = (slice(None), None, None)


def in_float32(given, *, training=True, epsilon=1e-5, momentum=0.1, one_pass=False, folded=False, through=np.float32):
    """The formula in float32, as frameworks have it: in two steps, or folded into one product and one sum."""
    x, scale, shift, mean, variance = (array.astype(through).astype(np.float32) for array in given.values())
    m, v, count = mean, variance, np.float32(x.size // x.shape[1])
    if training:
        m = x.mean(axis=(0, 2, 3))
        v = (x * x).mean(axis=(0, 2, 3)) - m * m if one_pass else ((x - m[WIDE]) ** 2).mean(axis=(0, 2, 3))
    factor = scale / np.sqrt(v + np.float32(epsilon))
    y = x * factor[WIDE] + (shift - m * factor)[WIDE] if folded else (x - m[WIDE]) * factor[WIDE] + shift[WIDE]
    if not training:
        return {"y": y}
    share = np.float32(momentum)
    kept = v * (count / (count - 1))
    return {
        "y": y,
        "mean_after": (1 - share) * mean + share * m,
        "variance_after": (1 - share) * variance + share * kept,
    }


def passes(given, found, **attrs):
    """Whether all arrays are within their bounds."""
    single = {name: array.astype(np.float32) for name, array in given.items()}
    expected = truth(stated("some", "batch_norm2d", "", single, attrs, tier="reals"), gradients=False).outputs
    wide = {name: abs(array.astype(np.float64) - expected[name].value) for name, array in found.items()}
    return all(Limits.of(expected[name], np.dtype(np.float32)).allows(error) for name, error in wide.items())


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (9, 17, 1, 1), (6, 2, 16, 16), (1, 1, 3, 3)])
@pytest.mark.parametrize("far", [0.0, 1.0, 30.0])
@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_the_formula_in_float32_is_within_the_bounds(shape, far, folded, training):
    for seed in range(10):
        given = {name: array.astype(np.float32) for name, array in inputs(shape, seed, far).items()}
        assert passes(given, in_float32(given, training=training, folded=folded), training=training)


@pytest.mark.parametrize(
    "wrong",
    [{"one_pass": True}, {"epsilon": 1.1e-5}, {"momentum": 0.1001}, {"through": np.float16}, {"training": False}],
    ids=str,
)
def test_what_is_wrong_is_not(wrong):
    given = {name: array.astype(np.float32) for name, array in inputs((6, 2, 6, 6), far=100.0).items()}
    given["x"][:, 1] = given["x"][:, 1] * np.float32(0.01) - np.float32(0.99)  # of a small variance, near 0
    assert passes(given, in_float32(given, folded=False))
    assert not passes(given, in_float32(given, **wrong))
