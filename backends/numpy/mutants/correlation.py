"""Mistakes in the textbook's two sums, correlation and convolution of planes.

A change takes the method `corr2d(self, x, k)` or `convolve2d(self, x, k)`, then its arguments.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, flipped, methods

corr2d = Place("corr2d", "corr2d", *methods("corr2d"))
convolve2d = Place("convolve2d", "convolve2d", *methods("convolve2d"))


def of_each_plane(change):
    """A change of the kernel (kh, kw) or (C, kh, kw): a kernel for each output is taken one by one anyway."""

    def changed(original, self, x, k):
        return original(self, x, k) if k.ndim == 4 else change(original, self, x, k)

    return changed


corr2d.plant("kernel-flipped", "The kernel is flipped in both axes: a convolution.", of_each_plane(flipped(-2, -1)))
corr2d.plant("kernel-upside-down", "The kernel is flipped along its height.", of_each_plane(flipped(-2)))
corr2d.plant("kernel-left-to-right", "The kernel is flipped along its width.", of_each_plane(flipped(-1)))
convolve2d.plant("kernel-not-flipped", "The kernel is not flipped: a correlation.", flipped(0, 1))
convolve2d.plant("kernel-upside-down", "The kernel is flipped along its height alone.", flipped(1))
convolve2d.plant("kernel-left-to-right", "The kernel is flipped along its width alone.", flipped(0))


def axes_swapped(original, self, x, k):
    """The memory of the kernel is read as (kw, kh)."""
    kh, kw = k.shape[-2:]
    return original(self, x, k.reshape(*k.shape[:-2], kw, kh).swapaxes(-2, -1))


corr2d.plant("kernel-axes-swapped", axes_swapped.__doc__, of_each_plane(axes_swapped))
convolve2d.plant("kernel-axes-swapped", axes_swapped.__doc__, axes_swapped)


@convolve2d
def full_size(original, self, x, k):
    """Every window that touches the image counts ("full"), not only those inside it."""
    original(self, x, k)  # what must be refused still is
    return original(self, np.pad(x, [(taps - 1, taps - 1) for taps in k.shape]), k)


@corr2d
def channels_averaged(original, self, x, k):
    """The sum over the channels is a mean."""
    y = original(self, x, k)
    return (y / len(x)).astype(y.dtype) if k.ndim == 3 else y


@corr2d
def channels_reversed(original, self, x, k):
    """The channels of the image meet those of the kernel in reverse order."""
    return original(self, x[::-1], k) if k.ndim == 3 else original(self, x, k)


@corr2d
def first_channel_only(original, self, x, k):
    """Only the first channel is seen."""
    y = original(self, x, k)
    return original(self, x[:1], k[:1]) if k.ndim == 3 else y


@corr2d
def first_kernel_for_all(original, self, x, k):
    """Every output is that of the first kernel."""
    return original(self, x, np.repeat(k[:1], len(k), axis=0)) if k.ndim == 4 else original(self, x, k)


@corr2d
def outputs_reversed(original, self, x, k):
    """The outputs come in reverse order."""
    return original(self, x, k[::-1] if k.ndim == 4 else k)


@corr2d
def outputs_last(original, self, x, k):
    """The outputs are stacked along the last axis, and reshaped where they should be transposed."""
    y = original(self, x, k)
    return np.moveaxis(y, 0, -1).reshape(y.shape) if k.ndim == 4 else y


@corr2d
def last_window_skipped(original, self, x, k):
    """The loop over the windows ends one column early: zero is left there."""
    y = original(self, x, k)
    y[..., -1] = 0
    return y
