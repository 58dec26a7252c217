"""MXNet: images NCHW, kernels OIHW; operators in `npx`, layers in `gluon.nn`.

`np` is `mxnet.numpy` in this folder, and `npx` what NumPy lacks: convolutions, pooling. `nd`, the older interface,
helps where neither has an operator. What MXNet lacks most often, and what stands in its place here (`lowering.py`):

- Pads are one number per axis, the same at both ends: unequal ones are put on with `nd.pad` before the operator.
- Rules of padding ("same", "full") have no names: they are counted out.
- The CPU has no float16 convolutions; the reports show what MXNet says to it.
"""

from mxnet import autograd, gluon, nd, np, npx

from backends.contract import Unsupported, native
from backends.mxnet.activations import ACTIVATIONS
from backends.mxnet.lenet5 import network
from backends.mxnet.lowering import (
    convention,
    drop_windows_beyond_end,
    pad,
    pad_first,
    pad_output,
    taps_side_by_side,
    windows_begin_beyond_end,
    with_bias,
)
from backends.mxnet.runtime import HYBRID, Runtime
from spec.padding import explicit, transposed

PAD_MODES = {"constant": "constant", "replicate": "edge", "reflect": "reflect"}  # those of nd.pad


class Adapter(Runtime):
    """The operators of MXNet 1.9 on the CPU."""

    # ---- correlation and convolution -------------------------------------------------------------

    def corr2d(self, x, k):
        """Calls `np.vdot` on each window and the kernel, which sums the products: from scratch.
        Lacks assignments while `autograd` records, and so the sums are stacked instead.
        """
        if k.ndim == 4:
            return np.stack([self.corr2d(x, kernel) for kernel in k])
        height, width = k.shape[-2:]
        rows = [
            [np.vdot(x[..., i : i + height, j : j + width], k) for j in range(x.shape[-1] - width + 1)]
            for i in range(x.shape[-2] - height + 1)
        ]
        return np.stack([np.stack(row) for row in rows])

    def convolve2d(self, x, k):
        """Calls `npx.convolution`.
        Lacks a true convolution (`convolution` correlates), and so the kernel is flipped first instead.
        """
        flipped = np.flip(k, (0, 1))[None, None]
        options = {"kernel": k.shape, "num_filter": 1, "no_bias": True, "layout": "NCHW"}
        return npx.convolution(x[None, None], flipped, **options)[0, 0]

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        """Calls `npx.convolution`, which is told the shape of its kernel, and that there is no bias.
        Lacks unequal pads and rules for them, and so they are counted out and put on first instead.
        """
        x, pads = pad_first(x, explicit(padding, x.shape[-2:], w.shape[-2:], stride, dilation))
        options = {"kernel": w.shape[-2:], "num_filter": w.shape[0], "num_group": groups, "no_bias": b is None}
        return npx.convolution(x, *with_bias(w, b), stride=stride, pad=pads, dilate=dilation, **options)

    @native("NCHW", kernel="OIHW")
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups, padding_mode):
        """Calls `gluon.nn.Conv2D`.
        Lacks unequal pads, rules for them and pads of pixels, and so they are put on first instead.
        """
        pads = explicit(padding, x.shape[-2:], w.shape[-2:], stride, dilation)
        if padding_mode != "zeros":
            x, pads = self.pad2d(x, padding=pads, mode=padding_mode, value=0.0), ((0, 0), (0, 0))
        x, pads = pad_first(x, pads)
        options = {"groups": groups, "in_channels": x.shape[1], "use_bias": b is not None}
        layer = gluon.nn.Conv2D(w.shape[0], w.shape[-2:], stride, pads, dilation, **options)
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
        """Calls `npx.deconvolution`, whose `pad` crops and whose `adj` is the output padding.
        Lacks unequal crops, and so a slice of the uncropped result is taken instead.
        """
        crop, extra = transposed(padding, x.shape[-2:], w.shape[-2:], stride, dilation, output_padding)
        x, adj = pad_output(x, extra, stride, dilation)
        (top, bottom), (left, right) = crop
        equal = top == bottom and left == right
        pads = (top, left) if equal else (0, 0)
        options = {"kernel": w.shape[-2:], "num_filter": w.shape[1] * groups, "num_group": groups, "no_bias": b is None}
        y = npx.deconvolution(x, *with_bias(w, b), stride=stride, pad=pads, adj=adj, dilate=dilation, **options)
        return y if equal else y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]

    # ---- padding, pooling, resampling ------------------------------------------------------------

    @native("NCHW")
    def pad2d(self, x, *, padding, mode, value):
        """Calls `nd.pad`: `np.pad` ignores the value, and has gradients for the mode "constant" alone.
        Lacks the modes "symmetric" and "circular", and so `take` counts places round and round instead.
        """
        if mode in PAD_MODES:
            return pad(x, padding, PAD_MODES[mode], value)
        for axis, (before, after) in zip((2, 3), padding):
            places = np.arange(-before, x.shape[axis] + after)
            if mode == "symmetric":
                x = np.concatenate([x, np.flip(x, axis)], axis=axis)  # its mirror image follows, then it begins anew
            x = x.take(places, axis=axis, mode="wrap")
        return x

    @native("NCHW")
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        """Calls `npx.pooling`, whose convention "full" is ceil_mode with a window too many.
        Lacks dilation, and so the pixels of each window are laid side by side, and pooled without overlap instead.
        """
        pads = explicit(padding, x.shape[-2:], kernel_size, stride, dilation)
        options = {"kernel": kernel_size, "pool_type": "max", "pooling_convention": convention(ceil_mode)}
        if max(dilation) > 1:
            taps = taps_side_by_side(x, pads, kernel_size, stride, dilation, ceil_mode)
            y = npx.pooling(taps, stride=kernel_size, **options)
        else:
            padded, own = pad_first(x, pads, -np.inf)  # zeros would win over negative pixels
            y = npx.pooling(padded, stride=stride, pad=own, **options)
        return drop_windows_beyond_end(y, x, pads, stride)

    @native("NCHW")
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        """Calls `npx.pooling`.
        Lacks unequal pads that do not count, and so sums are divided by the same sums over ones instead.
        """
        pads = explicit(padding, x.shape[-2:], kernel_size, stride)
        padded, own = pad_first(x, pads)
        options = {"kernel": kernel_size, "stride": stride, "pad": own, "pooling_convention": convention(ceil_mode)}
        empty = ceil_mode and windows_begin_beyond_end(x, pads, kernel_size, stride)
        if divisor_override is not None:
            y = npx.pooling(padded, pool_type="sum", **options) / divisor_override
        elif count_include_pad or (padded is x and not empty):
            y = npx.pooling(padded, pool_type="avg", count_include_pad=count_include_pad, **options)
        else:
            # The mean would count pixels that were padded first, and oneDNN refuses the mean of no pixels at all.
            # Pixels are counted in float32: float16 cannot count beyond 2048.
            inside, _ = pad_first(np.ones((1, 1, *x.shape[-2:]), dtype="float32"), pads)
            pixels = npx.pooling(inside, pool_type="sum", **options).astype(x.dtype)
            y = npx.pooling(padded, pool_type="sum", **options) / pixels
        return drop_windows_beyond_end(y, x, pads, stride)

    @native("NCHW")
    def upsample2d(self, x, *, scale, mode, align_corners):
        """Calls `nd.contrib.BilinearResize2D`, or `repeat`: `nd.UpSampling` has one scale for both axes.
        Lacks nearest with align_corners, and so says that it is unsupported instead.
        """
        if mode == "nearest":
            if align_corners:
                raise Unsupported("np.repeat, the nearest upsampling, has no align_corners")
            return x.repeat(scale[0], axis=2).repeat(scale[1], axis=3)
        height, width = (size * by for size, by in zip(x.shape[-2:], scale))
        options = {"height": height, "width": width, "align_corners": align_corners}
        return nd.contrib.BilinearResize2D(x.as_nd_ndarray(), **options).as_np_ndarray()

    def flatten(self, x, *, layout):
        """Calls `npx.batch_flatten`: the order of memory, whatever the layout."""
        return npx.batch_flatten(x)

    # ---- layers of a network ---------------------------------------------------------------------

    def activation(self, x, *, kind, slope, axis):
        """Calls the function of that name (`activations.py`): `npx.relu`, `npx.leaky_relu`, `npx.softmax`, and so on.
        Lacks the approximate gelu, silu and hard_swish, and so they are written out instead.
        """
        return ACTIVATIONS[kind](x, slope, axis)

    @native(kernel="OI")
    def dense(self, x, w, b=None):
        """Calls `npx.fully_connected`."""
        return npx.fully_connected(x, w, b, num_hidden=w.shape[0], no_bias=b is None)

    @native("NCHW")
    def batch_norm2d(self, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
        """Calls `npx.batch_norm`, in whose words momentum is the share of what was there.
        Lacks running statistics before `backward`, which writes them, and so they are mixed by hand instead.
        """
        old = mean.detach(), variance.detach()
        options = {"eps": epsilon, "momentum": 1 - momentum, "fix_gamma": False, "use_global_stats": not training}
        with autograd.train_mode() if training else autograd.predict_mode():
            y = npx.batch_norm(x, scale, shift, old[0].copy(), old[1].copy(), **options)
        if not training:
            return y, old[0].copy(), old[1].copy()
        values, count = x.detach(), x.size // x.shape[1]
        kept = values.var(axis=(0, 2, 3)) * (count / (count - 1) if unbiased else 1)
        new = values.mean(axis=(0, 2, 3)), kept
        return y, *((1 - momentum) * before + momentum * after for before, after in zip(old, new))

    # ---- training --------------------------------------------------------------------------------

    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """Calls `gluon.nn.Conv2D` without bias, and `autograd.record`."""
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

    def lenet5(self, images, labels, *weights, lr, steps):
        """Calls the layers of `lenet5.py`, `gluon.loss.SoftmaxCrossEntropyLoss` and `gluon.Trainer`."""
        c5 = gluon.nn.Conv2D(120, kernel_size=5, activation="relu"), gluon.nn.Flatten()
        net = network(c5, weights, images.dtype)
        net.hybridize(HYBRID)
        parameters = net.collect_params()
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
