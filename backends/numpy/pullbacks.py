"""The derivatives of the operators, written out: NumPy has no automatic differentiation.

A pullback takes the cotangent of y = f(x, ...), that is dl/dy for some number l, and the arguments of f, and
returns dl/dx for each input. All operators are linear in each input or choose among pixels, so each pullback
is the transpose of a linear map: what was gathered is scattered, what was multiplied by w is multiplied by w^T.
"""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from backends.contract import Unsupported
from backends.numpy import activations, checks, normalization, sampling
from backends.numpy.windows import PLAIN
from spec.padding import explicit


def gradients(fn: Callable, tensors: Sequence[np.ndarray], cotangent: np.ndarray) -> list[np.ndarray]:
    """The gradients of <fn(*tensors), cotangent>, one per tensor; half precision is rounded once.

    `fn` is an operator, or a `functools.partial` that holds its attributes. Raises `Unsupported` where no
    pullback is written down.
    """
    operator = fn if not isinstance(fn, functools.partial) else fn.func
    attrs = fn.keywords if isinstance(fn, functools.partial) else {}
    if operator.__name__ not in PULLBACKS:
        raise Unsupported(f"NumPy has no autodiff, and the derivative of {operator.__name__} is not written out")
    slopes = PULLBACKS[operator.__name__](checks.widened(cotangent), *map(checks.widened, tensors), **attrs)
    # A convolution's third gradient, that of b, is left over where there is no b.
    return [slope.astype(tensor.dtype, copy=False) for slope, tensor in zip(slopes, tensors)]


