"""What TensorFlow does by default: each probe is its own call, without any argument that could be left out.

Here convolution and padding; `conventions_*.py` go on with layouts, pooling, and so on. What the probes get and return
is written in `spec/questions`. Images are NHWC, kernels HWIO: an image (H, W) becomes x[None, ..., None]. The functions
of `tf.nn` have no default for strides and padding; a layer of Keras takes its weights from its initializer.
"""

import tensorflow as tf

from backends.contract import probe
from spec.questions.padding import MODES
from spec.questions.words import accepted


def layer(k, **options):
    """A convolutional layer from one channel to one, with the kernel k (kh, kw)."""
    return tf.keras.layers.Conv2D(1, k.shape, kernel_initializer=lambda *_, **__: k[..., None, None], **options)


@probe("conv.flip", "tf.nn")
def flip(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]


@probe("conv.flip", "tf.keras")
def flip_layer(x, k):
    return layer(k)(x[None, ..., None])[0, ..., 0]


@probe("convolve.default", "tf.nn.convolution")
def convolve(x, k):
    return tf.nn.convolution(x[None, :, None], k[:, None, None])[0, :, 0]  # the one function of such a name


@probe("conv.bias", "tf.nn")
def bias(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]


@probe("conv.implicit-groups", "tf.nn")
def implicit_groups(x, w):
    return tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")[0, 0, 0]


@probe("conv.groups", "tf.nn")
def groups(x, w):
    # there is no argument: the shapes say it
    return tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")[0, 0, 0]


@probe("conv.groups", "tf.keras")
def groups_layer(x, w):
    grouped = tf.keras.layers.Conv2D(2, 1, groups=2, kernel_initializer=lambda *_, **__: w[None, None, None])
    return grouped(x[None, None, None])[0, 0, 0]


@probe("conv.groups.gradient", "tf.nn")
def groups_gradient(x, w):
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")
    return tape.gradient(y, w)


@probe("conv.groups.gradient", "tf.nn, float64")
def groups_gradient_double(x, w):
    x, w = tf.cast(x, tf.float64), tf.cast(w, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")
    return tape.gradient(y, w)


@probe("conv.groups.gradient", "tf.keras")
def groups_gradient_layer(x, w):
    grouped = tf.keras.layers.Conv2D(2, 1, groups=2, kernel_initializer=lambda *_, **__: w[None, None, None])
    with tf.GradientTape() as tape:
        y = grouped(x[None, None, None])
    return tape.gradient(y, grouped.kernel)[0, 0, 0]


@probe("conv.stride-dilation", "tf.nn")
def stride_dilation(x, k):
    x, k = x[None, ..., None], k[..., None, None]
    return tf.nn.conv2d(x, k, strides=(1, 2), padding="VALID", dilations=(1, 2))[0, ..., 0]


@probe("conv.stride-dilation", "tf.keras")
def stride_dilation_layer(x, k):
    return layer(k, strides=(1, 2), dilation_rate=(1, 2))(x[None, ..., None])[0, ..., 0]


@probe("conv.too-large", "tf.nn")
def too_large(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]


@probe("conv.too-large", "tf.nn, float64")
def too_large_double(x, k):
    x, k = tf.cast(x, tf.float64), tf.cast(k, tf.float64)
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]


@probe("conv.too-large", "tf.keras")
def too_large_layer(x, k):
    return layer(k)(x[None, ..., None])[0, ..., 0]


@probe("padding.default", "tf.nn")
def default_padding(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1)[0, ..., 0]


@probe("padding.default", "tf.nn.convolution")
def default_padding_convolution(x, k):
    return tf.nn.convolution(x[None, ..., None], k[..., None, None])[0, ..., 0]


@probe("padding.default", "tf.keras")
def default_padding_layer(x, k):
    return layer(k)(x[None, ..., None])[0, ..., 0]


@probe("padding.default", "tf.keras.ops")
def default_padding_ops(x, k):
    return tf.keras.ops.conv(x[None, ..., None], k[..., None, None])[0, ..., 0]


@probe("padding.default.pool", "tf.nn")
def default_padding_pool(x):
    return tf.nn.max_pool2d(x[None, ..., None], 3, 1)[0, ..., 0]


