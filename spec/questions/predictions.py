"""Predicted answers: the references of the operators, on images of one channel, (H, W)."""

from typing import Any

import numpy as np

from spec.ops import avg_pool2d, conv2d, conv_transpose2d, max_pool2d, pad2d


def f32(values: Any) -> np.ndarray:
    """A float32 array."""
    return np.array(values, np.float32)


def counted(*shape: int) -> np.ndarray:
    """The float32 numbers 0, 1, 2, ... in this shape."""
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def conv(x: np.ndarray, k: np.ndarray, stride=(1, 1), padding: Any = "valid", dilation=(1, 1)) -> np.ndarray:
    """The correlation of x (H, W) with k (kh, kw)."""
    attrs = {"stride": stride, "padding": padding, "dilation": dilation, "groups": 1}
    return conv2d.reference(x[None, None], k[None, None], **attrs)[0, 0]


def transposed(
    x: np.ndarray, k: np.ndarray, stride=(1, 1), padding: Any = "valid", dilation=(1, 1), output_padding=(0, 0)
) -> np.ndarray:
    """The transposed correlation of x (H, W) with k (kh, kw)."""
    attrs = {"stride": stride, "padding": padding, "dilation": dilation, "output_padding": output_padding, "groups": 1}
    return conv_transpose2d.reference(x[None, None], k[None, None], **attrs)[0, 0]


def max_pool(x: np.ndarray, window, stride=None, padding: Any = "valid", ceil_mode=False) -> np.ndarray:
    """The maxima of the windows of x (H, W)."""
    attrs = {"kernel_size": window, "stride": stride, "padding": padding, "dilation": (1, 1), "ceil_mode": ceil_mode}
    return max_pool2d.reference(x[None, None], **attrs)[0, 0]


def avg_pool(
    x: np.ndarray, window, stride=None, padding: Any = "valid", ceil_mode=False, count_include_pad=False
) -> np.ndarray:
    """The means of the windows of x (H, W)."""
    attrs = {"kernel_size": window, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    return avg_pool2d.reference(x[None, None], **attrs, count_include_pad=count_include_pad)[0, 0]


def pad(x: np.ndarray, padding, mode="constant", value=0.0) -> np.ndarray:
    """x (H, W) with [[top, bottom], [left, right]] more pixels."""
    return pad2d.reference(x[None, None], padding=padding, mode=mode, value=value)[0, 0]


def turned(k: np.ndarray) -> np.ndarray:
    """k (kh, kw) turned by 180 degrees."""
    return k[::-1, ::-1]
