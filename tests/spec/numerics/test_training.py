"""What training computes, and that its error scales let every float32 through and nothing coarser."""

import functools

import numpy as np
import pytest

from harness.judging import oracle
from harness.judging.verdict import compare
from spec import Rejected, operators
from spec.numerics import lenet_arithmetic as lenet
from spec.numerics.stochastic import Exact
from spec.ops import corr2d, learn_kernel, lenet5

EDGES = {name: array.astype(float) for name, array in learn_kernel.EDGES.items()}


@functools.cache
def cases(name):
    return tuple(case for case in operators()[name].cases() if case.expect == "value")


def single(name):
    return [case for case in cases(name) if case.tier == "reals" and case.dtype == np.float32]


def wide(case):
    return [array.astype(np.float64) if array.dtype.kind == "f" else array for array in case.inputs.values()]


@functools.cache
def truth(case_id):
    """What the judge compares with: the truth of each output."""
    case = next(case for case in cases(case_id.split("/")[0]) if case.id == case_id)
    return list(oracle.truth(case).outputs.values())


def outcomes(case, outputs):
    names = operators()[case.op].outputs
    exactly = case.tier == "integers"
    return [compare(name, *pair, case.dtype, exactly).outcome for name, *pair in zip(names, outputs, truth(case.id))]


def coarse(array, bits):
    """The array rounded to `bits` bits of mantissa: 8 as bfloat16, 11 as TF32."""
    mantissa, exponent = np.frexp(array)
    return np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits).astype(array.dtype)


# A kernel


def test_ten_steps_find_the_edge_kernel():
    losses, kernels = learn_kernel.reference(**EDGES, lr=0.03, steps=10, loss="sum")
    assert losses[[0, 9]].tolist() == pytest.approx([14.58, 0.0711], abs=5e-5)
    assert kernels[9].ravel().tolist() == pytest.approx([1.016, -0.962], abs=5e-4)


def test_the_first_step_by_hand():
    # Each weight meets 18 white pixels, 12 windows see two of them; the edges pull by 6 each way.
    _, kernels = learn_kernel.reference(**EDGES, lr=0.5, steps=1, loss="sum")
    slope = [18 * 0.3 + 12 * 0.2 - 6, 12 * 0.3 + 18 * 0.2 + 6]
    assert kernels[0].ravel().tolist() == pytest.approx([0.3 - slope[0], 0.2 - slope[1]])


def test_the_mean_is_the_sum_with_a_smaller_rate():
    total, kernels = learn_kernel.reference(**EDGES, lr=0.03, steps=5, loss="sum")
    mean, same = learn_kernel.reference(**EDGES, lr=0.03 * 42, steps=5, loss="mean")
    np.testing.assert_allclose(mean * 42, total)
    np.testing.assert_allclose(same, kernels)


def test_the_slope_of_the_kernel_is_the_difference_of_the_loss():
    random = np.random.default_rng(0)
    x, y, w = random.standard_normal((6, 7)), random.standard_normal((4, 6)), random.standard_normal((3, 2))
    _, kernels = learn_kernel.reference(x, y, w, lr=1.0, steps=1, loss="mean")
    for place in np.ndindex(w.shape):
        step = np.zeros_like(w)
        step[place] = 0.5
        ends = [np.mean((corr2d.reference(x, w + sign * step) - y) ** 2) for sign in (1, -1)]
        assert (w - kernels[0])[place] == pytest.approx(ends[0] - ends[1])


