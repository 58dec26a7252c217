"""TensorFlow: images NHWC, kernels HWIO; functions in `tf.nn`, layers in `tf.keras`.

What TensorFlow lacks most often on the CPU, and what stands in its place here (`lowering.py`):

- Convolutions and max pooling take "same", "valid", or a pair of pads for every axis; average pooling and
  Keras layers the two names alone. The rest is put on with `tf.pad` or `ZeroPadding2D` before the operator.
- Stride and dilation together: only `tf.nn.conv2d`. Elsewhere stride 1, of which every s-th pixel is kept.
- Groups: `tf.nn.conv2d` reads them off the shapes, `tf.nn.conv2d_transpose` has none: split and join.
- Nothing stands in for the gradient of `tf.nn.conv2d` with groups or dilation, which is mostly refused, so that
  reports show it. XLA has it (`tensorflow:xla`), and Keras calls XLA where there are groups.
"""

from backends.tensorflow.runtime import Runtime, compiled  # first: it sets what TensorFlow reads at its import

# isort: split
import functools

import tensorflow as tf

from backends.contract import native
from backends.tensorflow.activations import ACTIVATIONS
from backends.tensorflow.lenet5 import network
from backends.tensorflow.lowering import (
    by_axis,
    convolution,
    dilate,
    exchange,
    interpolate,
    own_padding,
    pool_pads,
    sources,
)
from spec.padding import explicit, extent, transposed


