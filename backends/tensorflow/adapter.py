"""TensorFlow: images NHWC, kernels HWIO; functions in `tf.nn`, layers in `tf.keras`.

What TensorFlow lacks on the CPU, and what stands in its place here:

- Convolutions and max pooling take "same", "valid", or a pair of pads for every axis; average pooling and
  Keras layers the two names alone. The rest is put on with `tf.pad` or `ZeroPadding2D` before the operator.
- Stride and dilation together: only `tf.nn.conv2d`. Elsewhere stride 1, of which every s-th pixel is kept.
- Groups: `tf.nn.conv2d` reads them off the shapes, `tf.nn.conv2d_transpose` has none: split and join.
- Nothing stands in for the gradient of `tf.nn.conv2d` with groups or dilation, which is mostly refused, so that
  reports show it. XLA has it (`tensorflow:xla`), and Keras calls XLA where there are groups.

oneDNN, a second set of kernels for the same operators, changes what works, and TensorFlow switches it on or off
by the model of the CPU. Here it is on; TF_ENABLE_ONEDNN_OPTS=0 shows the other TensorFlow.
"""

import functools
import os

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # both are read when tensorflow is imported
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors, no greetings

import numpy as np
import tensorflow as tf

from backends.contract import Unsupported, native
from backends.tensorflow import instructions
from spec.core import as_tuple
from spec.padding import explicit, extent, transposed

# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = tf.transpose
RESHAPE = tf.reshape
ZERO = tf.UnconnectedGradients.ZERO  # not None, for an input that the output does not depend on

MODE = os.environ.get("CONVPARITY_MODE", "eager")  # set by the variants
compiled = {
    "eager": lambda function: function,
    "function": functools.partial(tf.function, autograph=False),  # no Python here depends on a tensor's values
    "xla": functools.partial(tf.function, autograph=False, jit_compile=True),
}[MODE]