def in_order(case, order, rounded=lambda array: array):
    """The case in its own dtype, all sums one after the other in a random order; operands pass `rounded`."""
    x, y, w = case.inputs.values()
    random = np.random.default_rng(order)
    places, taps = random.permutation(y.size), random.permutation(w.size)
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape).reshape(y.size, w.size)[places][:, taps]
    factor = 1 if case.attrs["loss"] == "sum" else y.size
    kernel, losses, kernels = w.ravel()[taps], [], []
    for _ in range(case.attrs["steps"]):
        error = np.cumsum(rounded(windows) * rounded(kernel), axis=1)[:, -1] - y.ravel()[places]
        losses.append(np.cumsum(error * error)[-1] / factor)
        slope = np.cumsum(rounded(windows) * rounded(2 * error / factor)[:, None], axis=0)[-1]
        kernel = kernel - w.dtype.type(case.attrs["lr"]) * slope
        kernels.append(kernel[np.argsort(taps)].reshape(w.shape))
    return np.array(losses, w.dtype), np.array(kernels, w.dtype)


@pytest.mark.parametrize("case", cases("learn_kernel"), ids=lambda case: case.id)
def test_every_order_of_summation_learns_within_the_bounds(case):
    for order in range(8):
        allowed = {"exact"} if case.tier == "integers" else {"exact", "close"}
        assert set(outcomes(case, in_order(case, order))) <= allowed


@pytest.mark.parametrize("bits", [8, 11])
@pytest.mark.parametrize("case", single("learn_kernel"), ids=lambda case: case.id)
def test_coarse_operands_do_not_learn_within_the_bounds(case, bits):
    assert outcomes(case, in_order(case, 0, lambda array: coarse(array, bits))) == ["differs", "differs"]


@pytest.mark.parametrize("case", single("learn_kernel"), ids=lambda case: case.id)
def test_a_rate_off_by_a_thousandth_is_seen(case):
    attrs = {**case.attrs, "lr": case.attrs["lr"] * 1.001}
    outputs = learn_kernel.reference(*wide(case), **attrs)
    assert outcomes(case, [array.astype(np.float32) for array in outputs])[1] == "differs"


def test_descent_forgets_old_errors():
    """Where the loss converges, so do the errors of the kernel; without their signs they would grow for ever."""
    random = np.random.default_rng(0)
    bright, y, w = abs(random.standard_normal((7, 9))), random.standard_normal((5, 7)), np.ones((3, 3))
    (_, kernels), _ = learn_kernel.draws(bright, y, w, unit=2.0**-24, lr=0.002, steps=200, loss="sum")
    errors = np.sqrt(np.mean(np.square(kernels), axis=0))
    assert errors[-1].max() < 2 * errors[100].max()


# LeNet-5


def blank(images=2):
    """A network of zeros but for the last bias."""
    weights = {name: np.zeros(shape) for name, shape in lenet.SHAPES.items()}
    weights["out_b"] = np.arange(10.0)
    return np.ones((images, 1, 28, 28)), np.array([9, 0])[:images], weights


def test_a_network_of_zeros_answers_with_its_last_bias():
    images, labels, weights = blank()
    logits, losses, *after = lenet5.reference(images, labels, *weights.values(), lr=0.5, steps=0)
    assert logits.tolist() == [list(range(10))] * 2
    assert losses.shape == (0,)
    assert all((one == two).all() for one, two in zip(after, weights.values()))


def test_the_last_bias_moves_by_the_rate_times_what_the_softmax_lacks():
    images, labels, weights = blank()
    _, losses, *after = lenet5.reference(images, labels, *weights.values(), lr=0.5, steps=1)
    chances = np.exp(np.arange(10.0)) / np.exp(np.arange(10.0)).sum()
    assert losses.tolist() == pytest.approx([-np.mean(np.log(chances[[9, 0]]))])
    hits = np.array([0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.5])
    np.testing.assert_allclose(after[-1], np.arange(10) - 0.5 * (chances - hits))
    assert not after[-2].any()


