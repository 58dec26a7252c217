"""Faults of batch normalisation."""

from tests.spec.laws.faults.law import fault


@fault("batch_norm2d", "shift-is-the-mean", "units-do-not-count")
def uses_given_statistics(right, *inputs, training, **attrs):
    return right(*inputs, training=False, **attrs)


@fault("batch_norm2d", "running-mean")
def keeps_momentum_of_what_was_there(right, *inputs, momentum, **attrs):
    return right(*inputs, momentum=0.9 * momentum, **attrs)


@fault("batch_norm2d", "a-common-change-does-nothing", gradient=True)
def leaves_the_mean_out(slopes, c, x, *weights, training, **attrs):
    return {**slopes, "x": slopes["x"] + 0.25 * c}