def conv2d(dy, x, w, b=None, *, stride, padding, dilation, groups):
    """y = w @ unroll(x) + b, so dx = fold(w^T @ dy), dw = dy @ unroll(x)^T, and db sums dy over all pixels."""
    windows = checks.convolution(x, w, b, stride, padding, dilation, groups)
    slope = dy.reshape(len(x), groups, len(w) // groups, -1)
    kernel = w.reshape(groups, len(w) // groups, -1)
    dx = windows.fold(kernel.swapaxes(1, 2) @ slope)
    dw = (slope @ windows.unroll(x, groups).swapaxes(2, 3)).sum(axis=0)
    return [dx, dw.reshape(w.shape), dy.sum(axis=(0, 2, 3))]


def conv2d_layer(dy, x, w, b=None, *, padding, padding_mode, **attrs):
    """Where the pads are pixels, conv2d of the padded image: each pixel collects the cotangents of all its copies."""
    if padding_mode == "zeros":
        return conv2d(dy, x, w, b, padding=padding, **attrs)
    pads = explicit(padding, x.shape[2:], w.shape[2:], attrs["stride"], attrs["dilation"])
    padded = np.pad(x, ((0, 0), (0, 0), *pads), sampling.PAD_MODES.get(padding_mode, padding_mode))
    dx, *rest = conv2d(dy, padded, w, b, padding="valid", **attrs)
    return [*pad2d(dx, x, padding=pads, mode=padding_mode, value=0.0), *rest]


def conv_transpose2d(dy, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
    """y = fold(w^T @ x) + b, so dx = w @ unroll(dy), dw = x @ unroll(dy)^T, and db sums dy over all pixels."""
    windows = checks.transposed_convolution(x, w, b, stride, padding, output_padding, dilation, groups)
    seen = windows.unroll(dy, groups)
    dx = w.reshape(groups, len(w) // groups, -1) @ seen
    dw = (x.reshape(len(x), groups, len(w) // groups, -1) @ seen.swapaxes(2, 3)).sum(axis=0)
    return [dx.reshape(x.shape), dw.reshape(w.shape), dy.sum(axis=(0, 2, 3))]


def corr2d(dy, x, k):
    """corr2d is conv2d of one image without attributes, and so is its derivative."""
    image = x.reshape(1, -1, *x.shape[-2:])
    kernel = k.reshape(-1, image.shape[1], *k.shape[-2:])
    dx, dk, _ = conv2d(dy.reshape(1, -1, *dy.shape[-2:]), image, kernel, **PLAIN)
    return [dx.reshape(x.shape), dk.reshape(k.shape)]


def convolve2d(dy, x, k):
    """The kernel was flipped: what belongs to a tap lies at the opposite place."""
    dx, dk = corr2d(dy, x, np.flip(k))
    return [dx, np.flip(dk)]


def pad2d(dy, x, *, padding, mode, value):
    """Each pixel collects the cotangents of all its copies; constants have no source."""
    (top, _), (left, _) = padding
    height, width = x.shape[2:]
    if mode == "constant":
        return [dy[:, :, top : top + height, left : left + width]]
    for axis, pads in zip((2, 3), padding):
        dy = sampling.collect(dy, axis, sampling.padded(x.shape[axis], pads, mode), x.shape[axis])
    return [dy]


def max_pool2d(dy, x, *, kernel_size, stride, padding, dilation, ceil_mode):
    """The first largest pixel of a window, in row-major order, gets its whole cotangent; a pad never does."""
    windows = checks.pooling(x, kernel_size, stride, padding, dilation, ceil_mode)
    framed = windows.framed(x, -np.inf)
    largest = functools.reduce(np.maximum, windows.taps(framed))
    pixels = windows.framed(np.ones(x.shape[2:], bool), False)
    dframed = np.zeros(framed.shape, x.dtype)
    unsettled = np.ones(dy.shape, bool)  # the windows whose largest pixel is still to come
    for seen, pixel, slope in zip(windows.taps(framed), windows.taps(pixels), windows.taps(dframed)):
        chosen = unsettled & pixel & ((seen == largest) | np.isnan(seen))
        slope += np.where(chosen, dy, 0)
        unsettled &= ~chosen
    return [windows.inside(dframed)]


def avg_pool2d(dy, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
    """Each pixel of a window gets an equal part of its cotangent."""
    windows = checks.pooling(x, kernel_size, stride, padding, ceil_mode=ceil_mode)
    part = dy / checks.divisor(windows, count_include_pad, divisor_override).astype(x.dtype)
    dframed = np.zeros((*x.shape[:2], *windows.frame), x.dtype)
    for slope in windows.taps(dframed):
        slope += part
    return [windows.inside(dframed)]


def upsample2d(dy, x, *, scale, mode, align_corners):
    """Each pixel collects the cotangents of the area that it was spread over, by its share in them."""
    n, c, height, width = x.shape
    if mode == "nearest":
        return [dy.reshape(n, c, height, scale[0], width, scale[1]).sum(axis=(3, 5))]
    for axis in (2, 3):
        size = x.shape[axis]
        before, after, share = sampling.neighbours(size, scale[axis - 2], align_corners)
        share = share.astype(x.dtype).reshape(-1, *(1,) * (3 - axis))
        dy = sampling.collect(dy * (1 - share), axis, before, size) + sampling.collect(dy * share, axis, after, size)
    return [dy]


def flatten(dy, x, *, layout):
    """The axes come back."""
    return [dy.reshape(x.shape)]


def dense(dy, x, w, b=None):
    """y = x @ w^T + b, for x (N, in) and w (out, in)."""
    return [dy @ w, dy.T @ x, dy.sum(axis=0)]


def relu(dy, x):
    """The cotangent passes where x is positive."""
    return [np.where(x > 0, dy, 0)]


PULLBACKS: dict[str, Callable] = {
    "corr2d": corr2d,
    "convolve2d": convolve2d,
    "conv2d": conv2d,
    "conv2d_layer": conv2d_layer,
    "conv_transpose2d": conv_transpose2d,
    "pad2d": pad2d,
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "upsample2d": upsample2d,
    "flatten": flatten,
    "activation": activations.pullback,
    "batch_norm2d": normalization.pullback,
    "dense": dense,
    "relu": relu,
}
