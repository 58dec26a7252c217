"""NumPy: a backend of our own, and the one in which nothing is hidden.

NumPy has arrays and a fast matrix product, but no operators on images. Each is built here the way the
frameworks build theirs on a CPU: the windows are copied into columns (`windows.py`), and a convolution is
one matrix product. NumPy has no automatic differentiation either: `pullbacks.py` writes it out. And NumPy
would broadcast much that is wrong: `checks.py` refuses it.
"""

from functools import partial

import numpy as np

from backends.contract import native
from backends.numpy import checks, sampling
from backends.numpy.activations import activate
from backends.numpy.checks import one_dtype
from backends.numpy.layers import Layer, Sequential, cross_entropy
from backends.numpy.lenet5 import network
from backends.numpy.normalization import PIXELS, normalized, wide
from backends.numpy.runtime import Runtime
from backends.numpy.windows import PLAIN
from spec.padding import explicit


class Adapter(Runtime):
    """The operators on images as NumPy computes them; images NCHW, kernels OIHW (IOHW)."""

    # ---- correlation and convolution -------------------------------------------------------------

    @one_dtype
    def corr2d(self, x, k):
        """Calls `sum` on each window times the kernel: from scratch; slow, but nothing is hidden."""
        checks.correlation(x, k)
        if k.ndim == 4:
            return np.stack([self.corr2d(x, kernel) for kernel in k])
        kh, kw = k.shape[-2:]
        y = np.empty((x.shape[-2] - kh + 1, x.shape[-1] - kw + 1), x.dtype)
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                y[i, j] = (x[..., i : i + kh, j : j + kw] * k).sum()
        return y

    @one_dtype
    def convolve2d(self, x, k):
        """Calls `conv2d`, here below.
        Lacks a convolution in two dimensions, and so the kernel is flipped, and correlated with the image, instead.
        """
        checks.ranked(2, x=x, k=k)
        return self.conv2d(x[None, None], np.flip(k)[None, None], **PLAIN)[0, 0]

    @native("NCHW", kernel="OIHW")
    @one_dtype
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        """Calls `@`, one matrix product per image and group.
        Lacks sliding windows, and so each window is copied into a column first instead.
        """
        windows = checks.convolution(x, w, b, stride, padding, dilation, groups)
        columns = windows.unroll(x, groups)  # (N, groups, C/groups * kh*kw, OH*OW)
        y = w.reshape(groups, len(w) // groups, -1) @ columns
        y = y.reshape(len(x), len(w), *windows.outputs)
        if b is not None:
            y += b[:, None, None]
        return y

    @native("NCHW", kernel="OIHW")
    @one_dtype
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups, padding_mode):
        """Calls `conv2d` by a `Layer` (`layers.py`), which keeps weight and bias.
        Lacks other pads than zeros, and so `pad2d` puts on pixels first instead.
        """
        if padding_mode != "zeros":
            pads = explicit(padding, x.shape[-2:], w.shape[-2:], stride, dilation)
            x, padding = self.pad2d(x, padding=pads, mode=padding_mode, value=0.0), "valid"
        convolution = partial(self.conv2d, stride=stride, padding=padding, dilation=dilation, groups=groups)
        layer = Layer(convolution, w) if b is None else Layer(convolution, w, b)
        return layer(x)

    @native("NCHW", kernel="IOHW")
    @one_dtype
    def conv_transpose2d(self, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
        """Calls `@`: each pixel becomes a column, a kernel's worth of values.
        Lacks overlapping writes that add up, and so the columns are added tap by tap instead: conv2d read backwards.
        """
        windows = checks.transposed_convolution(x, w, b, stride, padding, output_padding, dilation, groups)
        kernel = w.reshape(groups, len(w) // groups, -1)  # (groups, I/groups, O/groups * kh*kw)
        columns = kernel.swapaxes(1, 2) @ x.reshape(len(x), groups, len(w) // groups, -1)
        y = windows.fold(columns)
        if b is not None:
            y += b[:, None, None]
        return y

    # ---- padding, pooling, resampling ------------------------------------------------------------

    @native("NCHW")
    def pad2d(self, x, *, padding, mode, value):
        """Calls `np.pad`, which names two modes otherwise and takes a value with the mode constant only."""
        checks.padding_fits(x, padding, mode)
        pads = ((0, 0), (0, 0), *padding)
        if mode == "constant":
            return np.pad(x, pads, constant_values=value)
        return np.pad(x, pads, sampling.PAD_MODES.get(mode, mode))

    @native("NCHW")
    @one_dtype
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        """Calls `np.maximum` on all windows at once, tap by tap.
        Lacks pads that can lose, and so frames the image with -inf instead.
        """
        windows = checks.pooling(x, kernel_size, stride, padding, dilation, ceil_mode)
        y = np.full((*x.shape[:2], *windows.outputs), -np.inf, x.dtype)
        for seen in windows.taps(windows.framed(x, -np.inf)):  # a pad of 0 would win over negative pixels
            np.maximum(y, seen, out=y)
        return y

    @native("NCHW")
    @one_dtype
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        """Calls `+=` on all windows at once, tap by tap.
        Lacks a count of what it adds, and so divides by the pixels of each window, fewer at the edges, instead.
        """
        windows = checks.pooling(x, kernel_size, stride, padding, ceil_mode=ceil_mode)
        y = np.zeros((*x.shape[:2], *windows.outputs), x.dtype)
        for seen in windows.taps(windows.framed(x)):
            y += seen
        y /= checks.divisor(windows, count_include_pad, divisor_override).astype(x.dtype)
        return y

    @native("NCHW")
    @one_dtype
    def upsample2d(self, x, *, scale, mode, align_corners):
        """Calls `repeat` for nearest.
        Lacks interpolation in two dimensions, and so mixes two neighbours along one axis, then the other, instead.
        """
        checks.upsampling(x, scale, mode, align_corners)
        if mode == "nearest":
            return x.repeat(scale[0], axis=2).repeat(scale[1], axis=3)
        for axis in (3, 2):  # gathering along the last axis is the slow part: while the image is small
            before, after, share = sampling.neighbours(x.shape[axis], scale[axis - 2], align_corners)
            share = share.astype(x.dtype).reshape(-1, *(1,) * (3 - axis))
            first, second = x.take(before, axis), x.take(after, axis)
            # A pixel of weight 0 is not read: it may be infinite, and 0 times infinity is no number.
            x = np.where(share > 0, first * (1 - share) + second * share, first)
        return x

    def flatten(self, x, *, layout):
        """Calls `reshape` for all but the batch: the order of memory, whatever the layout."""
        checks.batched(x)
        return x.reshape(len(x), -1)

    # ---- layers of a network ---------------------------------------------------------------------

    @one_dtype
    def activation(self, x, *, kind, slope, axis):
        """Calls `np.maximum`, `np.exp` and `np.tanh` (`activations.py`).
        Lacks activations, and so their formulas are written out instead.
        """
        checks.ranked(x.ndim, x=x)
        return activate(kind, slope, axis)(x)

    @native(kernel="OI")
    @one_dtype
    def dense(self, x, w, b=None):
        """Calls `@`."""
        checks.matrices(x, w, b)
        y = x @ w.T
        return y if b is None else y + b

    @native("NCHW")
    @one_dtype
    def batch_norm2d(self, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
        """Calls `np.mean` and `np.var`.
        Lacks running statistics, and so they are mixed by hand instead.
        """
        checks.channels(x, scale=scale, shift=shift, mean=mean, variance=variance)
        if not training:
            return normalized(x, mean, variance, epsilon) * wide(scale) + wide(shift), mean.copy(), variance.copy()
        count = checks.several(x)
        m, v = x.mean(axis=PIXELS), x.var(axis=PIXELS)
        kept = v * x.dtype.type(count / (count - 1)) if unbiased else v
        y = normalized(x, m, v, epsilon) * wide(scale) + wide(shift)
        return y, (1 - momentum) * mean + momentum * m, (1 - momentum) * variance + momentum * kept

    # ---- training --------------------------------------------------------------------------------

    @one_dtype
    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """Calls `conv2d` both ways: as y_hat = corr(x, w), dl/dw = corr(x, dl/dy_hat).
        Lacks automatic differentiation, and so the gradient is worked out by hand instead.
        """
        checks.ranked(2, x=x, y=y, w=w)

        def correlate(x, k):
            return self.conv2d(x[None, None], k[None, None], **PLAIN)[0, 0]

        losses, kernels = np.empty(steps, w.dtype), np.empty((steps, *w.shape), w.dtype)
        for step in range(steps):
            y_hat = correlate(x, w)
            checks.same_shape(y_hat, y)
            error = y_hat - y
            count = error.size if loss == "mean" else 1
            losses[step] = (error**2).sum() / count
            slope = 2 * error / count  # dl/dy_hat
            w = w - lr * correlate(x, slope)
            kernels[step] = w
        return losses, kernels

    def lenet5(self, images, labels, *weights, lr, steps):
        """Calls the layers of `lenet5.py`, and `Sequential` and `cross_entropy` of `layers.py`.
        Lacks automatic differentiation, and so the chain rule runs through the layers backwards instead.
        """
        dtype = checks.same_dtype(images, *weights)
        images, *weights = map(checks.widened, (images, *weights))
        c1, c3, c5, f6, out = zip(weights[::2], weights[1::2])
        convolution = partial(self.conv2d, **PLAIN)
        halves = {"kernel_size": (2, 2), "stride": (2, 2), "padding": "valid", "dilation": (1, 1), "ceil_mode": False}
        pooling, flat = partial(self.max_pool2d, **halves), partial(self.flatten, layout="NCHW")
        layers = network(convolution, pooling, c1, c3, [(convolution, *c5), (flat,)], f6, out)
        net = Sequential(*(Layer(function, *own) for function, *own in layers))
        losses = np.empty(steps, images.dtype)
        for step in range(steps):
            losses[step], slope = cross_entropy(net(images), labels)
            net.backward(slope)
            net.step(lr)
        return tuple(result.astype(dtype, copy=False) for result in (net(images), losses, *net.weights))