def test_every_derivative_is_the_difference_of_the_loss():
    case = next(case for case in cases("lenet5") if case.id == "lenet5/step/reals-float64")
    images, labels, *weights = case.inputs.values()
    images, net = images[None], {name: weight[None] for name, weight in zip(lenet.SHAPES, weights)}
    _, slopes = lenet.descend(images, labels, net)
    random = np.random.default_rng(0)
    for name, weight in net.items():
        step = 1e-6 * random.standard_normal(weight.shape)
        ends = [lenet.descend(images, labels, {**net, name: weight + sign * step})[0] for sign in (1, -1)]
        assert 2 * np.vdot(slopes[name], step) == pytest.approx((ends[0] - ends[1]).item(), rel=1e-5), name


def test_the_exact_prediction_stays_among_the_integers_of_float32():
    case = next(case for case in cases("lenet5") if case.tier == "integers")
    largest = []

    class Watched(Exact):
        def rounded(self, value, size):
            largest.append(size().max() * 3**0.5)  # the sum of absolute values, times the root of their number
            return value

    logits = lenet.train(*wide(case)[:2], wide(case)[2:], 0.1, 0, Watched())[0]
    assert max(largest) < 2**24
    assert len(np.unique(logits)) == logits.size
    assert set(outcomes(case, lenet5.reference(*case.inputs.values(), **case.attrs))) == {"exact"}


def permuted(case, order):
    """The case with the channels of each layer in a random order, which changes every order of summation."""
    random = np.random.default_rng(order)
    images, labels, *weights = case.inputs.values()
    c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b = weights
    a, b, c, d = (random.permutation(size) for size in (6, 16, 120, 84))
    mixed = c1_w[a], c1_b[a], c3_w[b][:, a], c3_b[b], c5_w[c][:, b], c5_b[c]
    mixed += f6_w[d][:, c], f6_b[d], out_w[:, d], out_b
    logits, losses, *after = lenet5.reference(images, labels, *mixed, **case.attrs)
    c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b = after
    a, b, c, d = map(np.argsort, (a, b, c, d))
    restored = c1_w[a], c1_b[a], c3_w[b][:, a], c3_b[b], c5_w[c][:, b], c5_b[c]
    return logits, losses, *restored, f6_w[d][:, c], f6_b[d], out_w[:, d], out_b


@pytest.mark.parametrize("case", [case for case in cases("lenet5") if case.tier == "reals"], ids=lambda case: case.id)
def test_every_order_of_summation_trains_within_the_bounds(case):
    for order in range(2):
        assert set(outcomes(case, permuted(case, order))) <= {"exact", "close"}


@pytest.mark.parametrize("bits", [8, 11])
@pytest.mark.parametrize("case", single("lenet5"), ids=lambda case: case.id)
def test_coarse_operands_do_not_train_within_the_bounds(case, bits, monkeypatch):
    for name in ("dense", "outer", "convolve", "meet", "spread"):
        form = getattr(lenet, name)
        monkeypatch.setattr(lenet, name, lambda a, b, form=form: form(coarse(a, bits), coarse(b, bits)))
    found = outcomes(case, lenet5.reference(*case.inputs.values(), **case.attrs))
    if not case.attrs["steps"]:
        assert found == ["differs"] + ["exact"] * 11
        return
    logits, losses, *weights = found
    assert [logits, *weights] == ["differs"] * 11
    assert losses in ("differs", "close")  # a mean over many images averages such errors out


@pytest.mark.parametrize("case", [case for case in single("lenet5") if case.attrs["steps"]], ids=lambda case: case.id)
def test_a_loss_that_is_summed_and_not_averaged_is_seen(case):
    attrs = {**case.attrs, "lr": case.attrs["lr"] * len(case.inputs["images"])}
    outputs = lenet5.reference(*wide(case), **attrs)
    found = outcomes(case, [array.astype(np.float32) for array in outputs])
    assert found[:1] + found[2:] == ["differs"] * 11


def test_labels_beyond_the_classes_are_refused():
    images, _, weights = blank()
    with pytest.raises(Rejected, match="labels run from 3 to 10"):
        lenet5.reference(images, np.array([3, 10]), *weights.values(), lr=0.1, steps=1)
