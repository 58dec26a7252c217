"""LeNet-5 as it is written in NumPy alone, for the command `bridge`: each layer is one line of array arithmetic."""

import numpy as np

from backends.contract import native
from backends.numpy.layers import relu


@native("NCHW", kernel="OIHW", dense="OI")
def lenet5(images, c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b):
    x = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2)))
    x = halved(relu(correlate(x, c1_w, c1_b)))
    x = halved(relu(correlate(x, c3_w, c3_b)))
    x = x.reshape(len(x), -1)  # channels, rows, columns
    x = relu(x @ c5_w.T + c5_b)
    x = relu(x @ f6_w.T + f6_b)
    return x @ out_w.T + out_b


def correlate(x, w, b):
    """A convolution layer without padding: x (N, C, H, W), w (O, C, kh, kw), b (O,)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))  # (N, C, OH, OW, kh, kw)
    y = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3)))  # (N, OH, OW, O)
    return np.transpose(y + b, (0, 3, 1, 2))


def halved(x):
    """The largest of each 2x2 pixels of x (N, C, H, W)."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))
