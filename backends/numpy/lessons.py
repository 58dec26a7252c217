"""The calls of the lessons in NumPy, which has no layers: the definitions themselves. Images NCHW, kernels OIHW."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

TENSOR = np.float32  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}
# A convolution with these pads, for the command `explain`.
PADDED = "correlate(np.pad(x, ((0, 0), (0, 0), ({top}, {bottom}), ({left}, {right}))), w, stride={stride})"


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


SIDES = ((0, 0), (0, 0), (0, 0), (2, 2))


def learn(x, y, w, divisor):
    """Ten steps of gradient descent, with the learning rate 0.03 and the derivative written out."""
    seen = sliding_window_view(x, w.shape)
    for _ in range(10):
        error = np.einsum("ijkl,kl->ij", seen, w) - y
        w = w - 0.03 * np.einsum("ij,ijkl->kl", 2 * error / divisor, seen)
    return w


def fill(*shape):
    """Weights by the rule of the lesson: eighths from -5/8 to 5/8."""
    return (np.arange(np.prod(shape)).reshape(shape) * 7 % 11 - 5) / 8


def block(x, w):
    """A convolution with its bias, and ReLU."""
    return np.maximum(correlate(x, w) + fill(len(w), 1, 1), 0)


def halved(x):
    """The largest of each 2x2 pixels."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def lenet(x, kernels, third):
    """LeNet-5 with `kernels` in C1; the kernels of its third convolution have the name `third`."""
    net = {"C1": fill(kernels, 1, 5, 5), "C3": fill(16, 6, 5, 5)}
    net[third] = fill(120, 16, 5, 5)
    x = halved(block(np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2))), net["C1"]))
    x = block(halved(block(x, net["C3"])), net[third]).reshape(len(x), -1)
    hidden = np.maximum(x @ fill(84, 120).T + fill(84), 0)
    return hidden @ fill(10, 84).T + fill(10)


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
    "layer-and-bias": {
        "the function": lambda x, w, b: correlate(x, w) + b[:, None, None],
        "without its bias": lambda x, w, b: correlate(x, w),
    },
    "learned-kernel": {
        "sum of squares": lambda x, y, w: learn(x, y, w, divisor=1),
        "mean of squares": lambda x, y, w: learn(x, y, w, divisor=y.size),
    },
    "channels": {
        "all channels": lambda x, w: correlate(x, w),
        "each channel alone": lambda x, w: np.concatenate([correlate(x[:, [c]], w[:, [c]]) for c in (0, 1)], axis=1),
    },
    "padding-modes": {
        "reflect": lambda x: np.pad(x, SIDES, mode="reflect"),
        "constant": lambda x: np.pad(x, SIDES),
        "symmetric": lambda x: np.pad(x, SIDES, mode="symmetric"),
        "replicate": lambda x: np.pad(x, SIDES, mode="edge"),
        "circular": lambda x: np.pad(x, SIDES, mode="wrap"),
    },
    "flatten-and-dense": {
        "flatten": lambda x: x.reshape(x.shape[0], -1),
    },
    "gradients": {
        "of the sum": lambda x: 2 * x,
    },
    "lenet5": {
        "as the seed wrote it": lambda x: lenet(x, kernels=5, third="C3"),
        "6 kernels": lambda x: lenet(x, kernels=6, third="C3"),
        "names of their own": lambda x: lenet(x, kernels=5, third="C5"),
        "both mended": lambda x: lenet(x, kernels=6, third="C5"),
    },
    "floating-point": {
        "float32": lambda x, y: x + y,
        "float16": lambda x, y: x.astype("float16") + y.astype("float16"),
    },
    "layouts-and-memory": {
        "transpose": lambda x: x.transpose(0, 2, 3, 1),
        "reshape": lambda x: x.reshape(1, 2, 3, 2),
    },
}
