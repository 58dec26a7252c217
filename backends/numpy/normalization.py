"""Batch normalisation of images (N, C, H, W) in NumPy: the parts that its two directions share."""

import numpy as np

PIXELS = (0, 2, 3)  # the axes over which a channel has its statistics


def wide(channels):
    """Numbers per channel, beside images."""
    return channels[:, None, None]


def normalized(x, mean, variance, epsilon):
    """The images with mean 0 and variance 1, if these are theirs."""
    return (x - wide(mean)) / np.sqrt(wide(variance) + x.dtype.type(epsilon))


def pullback(dy, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
    """In training y depends on each x by mean and variance too: what all have in common is taken away."""
    if training:
        mean, variance = x.mean(axis=PIXELS), x.var(axis=PIXELS)
    y = normalized(x, mean, variance, epsilon)
    dscale, dshift = (dy * y).sum(axis=PIXELS), dy.sum(axis=PIXELS)
    if training:
        dy = dy - (wide(dshift) + y * wide(dscale)) / x.dtype.type(x.size // x.shape[1])
    return [wide(scale / np.sqrt(variance + x.dtype.type(epsilon))) * dy, dscale, dshift]
