"""The calls of the lessons in NumPy, which has no layers: the definitions themselves. Images NCHW, kernels OIHW."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

TENSOR = np.array  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}


def correlate(x, w, stride=1):
    """Each output is the sum of a window times the kernel."""
    windows = sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,ocij->nohw", windows, w)


CALLS = {
    "same-with-stride": {
        "padding=1": lambda x, w: correlate(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), w, stride=2),
        "padded before": lambda x, w: correlate(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), w, stride=2),
    },
}
