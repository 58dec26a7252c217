"""NumPy: a backend of our own, and the one in which nothing is hidden.

NumPy has arrays and a fast matrix product, but no operators on images. Each is built here the way the
frameworks build theirs on a CPU: the windows are copied into columns (`windows.py`), and a convolution is
one matrix product. NumPy has no automatic differentiation either: `derivatives.py` writes it out. And NumPy
would broadcast much that is wrong: `checks.py` refuses it.
"""

import os
from functools import partial

import numpy as np

from backends import processor
from backends.contract import native
from backends.numpy import checks, sampling
from backends.numpy.checks import one_dtype
from backends.numpy.layers import Layer, Sequential, cross_entropy, dense, relu
from backends.numpy.pullbacks import gradients
from backends.numpy.windows import PLAIN
from spec.core import as_tuple

# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = np.transpose
RESHAPE = np.reshape


class Adapter:
    """The operators on images as NumPy computes them; images NCHW, kernels OIHW (IOHW)."""

    def from_numpy(self, array):
        """A copy, so that no operator can change the caller's array."""
        return array.copy()

    def to_numpy(self, tensor):
        """Nothing to do."""
        return tensor

    def vjp(self, fn, tensors, cotangent):
        """The output, and the gradients by the pullback written for the operator that `fn` is."""
        output = fn(*tensors)
        checks.same_shape(cotangent, as_tuple(output)[0])
        return output, gradients(fn, tensors, cotangent)

    def synchronize(self):
        """Nothing to wait for: NumPy returns when the values are there."""

    def describe(self):
        """Version, device, threads of the BLAS, and which BLAS and vector instructions compute."""
        config = np.show_config(mode="dicts")
        blas = config["Build Dependencies"]["blas"]
        return {
            "version": np.__version__,
            "device": "cpu",
            "threads": int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count()),  # OpenBLAS reads it at import
            "processor": processor.described(
                BLAS=processor.asked(partial(processor.numpy_blas, np)),
                loops=processor.asked(partial(processor.numpy_loops, np)),
            ),
            "switches": {
                "blas": f"{blas['name']} {blas['version']}",
                "blas_configuration": blas.get("openblas configuration", ""),
                "simd": ", ".join(config["SIMD Extensions"].get("found", [])),
            },
        }

    # ---- correlation and convolution -------------------------------------------------------------

    @one_dtype
    def corr2d(self, x, k):
        """From scratch: each output is the sum of a window times the kernel; slow, but nothing is hidden."""
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
        """True convolution: correlation with the kernel flipped in both axes."""
        checks.ranked(2, x=x, k=k)
        return self._correlate(x, np.flip(k))

    @native("NCHW", kernel="OIHW")
    @one_dtype
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        """Each window becomes a column; then one matrix product (per image and group) computes all outputs."""
        windows = checks.convolution(x, w, b, stride, padding, dilation, groups)
        columns = windows.unroll(x, groups)  # (N, groups, C/groups * kh*kw, OH*OW)
        y = w.reshape(groups, len(w) // groups, -1) @ columns
        y = y.reshape(len(x), len(w), *windows.outputs)
        if b is not None:
            y += b[:, None, None]
        return y

    @native("NCHW", kernel="OIHW")
    @one_dtype
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups):
        """The same by a `Layer`, which keeps weight and bias."""
        layer = self._convolution(w, b, stride=stride, padding=padding, dilation=dilation, groups=groups)
        return layer(x)

    @native("NCHW", kernel="IOHW")
    @one_dtype
    def conv_transpose2d(self, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
        """conv2d read backwards: each pixel spreads a kernel's worth of values, which add up where they meet."""
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
        """`np.pad`, which names two modes otherwise and takes a value with the mode constant only."""
        checks.padding_fits(x, padding, mode)
        pads = ((0, 0), (0, 0), *padding)
        if mode == "constant":
            return np.pad(x, pads, constant_values=value)
        return np.pad(x, pads, sampling.PAD_MODES.get(mode, mode))

    @native("NCHW")
    @one_dtype
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        """The largest pixel of each window, all windows at once, tap by tap."""
        windows = checks.pooling(x, kernel_size, stride, padding, dilation, ceil_mode)
        y = np.full((*x.shape[:2], *windows.outputs), -np.inf, x.dtype)
        for seen in windows.taps(windows.framed(x, -np.inf)):  # a pad of 0 would win over negative pixels
            np.maximum(y, seen, out=y)
        return y

    @native("NCHW")
    @one_dtype
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad):
        """The sum of each window divided by the number of its pixels, which differs at the edges."""
        windows = checks.pooling(x, kernel_size, stride, padding, ceil_mode=ceil_mode)
        y = np.zeros((*x.shape[:2], *windows.outputs), x.dtype)
        for seen in windows.taps(windows.framed(x)):
            y += seen
        y /= windows.counts(count_include_pad).astype(x.dtype)
        return y

    @native("NCHW")
    @one_dtype
    def upsample2d(self, x, *, scale, mode, align_corners):
        """Nearest repeats pixels; bilinear mixes the two neighbours along one axis, then along the other."""
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
        """Everything but the batch, in the order of memory; NumPy does not ask for the layout."""
        checks.batched(x)
        return x.reshape(len(x), -1)

    # ---- training --------------------------------------------------------------------------------

    @one_dtype
    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """Gradient descent by hand: as y_hat = corr(x, w), dl/dw = corr(x, dl/dy_hat)."""
        checks.ranked(2, x=x, y=y, w=w)
        losses, kernels = np.empty(steps, w.dtype), np.empty((steps, *w.shape), w.dtype)
        for step in range(steps):
            y_hat = self._correlate(x, w)
            checks.same_shape(y_hat, y)
            error = y_hat - y
            count = error.size if loss == "mean" else 1
            losses[step] = (error**2).sum() / count
            slope = 2 * error / count  # dl/dy_hat
            w = w - lr * self._correlate(x, slope)
            kernels[step] = w
        return losses, kernels

    def lenet5(self, images, labels, *weights, lr, steps):
        """LeNet-5 with rectifiers and max pooling, trained on the one batch."""
        return self._trained(images, *weights, labels=labels, lr=lr, steps=steps)

    @one_dtype
    def _trained(self, images, *weights, labels, lr, steps):
        c1, c3, c5, f6, out = zip(weights[::2], weights[1::2])
        geometry = {"kernel_size": (2, 2), "stride": (2, 2), "padding": "valid", "dilation": (1, 1), "ceil_mode": False}
        pool = partial(self.max_pool2d, **geometry)
        net = Sequential(
            self._convolution(*c1, padding=[[2, 2], [2, 2]]),
            Layer(relu),
            Layer(pool),
            self._convolution(*c3),
            Layer(relu),
            Layer(pool),
            self._convolution(*c5),
            Layer(relu),
            Layer(partial(self.flatten, layout="NCHW")),
            Layer(dense, *f6),
            Layer(relu),
            Layer(dense, *out),
        )
        losses = np.empty(steps, images.dtype)
        for step in range(steps):
            losses[step], slope = cross_entropy(net(images), labels)
            net.backward(slope)
            net.step(lr)
        return net(images), losses, *net.weights

    def _correlate(self, x, k):
        """The correlation of one image (H, W) with one kernel (kh, kw)."""
        return self.conv2d(x[None, None], k[None, None], **PLAIN)[0, 0]

    def _convolution(self, weight, bias=None, **attrs):
        """A convolution layer: weight (O, C/groups, kh, kw), bias (O,) or None."""
        weights = (weight,) if bias is None else (weight, bias)
        return Layer(partial(self.conv2d, **PLAIN | attrs), *weights)
