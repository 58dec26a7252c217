"""LeNet-5 in NumPy alone: the adapter trains it, and the command `bridge` shows it, with layers of one line each."""

from functools import partial

import numpy as np

from backends.contract import native
from backends.numpy.layers import dense, relu


@native("NCHW", kernel="OIHW", dense="OI")
def lenet5(images, *weights):
    c1, c3, c5, f6, out = zip(weights[::2], weights[1::2])
    x = images
    for layer, *own in network(correlate, halved, c1, c3, [(flat,), (dense, *c5)], f6, out):
        x = layer(x, *own)  # flat: channels, rows, columns
    return x


def network(convolution, pooling, c1, c3, c5, f6, out):
    """The layers, each a function with its weights. C5, itself layers, sees all 5 x 5 pixels: a convolution, or a dense
    layer behind a flatten."""
    return [
        (partial(convolution, padding=((2, 2), (2, 2))), *c1),
        (relu,),
        (pooling,),
        (convolution, *c3),
        (relu,),
        (pooling,),
        *c5,
        (relu,),
        (dense, *f6),
        (relu,),
        (dense, *out),
    ]


def correlate(x, w, b, padding=((0, 0), (0, 0))):
    """A convolution layer: x (N, C, H, W), w (O, C, kh, kw), b (O,)."""
    x = np.pad(x, ((0, 0), (0, 0), *padding))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))  # (N, C, OH, OW, kh, kw)
    y = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3)))  # (N, OH, OW, O)
    return np.transpose(y + b, (0, 3, 1, 2))


def halved(x):
    """The largest of each 2x2 pixels of x (N, C, H, W)."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def flat(x):
    """(N, C, H, W) -> (N, C*H*W)."""
    return x.reshape(len(x), -1)
