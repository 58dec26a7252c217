"""The calls of the lessons in NumPy, which has no layers: the definitions themselves. Images NCHW, kernels OIHW."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

TENSOR = np.array  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}


def correlate(x, w, stride=1):
    """Each output is the sum of a window times the kernel."""
    windows = sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,ocij->nohw", windows, w)


EDGES = ((0, 0), (0, 0), (1, 1), (1, 1))


def dilate(w):
    """The kernel with a zero between its taps."""
    wide = np.zeros((*w.shape[:2], 3, 3), w.dtype)
    wide[:, :, ::2, ::2] = w
    return wide


def windows(x):
    """Windows of 2 by 2 with stride 2."""
    return sliding_window_view(x, (2, 2), axis=(2, 3))[:, :, ::2, ::2]


def interpolate(x, axis):
    """Twice as many pixels along an axis, read at half pixels; outside the edge is repeated."""
    places = (np.arange(4) + 0.5) / 2 - 0.5
    return np.apply_along_axis(lambda row: np.interp(places, [0, 1], row), axis, x).astype(x.dtype)


CALLS = {
    "same-with-stride": {
        "padding=1": lambda x, w: correlate(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), w, stride=2),
        "padded before": lambda x, w: correlate(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), w, stride=2),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: correlate(x, w),
        "the function called convolve": lambda x, w: correlate(x, w[:, :, ::-1, ::-1]),
    },
    "stride-and-dilation": {
        "every second output": lambda x, w: correlate(x, dilate(w))[:, :, ::2, ::2],
        "without dilation": lambda x, w: correlate(x, w, stride=2),
    },
    "pooling": {
        "pixels seen alone": lambda x: np.nanmean(windows(np.pad(x, EDGES, constant_values=np.nan)), axis=(4, 5)),
        "all places": lambda x: windows(np.pad(x, EDGES)).mean(axis=(4, 5)),
    },
    "transposed-convolution": {
        "by default": lambda x, w: np.einsum("nihw,iokl->nohkwl", x, w).reshape(1, 1, 4, 4),
    },
    "upsampling": {
        "half pixels": lambda x: interpolate(interpolate(x, 2), 3),
        "nearest": lambda x: x.repeat(2, axis=2).repeat(2, axis=3),
    },
}
