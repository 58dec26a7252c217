"""JAX: `jax.lax` takes images and kernels in every layout; the layer is `flax.nnx.Conv` (NHWC, HWIO).

What JAX lacks most often, and what stands in its place here (`lowering.py`):

- XLA has one convolution. Layouts, groups, dilation, unequal and negative pads are its parameters; a
  transposed convolution is the same one over a dilated image. It has no bias.
- XLA has one pooling, `lax.reduce_window`. It knows neither ceil_mode nor the divisor of an average.

What is larger than the image is no error in XLA: where no window fits, the result is empty.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from backends.contract import native
from backends.jax.activations import ACTIVATIONS
from backends.jax.lowering import (
    PAD_MODES,
    add_bias,
    align,
    axes,
    by_axis,
    groups_to_outputs,
    own_padding,
    pool_pads,
    reduce_windows,
    spatial,
    taps_side_by_side,
)
from backends.jax.runtime import Runtime, compiled
from spec.layouts import IMAGE, KERNEL, TRANSPOSED_KERNEL
from spec.padding import explicit, extent, longer, transposed


class Adapter(Runtime):
    """The operators of JAX on the CPU."""

    # ---- correlation and convolution -------------------------------------------------------------

    @compiled
    def corr2d(self, x, k):
        """Calls `lax.dynamic_slice` for each window, and sums it times the kernel: from scratch, under `jax.vmap`."""
        if k.ndim == 4:
            return jax.vmap(lambda kernel: self.corr2d(x, kernel))(k)
        if x.ndim == 3:
            return jax.vmap(self.corr2d)(x, k).sum(axis=0)

        def window_sum(i, j):
            return (lax.dynamic_slice(x, (i, j), k.shape) * k).sum()

        # Two loops in Python would give XLA every window to compile; `vmap` gives it one window for all (i, j).
        rows, columns = (jnp.arange(size - taps + 1) for size, taps in zip(x.shape, k.shape))
        return jax.vmap(lambda i: jax.vmap(lambda j: window_sum(i, j))(columns))(rows)

    @compiled
    def convolve2d(self, x, k):
        """Calls `jax.scipy.signal.convolve2d`, which flips the kernel, as SciPy does."""
        return jax.scipy.signal.convolve2d(x, k, mode="valid")

    @native(*IMAGE, kernel=KERNEL)
    @compiled
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups, layout, kernel_layout):
        """Calls `lax.conv_general_dilated`.
        Lacks a bias, and so one number per channel is added instead.
        """
        y = lax.conv_general_dilated(
            x,
            w,
            window_strides=stride,
            padding=own_padding(padding, spatial(w.shape, kernel_layout), dilation),
            rhs_dilation=dilation,
            dimension_numbers=(layout, kernel_layout, layout),
            feature_group_count=groups,
        )
        return add_bias(y, b, layout)

    @native("NHWC", kernel="HWIO")
    @compiled
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups, padding_mode):
        """Calls `flax.nnx.Conv`.
        Lacks other pads than zeros, but for rules of its own, and so `jnp.pad` puts on pixels first instead.
        """
        from flax import nnx  # slow to import

        if padding_mode != "zeros":
            pads = explicit(padding, x.shape[-3:-1], w.shape[:2], stride, dilation)
            x, padding = jnp.pad(x, ((0, 0), *pads, (0, 0)), PAD_MODES.get(padding_mode, padding_mode)), "valid"
        layer = nnx.Conv(
            in_features=x.shape[-1],
            out_features=w.shape[-1],
            kernel_size=w.shape[:2],
            strides=stride,
            padding=own_padding(padding, w.shape[:2], dilation),  # given always: the default is SAME
            kernel_dilation=dilation,
            feature_group_count=groups,
            use_bias=b is not None,
            param_dtype=w.dtype,  # otherwise float32, to which the weights would be cast
            kernel_init=nnx.initializers.zeros,  # replaced at once
            rngs=nnx.Rngs(0),
        )
        layer.kernel = nnx.Param(w)
        if b is not None:
            layer.bias = nnx.Param(b)
        return layer(x)

    @native(*IMAGE, kernel=TRANSPOSED_KERNEL)
    @compiled
    def conv_transpose2d(
        self, x, w, b=None, *, stride, padding, output_padding, dilation, groups, layout, kernel_layout
    ):
        """Calls `lax.conv_general_dilated`, on the image with zeros between its pixels, the kernel flipped.
        Lacks groups in `lax.conv_transpose`, which does no more than that, and so it is done here instead.
        """
        size, kernel = spatial(x.shape, layout), spatial(w.shape, kernel_layout)
        crop, beyond = transposed(padding, size, kernel, stride, dilation, output_padding)
        reach = [extent(taps, rate) - 1 for taps, rate in zip(kernel, dilation)]
        y = lax.conv_general_dilated(
            x,
            groups_to_outputs(jnp.flip(w, axes(kernel_layout)), groups, kernel_layout),
            window_strides=(1, 1),
            lhs_dilation=stride,  # stride - 1 zeros between the pixels
            padding=[(r - start, r - end + more) for r, (start, end), more in zip(reach, crop, beyond)],
            rhs_dilation=dilation,
            dimension_numbers=(layout, kernel_layout, layout),
            feature_group_count=groups,
        )
        return add_bias(y, b, layout)

    # ---- padding, pooling, resampling ------------------------------------------------------------

    @native(*IMAGE)
    @compiled
    def pad2d(self, x, *, padding, mode, value, layout):
        """Calls `jnp.pad`, which has NumPy's modes."""
        options = {"constant_values": value} if mode == "constant" else {}  # refused with the other modes
        return jnp.pad(x, by_axis(padding, layout, (0, 0)), PAD_MODES.get(mode, mode), **options)

    @native(*IMAGE)
    @compiled
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode, layout):
        """Calls `lax.reduce_window`.
        Lacks ceil_mode, and the gradient of dilated windows, and so pads more, and moves the pixels instead.
        """
        size = spatial(x.shape, layout)
        pads, overhangs = pool_pads(size, kernel_size, stride, dilation, padding, ceil_mode)
        pads = longer(pads, overhangs)
        if max(dilation) > 1:  # reduce_window knows it as window_dilation, but has no gradient for it
            x = taps_side_by_side(x, kernel_size, stride, dilation, pads, layout)
            stride, pads = kernel_size, ((0, 0), (0, 0))
        # From 0 negative pixels would be lost. A plain number tells JAX that this is a maximum, with its gradient.
        return reduce_windows(x, -np.inf, lax.max, kernel_size, stride, pads, layout)

    @native(*IMAGE)
    @compiled
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, layout):
        """Calls `lax.reduce_window` for the sums.
        Lacks the mean, and so divides by the same sum over an image of ones instead.
        """
        size = spatial(x.shape, layout)
        pads, overhangs = pool_pads(size, kernel_size, stride, (1, 1), padding, ceil_mode)
        sums = reduce_windows(x, 0, lax.add, kernel_size, stride, longer(pads, overhangs), layout)
        if divisor_override is not None:
            return sums / divisor_override
        # Pads are ones if they count, the overhang never is.
        ones = jnp.ones(by_axis(size, layout, 1), jnp.float32)  # half precision cannot count beyond 256 or 2048
        ones = jnp.pad(ones, by_axis(pads, layout, (0, 0)), constant_values=float(count_include_pad))
        overhangs = longer(((0, 0), (0, 0)), overhangs)
        return sums / reduce_windows(ones, 0, lax.add, kernel_size, stride, overhangs, layout).astype(x.dtype)

    @native(*IMAGE)
    @compiled
    def upsample2d(self, x, *, scale, mode, align_corners, layout):
        """Calls `jax.image.resize`, which lets the edges of the two images agree.
        Lacks align_corners, and so `jax.image.scale_and_translate` stretches and moves the image instead.
        """
        method = {"bilinear": "linear"}.get(mode, mode)
        shape = tuple(pixels * times for pixels, times in zip(x.shape, by_axis(scale, layout, 1)))
        if not align_corners:
            return jax.image.resize(x, shape, method, antialias=False)
        stretch, move = np.transpose([align(*axis) for axis in zip(spatial(x.shape, layout), scale)])
        return jax.image.scale_and_translate(x, shape, axes(layout), stretch, move, method, antialias=False)

    @compiled
    def flatten(self, x, *, layout):
        """Calls `reshape` for all but the batch: the order of memory, whatever the layout."""
        return x.reshape(x.shape[0], -1)

    # ---- layers of a network ---------------------------------------------------------------------

    @compiled
    def activation(self, x, *, kind, slope, axis):
        """Calls the function of that name (`activations.py`): `jax.nn.relu`, `jax.nn.gelu`, `jnp.tanh`, and so on."""
        return ACTIVATIONS[kind](x, slope, axis)

    @native(kernel="IO")
    @compiled
    def dense(self, x, w, b=None):
        """Calls `jnp.dot`.
        Lacks a function with a bias, and so it is added instead.
        """
        y = jnp.dot(x, w)
        return y if b is None else y + b

    @native("NHWC")
    @compiled
    def batch_norm2d(self, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
        """Calls `flax.nnx.BatchNorm`, whose momentum is the share of what was there.
        Lacks the unbiased variance, and so it is scaled up from the biased one that was kept instead.
        """
        from flax import nnx  # slow to import

        layer = nnx.BatchNorm(
            x.shape[-1],
            use_running_average=not training,
            momentum=1 - momentum,
            epsilon=epsilon,
            param_dtype=x.dtype,
            use_fast_variance=False,  # by default mean(x^2) - mean(x)^2, which cancels
            rngs=nnx.Rngs(0),
        )
        layer.scale, layer.bias = nnx.Param(scale), nnx.Param(shift)
        layer.mean, layer.var = nnx.BatchStat(mean), nnx.BatchStat(variance)
        y = layer(x)
        kept = layer.var.value
        if training and unbiased:
            count, old = x.size // x.shape[-1], (1 - momentum) * variance
            kept = old + (kept - old) * (count / (count - 1))
        return y, layer.mean.value, kept

    # ---- training --------------------------------------------------------------------------------

    @compiled
    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """Calls `lax.conv`, `jax.value_and_grad`, and `lax.scan`, which repeats a pure step."""

        def error(w):
            y_hat = lax.conv(x[None, None], w[None, None], window_strides=(1, 1), padding="VALID")[0, 0]
            return {"sum": jnp.sum, "mean": jnp.mean}[loss]((y_hat - y) ** 2)

        def step(w, _):
            value, slope = jax.value_and_grad(error)(w)
            w = w - lr * slope
            return w, (value, w)

        _, (losses, kernels) = lax.scan(step, w, length=steps)
        return losses, kernels

    @compiled
    def lenet5(self, images, labels, *weights, lr, steps):
        """Calls `lax.conv`, `jax.value_and_grad` and `lax.scan`; the weights are a plain tuple.
        Lacks layers, which are Flax's (`lenet5.py`, in NHWC), and so they are functions here instead.
        """

        def conv(x, w, b, padding):
            return add_bias(lax.conv(x, w, (1, 1), padding), b, "NCHW")

        def pool(x):
            return reduce_windows(x, -np.inf, lax.max, (2, 2), (2, 2), ((0, 0), (0, 0)), "NCHW")

        def net(weights):
            c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b = weights
            x = pool(jax.nn.relu(conv(images, c1_w, c1_b, "SAME")))
            x = pool(jax.nn.relu(conv(x, c3_w, c3_b, "VALID")))
            x = jax.nn.relu(conv(x, c5_w, c5_b, "VALID"))
            x = jax.nn.relu(lax.collapse(x, 1) @ f6_w.T + f6_b)
            return x @ out_w.T + out_b

        def loss(weights):
            log_probabilities = jax.nn.log_softmax(net(weights))
            return -jnp.take_along_axis(log_probabilities, labels[:, None], axis=1).mean()

        def step(weights, _):
            value, slopes = jax.value_and_grad(loss)(weights)
            return jax.tree.map(lambda w, slope: w - lr * slope, weights, slopes), value

        weights, losses = lax.scan(step, weights, length=steps)
        return net(weights), losses, *weights