class Adapter:
    """The operators of TensorFlow on the CPU."""

    def __init__(self):
        threads = int(os.environ.get("OMP_NUM_THREADS") or 1)  # TensorFlow itself does not look at it
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)

    def from_numpy(self, array):
        """A tensor with memory of its own."""
        try:
            return tf.constant(array, tf.as_dtype(array.dtype))
        except TypeError as error:
            raise Unsupported(f"TensorFlow has no dtype for NumPy's {array.dtype}") from error

    def to_numpy(self, tensor):
        """The array; `numpy()` copies, and makes a scalar of a tensor without axes."""
        return np.asarray(tensor.numpy())

    def in_mode(self, call):
        """The operator as the variant runs it. Training compiles its steps alone: no graph may make variables."""
        return call if call.func in (self.learn_kernel, self.lenet5) else compiled(call)

    def vjp(self, fn, tensors, cotangent):
        """The output and the gradients, from a tape that watches the tensors as if they were variables."""
        fn = getattr(fn, "python_function", fn)  # one graph for both: a tape around XLA's code can corrupt memory

        @compiled
        def pullback(tensors, cotangent):
            with tf.GradientTape() as tape:
                tape.watch(tensors)
                output = fn(*tensors)
            gradients = tape.gradient(as_tuple(output)[0], tensors, cotangent, unconnected_gradients=ZERO)
            return output, gradients

        return pullback(tensors, cotangent)

    def synchronize(self):
        """Wait for the devices; on the CPU operators return when they are done."""
        tf.test.experimental.sync_devices()

    def describe(self):
        """Versions, device, threads, and the switches that change the arithmetic."""
        return {
            "version": tf.__version__,
            "keras": tf.keras.__version__,
            "device": ", ".join(device.name for device in tf.config.list_logical_devices()),
            "threads": tf.config.threading.get_intra_op_parallelism_threads(),
            "processor": instructions.found(),
            "switches": {
                "mode": MODE,
                "TF_ENABLE_ONEDNN_OPTS": os.environ["TF_ENABLE_ONEDNN_OPTS"],
                "onednn_takes_bfloat16": instructions.onednn_takes(tf.bfloat16),
                "onednn_takes_float16": instructions.onednn_takes(tf.float16),
                "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
                "tensor_float_32": tf.config.experimental.tensor_float_32_execution_enabled(),
                "jit": tf.config.optimizer.get_jit() or "off",
                "XLA_FLAGS": os.environ.get("XLA_FLAGS", ""),
            },
        }

    # ---- correlation and convolution -------------------------------------------------------------

    def corr2d(self, x, k):
        """From scratch: each output is the sum of a window times the kernel."""
        if k.shape.rank == 4:
            return tf.stack([self.corr2d(x, kernel) for kernel in tf.unstack(k)])
        (height, width), (kh, kw) = x.shape[-2:], k.shape[-2:]
        rows = []  # not a tf.Variable to assign to: an assignment leaves no trace on the tape
        for i in range(height - kh + 1):
            windows = [x[..., i : i + kh, j : j + kw] for j in range(width - kw + 1)]
            rows.append(tf.stack([tf.reduce_sum(window * k) for window in windows]))
        return tf.stack(rows)

    def convolve2d(self, x, k):
        """TensorFlow has no true convolution: its `conv2d` correlates, so the kernel is flipped first."""
        flipped = tf.reverse(k, axis=[0, 1])
        y = tf.nn.conv2d(x[None, ..., None], flipped[..., None, None], strides=1, padding="VALID")
        return y[0, ..., 0]

    @native("NHWC", kernel="HWIO")
    def conv2d(self, x, w, b=None, *, stride, padding, dilation, groups):
        padding = _padding(padding, x.shape[1:3], w.shape[:2], stride, dilation)
        y = tf.nn.conv2d(x, w, stride, padding, dilations=dilation)  # groups: channels of x / channels of w
        return y if b is None else tf.nn.bias_add(y, b)

    @native("NHWC", kernel="HWIO")
    def conv2d_layer(self, x, w, b=None, *, stride, padding, dilation, groups):
        """`Conv2D`, called with w and b in place of its own weights: `set_weights` would hide them from the tape."""
        both = max(stride) > 1 and max(dilation) > 1  # refused by Keras
        if both or padding not in ("valid", "same"):
            pads = explicit(padding, x.shape[1:3], w.shape[:2], stride, dilation)
            x, padding = tf.keras.layers.ZeroPadding2D(pads, dtype=x.dtype)(x), "valid"
        layer = _convolution(
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
        y, _ = layer.stateless_call([w] if b is None else [w, b], [], x)
        return y[:, :: stride[0], :: stride[1]] if both else y

    @native("NHWC", kernel="HWOI")
    def conv_transpose2d(self, x, w, b=None, *, stride, padding, output_padding, dilation, groups):
        geometry = x.shape[1:3], w.shape[:2], stride, dilation
        crop, extra = transposed(padding, *geometry, output_padding)
        height, width = (
            (size - 1) * step + extent(taps, rate) - sum(ends) + more
            for size, taps, step, rate, ends, more in zip(*geometry, crop, extra)
        )
        if any(rate != 1 for rate in dilation):
            # `dilations` works in float32 with oneDNN alone: put the zeros into the kernel. The last tap gets
            # some behind it too: output padding below the dilation is made of them, the others are cropped.
            w, padding = _dilate(w, dilation), "explicit"
            unused = [rate - 1 - (more if more < rate else 0) for rate, more in zip(dilation, extra)]
            crop = [(start, end + zeros) for (start, end), zeros in zip(crop, unused)]
        scatter = functools.partial(
            tf.nn.conv2d_transpose,
            output_shape=[x.shape[0], height, width, w.shape[2]],
            strides=stride,
            padding=padding.upper() if padding in ("valid", "same") else _frame(crop),
        )
        parts = zip(tf.split(x, groups, axis=-1), tf.split(w, groups, axis=-1))
        y = tf.concat([scatter(part, kernel) for part, kernel in parts], axis=-1)
        return y if b is None else tf.nn.bias_add(y, b)

    @native("NHWC")
    def pad2d(self, x, *, padding, mode, value):
        if mode in ("constant", "reflect", "symmetric"):
            return tf.pad(x, _frame(padding), mode.upper(), constant_values=value)
        rows, columns = (_sources(mode, *axis) for axis in zip(x.shape[1:3], padding))
        return tf.gather(tf.gather(x, rows, axis=1), columns, axis=2)

    # ---- pooling, resampling ---------------------------------------------------------------------

    @native("NHWC")
    def max_pool2d(self, x, *, kernel_size, stride, padding, dilation, ceil_mode):
        geometry = x.shape[1:3], kernel_size, stride, dilation
        if all(rate == 1 for rate in dilation):
            return tf.nn.max_pool2d(x, kernel_size, stride, _padding(padding, *geometry, ceil_mode=ceil_mode))
        # tf.nn.pool has dilation, but no pads, and no stride beside it.
        x = tf.pad(x, _frame(_pads(padding, *geometry, ceil_mode)), constant_values=float("-inf"))
        return tf.nn.pool(x, kernel_size, "MAX", dilations=dilation)[:, :: stride[0], :: stride[1]]

    @native("NHWC")
    def avg_pool2d(self, x, *, kernel_size, stride, padding, ceil_mode, count_include_pad):
        mean = functools.partial(tf.nn.avg_pool2d, ksize=kernel_size, strides=stride)
        geometry = x.shape[1:3], kernel_size, stride, (1, 1)
        pads, reach = explicit(padding, *geometry), _pads(padding, *geometry, ceil_mode)
        if reach == pads and (padding == "valid" or (padding == "same" and not count_include_pad)):
            return mean(x, padding=padding.upper())  # SAME counts the pixels alone
        y = mean(tf.pad(x, _frame(reach)), padding="VALID")
        if reach == pads and count_include_pad:
            return y
        # Divide the sum of each window by its own number of places: the overhang of ceil_mode never counts.
        overhang = [(0, far - end) for (_, end), (_, far) in zip(pads, reach)]
        ones = tf.ones_like(x[:1, ..., :1], tf.float32)  # half precision cannot count beyond 256 or 2048
        counts = tf.pad(ones, _frame(pads), constant_values=float(count_include_pad))
        counts = mean(tf.pad(counts, _frame(overhang)), padding="VALID")
        area = kernel_size[0] * kernel_size[1]
        return (y * area) / tf.cast(tf.round(counts * area), x.dtype)

    @native("NHWC")
    def upsample2d(self, x, *, scale, mode, align_corners):
        """By the operators behind `tf.image.resize`, which itself has no `align_corners`."""
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
            x = _interpolate(x, axis, size[axis - 1], align_corners)
        return x

    def flatten(self, x, *, layout):
        """Everything but the batch, in the order of memory; the layout is not asked for."""
        return tf.reshape(x, [x.shape[0], -1])

    # ---- training --------------------------------------------------------------------------------

    def learn_kernel(self, x, y, w, *, lr, steps, loss):
        """A convolution layer without bias learns the kernel that makes y of x."""
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
        """LeNet-5 with rectifiers and max pooling, trained on the one batch."""
        x = tf.transpose(images, [0, 2, 3, 1])  # NCHW -> NHWC
        convolution = functools.partial(tf.keras.layers.Conv2D, kernel_size=5, activation="relu", dtype=x.dtype)
        dense = functools.partial(tf.keras.layers.Dense, dtype=x.dtype)
        pooling = functools.partial(tf.keras.layers.MaxPooling2D, pool_size=2, dtype=x.dtype)
        net = tf.keras.Sequential(
            [
                convolution(6, padding="same"),
                pooling(),
                convolution(16),
                pooling(),
                convolution(120),
                tf.keras.layers.Flatten(dtype=x.dtype),  # 1 x 1 pixel: the same order in both layouts
                dense(84, activation="relu"),
                dense(10),
            ]
        )
        net.build(x.shape)
        net.set_weights([_exchange(weight) for weight in weights])
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
        trained = [_exchange(tf.convert_to_tensor(weight), back=True) for weight in net.weights]
        return compiled(net)(x), losses.stack(), *trained


# ---- bridges -------------------------------------------------------------------------------------


@functools.cache
def _convolution(shape, **settings):
    """A layer for images of a shape, kept as long as the process: a graph may make variables at its first tracing."""
    layer = tf.keras.layers.Conv2D(**settings)
    layer.build(shape)
    return layer


def _frame(pads):
    """Pads (h, w) as pads for the four axes of NHWC."""
    return [[0, 0], *pads, [0, 0]]


def _pads(padding, size, kernel_size, stride, dilation, ceil_mode=False):
    """Pads (h, w); with ceil_mode those at the end reach as far as the last window."""
    pads = explicit(padding, size, kernel_size, stride, dilation)
    return tuple(map(_reach, size, kernel_size, stride, dilation, pads)) if ceil_mode else pads


def _reach(size, kernel_size, stride, dilation, pads):
    start, end = pads
    room = size + start + end - extent(kernel_size, dilation)
    overhang = -room % stride
    starts_inside = room + overhang < size + start  # a window that would start in the padding is dropped
    return (start, end + overhang) if room >= 0 and starts_inside else pads


def _padding(padding, *geometry, ceil_mode=False):
    """The padding as tf.nn takes it: the name of its own rule, or pairs."""
    if padding == "same" or (padding == "valid" and not ceil_mode):
        return padding.upper()
    return _frame(_pads(padding, *geometry, ceil_mode))


def _dilate(w, dilation):
    """The HWOI kernel with dilation - 1 zeros behind each row and column."""
    (kh, kw, *channels), (dh, dw) = w.shape, dilation
    w = tf.pad(w[:, None, :, None], [[0, 0], [0, dh - 1], [0, 0], [0, dw - 1], [0, 0], [0, 0]])
    return tf.reshape(w, [kh * dh, kw * dw, *channels])


def _sources(mode, size, pads):
    """The pixel of an axis that stands at each place after padding, for the modes that tf.pad lacks."""
    before, after = pads
    if mode == "replicate":
        head, tail = tf.fill([before], 0), tf.fill([after], size - 1)
    else:
        head, tail = tf.range(size - before, size), tf.range(after)
    return tf.concat([head, tf.range(size), tail], axis=0)


def _interpolate(x, axis, size, align_corners):
    """Linear interpolation along one axis of x, to `size` pixels, in the dtype of x."""
    pixels, index = x.shape[axis], tf.range(size, dtype=x.dtype)
    if align_corners:
        place = index * (pixels - 1) / max(size - 1, 1)
    else:
        place = tf.clip_by_value((index + 0.5) * pixels / size - 0.5, 0, pixels - 1)
    below = tf.cast(place, tf.int32)  # cuts the fraction off
    above = tf.minimum(below + 1, pixels - 1)
    weight = tf.reshape(place - tf.cast(below, x.dtype), [-1] + [1] * (3 - axis))
    return tf.gather(x, below, axis=axis) * (1 - weight) + tf.gather(x, above, axis=axis) * weight


def _exchange(weight, back=False):
    """A layer's weight from (out, in, ...) to TensorFlow's (..., in, out), or back; a bias stays as it is."""
    order = {1: [0], 2: [1, 0], 4: [3, 2, 0, 1] if back else [2, 3, 1, 0]}
    return tf.transpose(weight, order[weight.shape.rank])
