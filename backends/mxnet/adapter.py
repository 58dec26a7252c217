"""MXNet: `mx.np` for arrays, `mx.npx` for neural operators, `gluon` for layers and training.

Where `npx` lacks something, the operator of the older `mx.nd` stands in: the same tensor seen through
`as_nd_ndarray`, the gradient included. Operators run later than they are called, and so do their errors;
`synchronize` waits for them. Gradients come from `autograd`: what runs inside `record` can be run backward.
"""

import os
from pathlib import Path

import mxnet as mx
import numpy
from mxnet import autograd, gluon, nd, np, npx

from backends import processor
from backends.contract import Unsupported, native
from spec.core import as_tuple
from spec.padding import explicit, extent, transposed

npx.set_np()  # NumPy's shapes and dtypes, for the whole process: gluon layers then take and give mx.np arrays

# Environment variables that choose other arithmetic or another order of it; oneDNN used to be called MKLDNN.
SWITCHES = ("MXNET_MKLDNN_ENABLED", "MXNET_ENGINE_TYPE", "MXNET_CPU_WORKER_NTHREADS", "MXNET_SUBGRAPH_BACKEND")
HYBRID = os.environ.get("CONVPARITY_MODE") == "hybridized"  # a variant: gluon's layers as graphs
FEATURES = ("MKLDNN", "OPENMP", "BLAS_OPEN", "BLAS_MKL", "F16C")
PAD_MODES = {"constant": "constant", "replicate": "edge", "reflect": "reflect"}  # those of nd.pad


# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = np.transpose
RESHAPE = np.reshape


def _onednn():
    """What oneDNN says when it is first used."""
    image, kernel = np.ones((1, 8, 9, 9)), np.ones((8, 8, 3, 3))

    def convolve():
        npx.convolution(image, kernel, kernel=(3, 3), num_filter=8, no_bias=True)
        npx.waitall()

    return processor.onednn(convolve, "1")