@probe("padding.default.pool", "tf.nn.pool")
def default_padding_pool_any(x):
    return tf.nn.pool(x[None, ..., None], (3, 3), "MAX", (1, 1))[0, ..., 0]


@probe("padding.default.pool", "tf.keras")
def default_padding_pool_layer(x):
    return tf.keras.layers.MaxPooling2D(3, 1)(x[None, ..., None])[0, ..., 0]


@probe("padding.integer", "tf.nn")
def integer_padding(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding=1)[0, ..., 0]


@probe("padding.integer", "tf.keras")
def integer_padding_layer(x, k):
    return layer(k, padding=1)(x[None, ..., None])[0, ..., 0]


@probe("padding.same", "tf.nn")
def same(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="SAME")[0, ..., 0]


@probe("padding.same", "tf.keras")
def same_layer(x, k):
    return layer(k, padding="same")(x[None, ..., None])[0, ..., 0]


@probe("padding.same.stride", "tf.nn")
def same_stride(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=(1, 2), padding="SAME")[0, ..., 0]


@probe("padding.same.stride", "tf.keras")
def same_stride_layer(x, k):
    return layer(k, strides=(1, 2), padding="same")(x[None, ..., None])[0, ..., 0]


@probe("padding.same.pool", "tf.nn")
def same_pool(x):
    return tf.nn.max_pool2d(x[None, ..., None], (1, 2), 1, "SAME")[0, ..., 0]


@probe("padding.same.pool", "tf.keras")
def same_pool_layer(x):
    return tf.keras.layers.MaxPooling2D((1, 2), 1, "same")(x[None, ..., None])[0, ..., 0]


@probe("padding.same.pool.stride", "tf.nn")
def same_pool_stride(x):
    return tf.nn.max_pool2d(x[None, ..., None], (1, 3), (1, 2), "SAME")[0, ..., 0]


@probe("padding.same.pool.stride", "tf.keras")
def same_pool_stride_layer(x):
    return tf.keras.layers.MaxPooling2D((1, 3), (1, 2), "same")(x[None, ..., None])[0, ..., 0]


@probe("padding.same.lower", "tf.nn")
def same_lower(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="SAME_LOWER")[0, ..., 0]


@probe("padding.same.lower", "tf.keras")
def same_lower_layer(x, k):
    return layer(k, padding="same_lower")(x[None, ..., None])[0, ..., 0]


@probe("padding.asymmetric", "tf.nn")
def asymmetric(x, k):
    pads = [[0, 0], [1, 0], [2, 0], [0, 0]]
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding=pads)[0, ..., 0]


@probe("padding.asymmetric", "tf.keras")
def asymmetric_layer(x, k):
    return layer(k, padding=[[1, 0], [2, 0]])(x[None, ..., None])[0, ..., 0]


@probe("padding.asymmetric.pool", "tf.nn")
def asymmetric_pool(x):
    return tf.nn.max_pool2d(x[None, ..., None], 2, 1, [[0, 0], [1, 0], [1, 0], [0, 0]])[0, ..., 0]


@probe("padding.asymmetric.pool", "tf.keras")
def asymmetric_pool_layer(x):
    return tf.keras.layers.MaxPooling2D(2, 1, [[1, 0], [1, 0]])(x[None, ..., None])[0, ..., 0]


@probe("padding.order", "tf")
def order(x):
    return tf.pad(x, [[1, 2], [3, 4]])


@probe("padding.order", "tf.keras")
def order_layer(x):
    return tf.keras.layers.ZeroPadding2D(((1, 2), (3, 4)))(x[None, ..., None])[0, ..., 0]


@probe("padding.modes", "tf")
def modes(x):
    return accepted(MODES, lambda mode: tf.pad(x, [[1, 1], [1, 1]], mode))


@probe("padding.reflect", "tf")
def reflect(x):
    return tf.pad(x, [[0, 0], [2, 2]], "reflect")


@probe("padding.reflect.gradient", "tf")
def reflect_gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.pad(x, [[0, 0], [2, 2]], "reflect")
    return tape.gradient(y, x)


@probe("padding.negative", "tf")
def negative(x):
    return tf.pad(x, [[-1, -1], [-1, -1]])


@probe("padding.negative", "tf.keras")
def negative_layer(x):
    return tf.keras.layers.ZeroPadding2D(-1)(x[None, ..., None])[0, ..., 0]
