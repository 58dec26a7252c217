"""What max and average pooling share: which pixels each window sees, and which geometries are refused."""

import numpy as np

from spec.core import Rejected
from spec.padding import check_window, explicit, extent, windows


def out_shape(x, kernel_size, stride, padding, dilation=(1, 1), ceil_mode=False):
    """Shape (N, C, OH, OW) for the shape x (N, C, H, W); raises `Rejected`, also for a window without pixels."""
    if len(x) != 4:
        raise Rejected(f"x must have 4 axes, not {len(x)}")
    if min(x) < 1:
        raise Rejected(f"an axis is empty: x {list(x)}")
    stride = stride or kernel_size
    check_window(kernel_size, stride, dilation)
    pads = explicit(padding, x[2:], kernel_size, stride, dilation)
    check_window(kernel_size, stride, dilation, pads)
    for taps, rate, ends in zip(kernel_size, dilation, pads):
        if max(ends) >= extent(taps, rate):
            raise Rejected(f"a window of {extent(taps, rate)} pixels would lie wholly in the padding {list(ends)}")
    axes = positions(x, kernel_size, stride, padding, dilation, ceil_mode)
    if not all(inside(places, size).any(axis=1).all() for places, size in zip(axes, x[2:])):
        raise Rejected(f"dilation {list(dilation)} leaves a window without a pixel of the image")
    return (x[0], x[1], *(len(places) for places in axes))


def positions(x, kernel_size, stride, padding, dilation=(1, 1), ceil_mode=False):
    """Row and column that each tap of each window falls on, (OH, kh) and (OW, kw), for the shape x (N, C, H, W).

    Places outside 0 .. size-1 are padding, or what the last window of `ceil_mode` hangs over by.
    """
    stride = stride or kernel_size
    pads = explicit(padding, x[2:], kernel_size, stride, dilation)
    found = []
    for axis in zip(x[2:], kernel_size, stride, dilation, pads):
        _, taps, step, rate, (before, _) = axis
        starts = np.arange(windows(*axis, ceil_mode=ceil_mode)) * step - before
        found.append(starts[:, None] + np.arange(taps) * rate)
    return found


def inside(places, size, pads=(0, 0)):
    """Whether each place is a pixel of the image, or with `pads` of the padded image."""
    return (places >= -pads[0]) & (places < size + pads[1])


def gather(x, rows, columns, outside):
    """What each window sees, (N, C, OH, OW, kh, kw): pixels of x, and `outside` beyond the image."""
    height, width = x.shape[2:]
    real = inside(rows, height)[:, None, :, None] & inside(columns, width)[None, :, None, :]
    seen = x[:, :, np.clip(rows, 0, height - 1)[:, None, :, None], np.clip(columns, 0, width - 1)[None, :, None, :]]
    return np.where(real, seen, np.asarray(outside, x.dtype))