class Adapter(Runtime):
    """The operators of TensorFlow on the CPU."""

    # ---- correlation and convolution -------------------------------------------------------------

    def corr2d(self, x, k):
        """Calls `tf.reduce_sum` on each window times the kernel: from scratch.
        Lacks assignments that the tape follows (to a `tf.Variable`), and so the sums are stacked instead.
        """
        if k.shape.rank == 4:
            return tf.stack([self.corr2d(x, kernel) for kernel in tf.unstack(k)])
        (height, width), (kh, kw) = x.shape[-2:], k.shape[-2:]
        rows = []
        for i in range(height - kh + 1):
            windows = [x[..., i : i + kh, j : j + kw] for j in range(width - kw + 1)]
            rows.append(tf.stack([tf.reduce_sum(window * k) for window in windows]))
        return tf.stack(rows)

    def convolve2d(self, x, k):
        """Calls `tf.nn.conv2d`.
        Lacks a true convolution (`conv2d` correlates), and so the kernel is flipped first instead.
        """
        flipped = tf.reverse(k, axis=[0, 1])
        y = tf.nn.conv2d(x[None, ..., None], flipped[..., None, None], strides=1, padding="VALID")
        return y[0, ..., 0]

    @native("NHWC", kernel="HWIO")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        """Calls `tf.nn.conv2d` and `tf.nn.bias_add`.
        Lacks `groups`, and so reads them off the shapes instead: channels of x / channels of w.
        """
        padding = own_padding(padding, x.shape[1:3], w.shape[:2], stride, dilation)
        y = tf.nn.conv2d(x, w, stride, padding, dilations=dilation)
        return y if b is None else tf.nn.bias_add(y, b)

    @native("NHWC", kernel="HWIO")
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups, padding_mode):
        """Calls `tf.keras.layers.Conv2D`.
        Lacks pads, and stride beside dilation, and so `ZeroPadding2D` comes first and pixels are dropped instead.
        """
        if padding_mode != "zeros":  # the layer has none but zeros
            pads = explicit(padding, x.shape[1:3], w.shape[:2], stride, dilation)
            x, padding = self.pad2d(x, padding=pads, mode=padding_mode, value=0.0), "valid"
        both = max(stride) > 1 and max(dilation) > 1  # refused by Keras
        if both or padding not in ("valid", "same"):
            pads = explicit(padding, x.shape[1:3], w.shape[:2], stride, dilation)
            x, padding = tf.keras.layers.ZeroPadding2D(pads, dtype=x.dtype)(x), "valid"
        layer = convolution(
            tuple(x.shape),
            filters=w.shape[-1],
            kernel_size=tuple(w.shape[:2]),
            strides=(1, 1) if both else tuple(stride),
            padding=padding,
            dilation_rate=tuple(dilation),
            groups=groups,
            use_bias=b is not None,
            dtype=x.dtype,  # otherwise Keras casts everything to float32
        )
        # Called with w and b in place of its own weights: `set_weights` would hide them from the tape.
        y, _ = layer.stateless_call([w] if b is None else [w, b], [], x)
        return y[:, :: stride[0], :: stride[1]] if both else y

    @native("NHWC", kernel="HWOI")
    def conv_transpose2d(self, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
        """Calls `tf.nn.conv2d_transpose`, which must be told the size of its output.
        Lacks groups, and mostly dilation, and so splits the channels, and puts zeros into the kernel instead.
        """
        geometry = x.shape[1:3], w.shape[:2], stride, dilation
        crop, extra = transposed(padding, *geometry, output_padding)
        height, width = (
            (size - 1) * step + extent(taps, rate) - sum(ends) + more
            for size, taps, step, rate, ends, more in zip(*geometry, crop, extra)
        )
        if any(rate != 1 for rate in dilation):
            # `dilations` works in float32 with oneDNN alone: put the zeros into the kernel. The last tap gets
            # some behind it too: output padding below the dilation is made of them, the others are cropped.
            w, padding = dilate(w, dilation), "explicit"
            unused = [rate - 1 - (more if more < rate else 0) for rate, more in zip(dilation, extra)]
            crop = [(start, end + zeros) for (start, end), zeros in zip(crop, unused)]
        scatter = functools.partial(
            tf.nn.conv2d_transpose,
            output_shape=[x.shape[0], height, width, w.shape[2]],
            strides=stride,
            padding=padding.upper() if padding in ("valid", "same") else by_axis(crop),
        )
        parts = zip(tf.split(x, groups, axis=-1), tf.split(w, groups, axis=-1))
        y = tf.concat([scatter(part, kernel) for part, kernel in parts], axis=-1)
        return y if b is None else tf.nn.bias_add(y, b)

    # ---- padding, pooling, resampling ------------------------------------------------------------

    @native("NHWC")
    def pad2d(self, x, *, padding, mode, value):
        """Calls `tf.pad`.
        Lacks the modes "replicate" and "circular", and so `tf.gather` picks the pixel for each place instead.
        """
        if mode in ("constant", "reflect", "symmetric"):
            return tf.pad(x, by_axis(padding), mode.upper(), constant_values=value)
        rows, columns = (sources(mode, *axis) for axis in zip(x.shape[1:3], padding))
        return tf.gather(tf.gather(x, rows, axis=1), columns, axis=2)

    @native("NHWC")
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        """Calls `tf.nn.max_pool2d`, or `tf.nn.pool`, which has dilation.
        Lacks pads and strides beside dilation, and so pads with -inf and keeps every s-th pixel instead.
        """
        geometry = x.shape[1:3], kernel_size, stride, dilation
        if all(rate == 1 for rate in dilation):
            return tf.nn.max_pool2d(x, kernel_size, stride, own_padding(padding, *geometry, ceil_mode=ceil_mode))
        x = tf.pad(x, by_axis(pool_pads(padding, *geometry, ceil_mode)), constant_values=float("-inf"))
        return tf.nn.pool(x, kernel_size, "MAX", dilations=dilation)[:, :: stride[0], :: stride[1]]

    @native("NHWC")
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        """Calls `tf.nn.avg_pool2d`, whose SAME counts the pixels alone.
        Lacks pads, and any other way to count them, and so pads first and divides by counts of its own instead.
        """
        mean = functools.partial(tf.nn.avg_pool2d, ksize=kernel_size, strides=stride)
        geometry = x.shape[1:3], kernel_size, stride, (1, 1)
        pads, reach = explicit(padding, *geometry), pool_pads(padding, *geometry, ceil_mode)
        stated = divisor_override is not None
        if reach == pads and not stated and (padding == "valid" or (padding == "same" and not count_include_pad)):
            return mean(x, padding=padding.upper())
        y = mean(tf.pad(x, by_axis(reach)), padding="VALID")
        if stated:
            return y * (kernel_size[0] * kernel_size[1] / divisor_override)
        if reach == pads and count_include_pad:
            return y
        # Divide the sum of each window by its own number of places: the overhang of ceil_mode never counts.
        overhang = [(0, far - end) for (_, end), (_, far) in zip(pads, reach)]
        ones = tf.ones_like(x[:1, ..., :1], tf.float32)  # half precision cannot count beyond 256 or 2048
        counts = tf.pad(ones, by_axis(pads), constant_values=float(count_include_pad))
        counts = mean(tf.pad(counts, by_axis(overhang)), padding="VALID")
        area = kernel_size[0] * kernel_size[1]
        return (y * area) / tf.cast(tf.round(counts * area), x.dtype)

    @native("NHWC")
    def upsample2d(self, x, *, scale, mode, align_corners):
        """Calls the operators behind `tf.image.resize`, which itself has no `align_corners`.
        Lacks bilinear in other dtypes than float32, and so gathers the neighbours and mixes them instead.
        """
        size = [n * by for n, by in zip(x.shape[1:3], scale)]
        if mode == "nearest":
            resize = tf.raw_ops.ResizeNearestNeighbor
            return resize(images=x, size=size, align_corners=align_corners, half_pixel_centers=True)
        if x.dtype != tf.float64:
            resize = tf.raw_ops.ResizeBilinear
            y = resize(images=x, size=size, align_corners=align_corners, half_pixel_centers=not align_corners)
            return tf.cast(y, x.dtype)
        # ResizeBilinear takes every dtype, but computes and answers in float32.
        for axis in (1, 2):
            x = interpolate(x, axis, size[axis - 1], align_corners)
        return x

    def flatten(self, x, *, layout):
        """Calls `tf.reshape` for all but the batch: the order of memory, whatever the layout."""
        return tf.reshape(x, [x.shape[0], -1])

    # ---- layers of a network ---------------------------------------------------------------------

    def activation(self, x, *, kind, slope, axis):
        """Calls the function of that name (`activations.py`): `tf.nn.relu`, `tf.nn.softmax`, and so on."""
        return ACTIVATIONS[kind](x, slope, axis)

    @native(kernel="IO")
    def dense(self, x, w, b=None):
        """Calls `tf.matmul` and `tf.nn.bias_add`."""
        y = tf.matmul(x, w)
        return y if b is None else tf.nn.bias_add(y, b)

    @native("NHWC")
    def batch_norm2d(self, x, scale, shift, mean, variance, *, training, epsilon, momentum, unbiased):
        """Calls `tf.nn.moments` and `tf.nn.batch_normalization`.
        Lacks running statistics, which are Keras's, and so they are mixed by hand instead.
        """
        if not training:
            y = tf.nn.batch_normalization(x, mean, variance, shift, scale, epsilon)
            return y, tf.identity(mean), tf.identity(variance)
        m, v = tf.nn.moments(x, axes=[0, 1, 2])
        y = tf.nn.batch_normalization(x, m, v, shift, scale, epsilon)
        count = x.shape[0] * x.shape[1] * x.shape[2]
        kept = v * (count / (count - 1)) if unbiased else v
        return y, (1 - momentum) * mean + momentum * m, (1 - momentum) * variance + momentum * kept

    # ---- training --------------------------------------------------------------------------------

    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """Calls `tf.keras.layers.Conv2D` without bias, and `tf.GradientTape`."""
        layer = tf.keras.layers.Conv2D(filters=1, kernel_size=w.shape, use_bias=False, dtype=w.dtype)
        x, y = x[None, :, :, None], y[None, :, :, None]
        layer.build(x.shape)
        layer.kernel.assign(w[:, :, None, None])
        reduce = {"sum": tf.reduce_sum, "mean": tf.reduce_mean}[loss]
        losses = tf.TensorArray(w.dtype, steps, element_shape=[])
        kernels = tf.TensorArray(w.dtype, steps, element_shape=w.shape)

        @compiled
        def descend():
            with tf.GradientTape() as tape:
                error = reduce((layer(x) - y) ** 2)
            layer.kernel.assign_sub(lr * tape.gradient(error, layer.kernel))
            return error

        for step in range(steps):
            losses = losses.write(step, descend())
            kernels = kernels.write(step, layer.kernel[:, :, 0, 0])
        return losses.stack(), kernels.stack()

    def lenet5(self, images, labels, *weights, lr, steps):
        """Calls the layers of `lenet5.py`, `tf.GradientTape` and `tf.keras.optimizers.SGD`."""
        x = tf.transpose(images, [0, 2, 3, 1])  # NCHW -> NHWC
        c5 = (
            tf.keras.layers.Conv2D(120, kernel_size=5, activation="relu", dtype=x.dtype),
            tf.keras.layers.Flatten(dtype=x.dtype),  # 1 x 1 pixel: the same order in both layouts
        )
        net = network(c5, [exchange(weight) for weight in weights], x)
        # A number would be rounded to float32 whatever the dtype of the weights; a function keeps its own dtype.
        optimizer = tf.keras.optimizers.SGD(learning_rate=lambda: tf.constant(lr, x.dtype))
        losses = tf.TensorArray(x.dtype, steps, element_shape=[])

        @compiled
        def descend():
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, net(x)))
            optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
            return loss

        for step in range(steps):
            losses = losses.write(step, descend())
        trained = [exchange(tf.convert_to_tensor(weight), back=True) for weight in net.weights]
        return compiled(net)(x), losses.stack(), *trained
