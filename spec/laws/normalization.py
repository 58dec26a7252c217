"""Laws of batch normalisation."""

import numpy as np

from spec.laws.law import law, reading

X = (4, 3, 5, 6)
PIXELS = (0, 2, 3)
REALS = {"tiers": ("reals",)}


def channels(draw):
    """scale, shift, mean and variance; the latter positive."""
    found = {name: draw(name, X[1:2]) for name in ("scale", "shift", "mean")}
    return found | {"variance": abs(draw("variance", X[1:2])) + np.float32(0.5)}


def averaged(side):
    """The mean over all values of each channel."""
    values = side.moved(lambda array: array.transpose(1, 0, 2, 3).reshape(X[1], -1))
    count = X[0] * X[2] * X[3]
    return sum((values[:, i] for i in range(1, count)), values[:, 0]) * (1 / count)


@law("mean of batch_norm2d(x) = shift, in training", "batch_norm2d", plain=REALS)
def shift_is_the_mean(ask, draw):
    """Every channel has the mean that shift names, whatever it had before."""
    given = channels(draw)
    return averaged(ask("batch_norm2d", {"training": True}, x=draw("x", X), **given)), reading(given["shift"])


@law("batch_norm2d(4 x) = batch_norm2d(x) with epsilon / 16, in training", "batch_norm2d", plain=REALS)
def units_do_not_count(ask, draw):
    """Other units of x change nothing, as long as epsilon is in these units too."""
    given, x = channels(draw), draw("x", X)
    large = ask("batch_norm2d", {"training": True, "epsilon": 2.0**-6}, x=4 * x, **given)
    return large, ask("batch_norm2d", {"training": True, "epsilon": 2.0**-10}, x=x, **given)


@law("sum of the gradient of <batch_norm2d(x), c> for x = 0 in each channel, in training", "batch_norm2d", plain=REALS)
def a_common_change_does_nothing(ask, draw):
    """What is added to all values of a channel is subtracted with their mean."""
    given, x, c = channels(draw), draw("x", X), draw("c", X)
    slopes = ask.gradients("batch_norm2d", {"training": True}, c, x=x, **given)["x"]
    return averaged(slopes), np.zeros(X[1])


@law(
    "mean_after = (1 - momentum) mean + momentum mean(x)",
    "batch_norm2d",
    tenth={"momentum": 0.125, **REALS},
    half={"momentum": 0.5, **REALS},
)
def running_mean(ask, draw, momentum):
    """The running mean moves towards that of the batch."""
    given, x = channels(draw), draw("x", X)
    found = ask.outputs("batch_norm2d", {"training": True, "momentum": momentum}, x=x, **given)["mean_after"]
    wanted = given["mean"].astype(np.float64) * (1 - momentum) + momentum * x.astype(np.float64).mean(axis=PIXELS)
    return found, reading(wanted)
