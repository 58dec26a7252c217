"""Mistakes in batch normalisation: statistics, constants, axes, what is kept.

A change takes the method, then x (N, C, H, W), scale, shift, mean, variance (C,), and the attributes by name.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, methods, pullbacks, replaced

batch_norm = Place("batch_norm2d", "batch_norm2d", *methods("batch_norm2d"))
gradient = Place("batch_norm2d-gradient", "batch_norm2d", *pullbacks("batch_norm2d"))

batch_norm.plant("always-training", "The batch's own statistics are taken in inference too.", replaced(training=True))
batch_norm.plant("never-training", "The running statistics are taken in training too.", replaced(training=False))
batch_norm.plant("epsilon-of-keras", "epsilon is 0.001, whatever is asked for.", replaced(epsilon=1e-3))
batch_norm.plant("epsilon-of-torch", "epsilon is 0.00001, whatever is asked for.", replaced(epsilon=1e-5))
batch_norm.plant("momentum-of-torch", "momentum is 0.1, whatever is asked for.", replaced(momentum=0.1))
batch_norm.plant("always-unbiased", "The unbiased variance is kept, whatever is asked for.", replaced(unbiased=True))
batch_norm.plant("never-unbiased", "The biased variance is kept, whatever is asked for.", replaced(unbiased=False))
gradient.plant("never-training", "The gradient does not go through the statistics.", replaced(training=False))
gradient.plant("always-training", "The gradient goes through given statistics.", replaced(training=True))
gradient.plant("epsilon-of-torch", "epsilon is 0.00001 in the gradient.", replaced(epsilon=1e-5))


@batch_norm
def momentum_of_what_was_there(original, self, x, *weights, momentum, **attrs):
    """momentum is the share of the old statistics, as Keras has it."""
    return original(self, x, *weights, momentum=1 - momentum, **attrs)


@batch_norm
def scale_and_shift_swapped(original, self, x, scale, shift, *statistics, **attrs):
    """scale and shift are mistaken for each other."""
    return original(self, x, shift, scale, *statistics, **attrs)


@batch_norm
def mean_and_variance_swapped(original, self, x, scale, shift, mean, variance, **attrs):
    """Mean and variance are mistaken for each other."""
    y, first, second = original(self, x, scale, shift, abs(variance), abs(mean), **attrs)
    return y, second, first


@batch_norm
def shift_dropped(original, self, x, scale, shift, *statistics, **attrs):
    """There is no shift."""
    return original(self, x, scale, 0 * shift, *statistics, **attrs)


@batch_norm
def epsilon_outside_the_root(original, self, x, scale, shift, mean, variance, *, epsilon, training, **attrs):
    """epsilon is added to the deviation, not to the variance."""
    y, *after = original(self, x, scale, shift, mean, variance, epsilon=epsilon, training=training, **attrs)
    axes, wide = (0, 2, 3), (slice(None), None, None)
    m, v = (x.astype(np.float32).mean(axes), x.astype(np.float32).var(axes)) if training else (mean, variance)
    found = scale[wide] * (x - m[wide]) / (np.sqrt(v[wide]) + epsilon) + shift[wide]
    return found.astype(y.dtype), *after


@batch_norm
def statistics_of_each_image(original, self, x, scale, shift, mean, variance, *, training, **attrs):
    """Each image has its own statistics, as in instance normalisation."""
    y, *after = original(self, x, scale, shift, mean, variance, training=training, **attrs)
    if not training or x.shape[2] * x.shape[3] < 2:
        return y, *after
    parts = [original(self, one[None], scale, shift, mean, variance, training=True, **attrs)[0] for one in x]
    return np.concatenate(parts), *after


@batch_norm
def variance_in_one_pass(original, self, x, scale, shift, mean, variance, *, training, epsilon, **attrs):
    """The variance is mean(x^2) - mean(x)^2 in float32."""
    y, *after = original(self, x, scale, shift, mean, variance, training=training, epsilon=epsilon, **attrs)
    if not training:
        return y, *after
    axes, wide, single = (0, 2, 3), (slice(None), None, None), x.astype(np.float32)
    m = single.mean(axes)
    v = np.maximum((single**2).mean(axes) - m**2, 0)
    found = scale[wide] * (x - m[wide]) / np.sqrt(v[wide] + epsilon) + shift[wide]
    return found.astype(y.dtype), *after


@gradient
def mean_alone(original, dy, x, scale, *weights, training, **attrs):
    """The gradient goes through the mean, and not through the variance."""
    dx, dscale, dshift = original(dy, x, scale, *weights, training=training, **attrs)
    if not training:
        return [dx, dscale, dshift]
    centred = dy - dy.mean((0, 2, 3), keepdims=True)
    shift = weights[0]
    plain = original(centred, x, scale, shift, x.mean((0, 2, 3)), x.var((0, 2, 3)), training=False, **attrs)[0]
    return [plain, dscale, dshift]


@gradient
def scale_averaged(original, dy, x, *weights, **attrs):
    """The gradient for scale is the mean over the batch."""
    dx, dscale, dshift = original(dy, x, *weights, **attrs)
    return [dx, dscale / np.asarray(len(x), dscale.dtype), dshift]