class Adapter:
    """The operators of MXNet 1.9 on the CPU."""

    def from_numpy(self, array):
        """A copy, in the dtype of the array."""
        try:
            return np.array(array, dtype=array.dtype)
        except KeyError:
            raise Unsupported(f"mx.np.array has no dtype {array.dtype}") from None

    def to_numpy(self, tensor):
        return tensor.asnumpy()

    def vjp(self, fn, tensors, cotangent):
        """`record` notes what is computed from tensors that have a place for their gradient; `backward` fills it."""
        for tensor in tensors:
            tensor.attach_grad()
        with autograd.record():
            outputs = fn(*tensors)
        as_tuple(outputs)[0].backward(cotangent)
        return outputs, [tensor.grad for tensor in tensors]

    def synchronize(self):
        npx.waitall()

    def describe(self):
        features = mx.runtime.Features()
        switches = {"hybridized": HYBRID} | {name: os.environ.get(name, "unset") for name in SWITCHES}
        return {
            "version": mx.__version__,
            "numpy": numpy.__version__,
            "device": str(npx.current_context()),
            "threads": os.environ.get("OMP_NUM_THREADS", "unset"),
            "processor": processor.described(
                oneDNN=processor.asked(_onednn),
                BLAS=processor.asked(lambda: processor.openblas(Path(mx.__file__).parent)),
            ),
            "switches": switches | {name: features.is_enabled(name) for name in FEATURES},
        }

    def corr2d(self, x, k):
        if k.ndim == 4:
            return np.stack([self.corr2d(x, kernel) for kernel in k])
        height, width = k.shape[-2:]
        # vdot sums the products. Stacked, not assigned to y[i, j]: autograd refuses assignment while it records.
        rows = [
            [np.vdot(x[..., i : i + height, j : j + width], k) for j in range(x.shape[-1] - width + 1)]
            for i in range(x.shape[-2] - height + 1)
        ]
        return np.stack([np.stack(row) for row in rows])

    def convolve2d(self, x, k):
        # MXNet has no true convolution: npx.convolution does not flip the kernel, so flip it first.
        flipped = np.flip(k, (0, 1))[None, None]
        options = {"kernel": k.shape, "num_filter": 1, "no_bias": True, "layout": "NCHW"}
        return npx.convolution(x[None, None], flipped, **options)[0, 0]

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        x, pad = _pad_unequal(x, explicit(padding, x.shape[-2:], w.shape[-2:], stride, dilation))
        options = {"kernel": w.shape[-2:], "num_filter": w.shape[0], "num_group": groups, "no_bias": b is None}
        return npx.convolution(x, *_with_bias(w, b), stride=stride, pad=pad, dilate=dilation, **options)

    @native("NCHW", kernel="OIHW")
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups):
        x, pad = _pad_unequal(x, explicit(padding, x.shape[-2:], w.shape[-2:], stride, dilation))
        options = {"groups": groups, "in_channels": x.shape[1], "use_bias": b is not None}
        layer = gluon.nn.Conv2D(w.shape[0], w.shape[-2:], stride, pad, dilation, **options)
        layer.initialize()
        layer.cast(x.dtype)  # after `initialize`, which knows float32 only
        # Without gradient buffers of its own a parameter is filled by a recorded copy: gradients reach w and b.
        layer.collect_params().setattr("grad_req", "null")
        layer.weight.set_data(w)
        if b is not None:
            layer.bias.set_data(b)
        layer.hybridize(HYBRID)
        return layer(x)

    @native("NCHW", kernel="IOHW")
    def conv_transpose2d(self, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
        crop, extra = transposed(padding, x.shape[-2:], w.shape[-2:], stride, dilation, output_padding)
        x, adj = _pad_output(x, extra, stride, dilation)
        (top, bottom), (left, right) = crop
        equal = top == bottom and left == right
        pad = (top, left) if equal else (0, 0)
        options = {"kernel": w.shape[-2:], "num_filter": w.shape[1] * groups, "num_group": groups, "no_bias": b is None}
        y = npx.deconvolution(x, *_with_bias(w, b), stride=stride, pad=pad, adj=adj, dilate=dilation, **options)
        # `pad` crops both ends alike: an unequal crop is a slice of the uncropped result.
        return y if equal else y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]

    @native("NCHW")
    def pad2d(self, x, *, padding, mode, value):
        if mode in PAD_MODES:
            return _pad(x, padding, PAD_MODES[mode], value)
        # No operator has both these modes and their gradient; take(mode="wrap") has, and counts places round and round.
        for axis, (before, after) in zip((2, 3), padding):
            places = np.arange(-before, x.shape[axis] + after)
            if mode == "symmetric":
                x = np.concatenate([x, np.flip(x, axis)], axis=axis)  # its mirror image follows, then it begins anew
            x = x.take(places, axis=axis, mode="wrap")
        return x

    @native("NCHW")
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        pads = explicit(padding, x.shape[-2:], kernel_size, stride, dilation)
        options = {"kernel": kernel_size, "pool_type": "max", "pooling_convention": _convention(ceil_mode)}
        if max(dilation) > 1:
            # npx.pooling has no dilation: lay the pixels of each window side by side, and pool without overlap.
            y = npx.pooling(_windows(x, pads, kernel_size, stride, dilation, ceil_mode), stride=kernel_size, **options)
        else:
            padded, pad = _pad_unequal(x, pads, -np.inf)
            y = npx.pooling(padded, stride=stride, pad=pad, **options)
        return _drop_windows_beyond_end(y, x, pads, stride)

    @native("NCHW")
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad):
        pads = explicit(padding, x.shape[-2:], kernel_size, stride)
        padded, pad = _pad_unequal(x, pads)
        options = {"kernel": kernel_size, "stride": stride, "pad": pad, "pooling_convention": _convention(ceil_mode)}
        empty = ceil_mode and _windows_begin_beyond_end(x, pads, kernel_size, stride)
        if count_include_pad or (padded is x and not empty):
            y = npx.pooling(padded, pool_type="avg", count_include_pad=count_include_pad, **options)
        else:
            # The mean would count pixels that were padded first, and oneDNN refuses the mean of no pixels at all.
            # So divide the sum by the number of pixels, which is the same sum over ones.
            # They are counted in float32: float16 cannot count beyond 2048.
            inside, _ = _pad_unequal(np.ones((1, 1, *x.shape[-2:]), dtype="float32"), pads)
            pixels = npx.pooling(inside, pool_type="sum", **options).astype(x.dtype)
            y = npx.pooling(padded, pool_type="sum", **options) / pixels
        return _drop_windows_beyond_end(y, x, pads, stride)

    @native("NCHW")
    def upsample2d(self, x, *, scale, mode, align_corners):
        if mode == "nearest":
            if align_corners:
                raise Unsupported("np.repeat, the nearest upsampling, has no align_corners")
            # np.repeat rather than nd.UpSampling, which has one scale for both axes
            return x.repeat(scale[0], axis=2).repeat(scale[1], axis=3)
        height, width = (size * by for size, by in zip(x.shape[-2:], scale))
        options = {"height": height, "width": width, "align_corners": align_corners}
        return nd.contrib.BilinearResize2D(x.as_nd_ndarray(), **options).as_np_ndarray()

    def flatten(self, x, *, layout):
        return npx.batch_flatten(x)

    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        net = gluon.nn.Conv2D(1, w.shape, in_channels=1, use_bias=False)
        net.initialize()
        net.cast(w.dtype)
        net.weight.set_data(w[None, None])
        net.hybridize(HYBRID)
        losses, kernels = np.zeros(steps, dtype=w.dtype), np.zeros((steps, *w.shape), dtype=w.dtype)
        for step in range(steps):
            with autograd.record():
                squares = (net(x[None, None])[0, 0] - y) ** 2
                objective = squares.sum() if loss == "sum" else squares.mean()
            objective.backward()
            net.weight.data()[:] -= lr * net.weight.grad()
            losses[step], kernels[step] = objective, net.weight.data()[0, 0]
        return losses, kernels

    def lenet5(self, images, labels, c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b, *, lr, steps):
        net = gluon.nn.HybridSequential()
        net.add(gluon.nn.Conv2D(6, kernel_size=5, padding=2, activation="relu"), gluon.nn.MaxPool2D(2))
        net.add(gluon.nn.Conv2D(16, kernel_size=5, activation="relu"), gluon.nn.MaxPool2D(2))
        net.add(gluon.nn.Conv2D(120, kernel_size=5, activation="relu"), gluon.nn.Flatten())
        net.add(gluon.nn.Dense(84, activation="relu"), gluon.nn.Dense(10))
        net.initialize()
        net.cast(images.dtype)
        parameters = net.collect_params()
        for parameter, w in zip(parameters.values(), (c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b)):
            parameter.set_data(w)
        net.hybridize(HYBRID)
        trainer = gluon.Trainer(parameters, "sgd", {"learning_rate": lr})
        cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
        losses = np.zeros(steps, dtype=images.dtype)
        for step in range(steps):
            with autograd.record():
                loss = cross_entropy(net(images), labels)  # one number for each image, not their mean
            loss.backward()  # the gradient of their sum
            trainer.step(len(images))  # divides by the batch size: the gradient of the mean
            losses[step] = loss.mean()
        return net(images), losses, *(parameter.data() for parameter in parameters.values())


def _with_bias(w, b):
    """The weights that an operator takes: a bias is left out, and `no_bias` set, where there is none."""
    return (w,) if b is None else (w, b)


def _pad(x, pads, mode="constant", value=0.0):
    """x (N, C, H, W) padded by ((top, bottom), (left, right)).

    By nd.pad: mx.np.pad ignores `constant_values` (it pads with 0) and has no gradient for the other modes.
    """
    flat = (0, 0, 0, 0, *pads[0], *pads[1])
    return nd.pad(x.as_nd_ndarray(), mode=mode, pad_width=flat, constant_value=value).as_np_ndarray()


def _pad_unequal(x, pads, value=0.0):
    """x, and the (h, w) pads left to the operator: npx pads both ends alike, so unequal pads are added here."""
    (top, bottom), (left, right) = pads
    if top == bottom and left == right:
        return x, (top, left)
    return _pad(x, pads, value=value), (0, 0)


def _pad_output(x, extra, stride, dilation):
    """x, and the output padding left to `adj`, which must be less than the stride.

    Where it is not, but is less than the dilation, zero pixels after the end of x make the room.
    """
    axes = zip(extra, stride, dilation)
    zeros = [pixels // step if 0 < step <= pixels < rate else 0 for pixels, step, rate in axes]
    adj = [pixels - count * step for pixels, count, step in zip(extra, zeros, stride)]
    return (_pad(x, ((0, zeros[0]), (0, zeros[1]))) if any(zeros) else x), adj


def _convention(ceil_mode):
    """How npx.pooling rounds the number of windows: down for "valid", up for "full"."""
    return "full" if ceil_mode else "valid"


def _windows(x, pads, kernel_size, stride, dilation, ceil_mode):
    """(N, C, OH*kh, OW*kw): the pixels of all windows side by side, -inf where they lie outside x."""
    overhang = [step - 1 if ceil_mode else 0 for step in stride]  # what a last, partial window may lack
    x = _pad(x, [(before, after + more) for (before, after), more in zip(pads, overhang)], value=-np.inf)
    for axis, kernel, step, rate in zip((2, 3), kernel_size, stride, dilation):
        starts = np.arange(0, x.shape[axis] - extent(kernel, rate) + 1, step)
        x = x.take((starts[:, None] + np.arange(kernel) * rate).reshape(-1), axis=axis)
    return x


def _windows_begin_beyond_end(x, pads, kernel_size, stride):
    """Whether "full" makes a last window that begins in the padding after the end."""
    axes = zip(x.shape[-2:], pads, kernel_size, stride)
    return any(-(-(size + sum(ends) - taps) // step) * step >= size + ends[0] for size, ends, taps, step in axes)


def _drop_windows_beyond_end(y, x, pads, stride):
    """y without such windows: ONNX and torch do not make them."""
    height, width = [-(-(size + ends[0]) // step) for size, ends, step in zip(x.shape[-2:], pads, stride)]
    return y[:, :, :height, :width]
