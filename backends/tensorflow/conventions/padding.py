"""Padding in TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe
from spec.questions.padding import MODES
from spec.questions.words import accepted


def layer(k, **options):
    """A convolutional layer from one channel to one, with the kernel k (kh, kw)."""
    return tf.keras.layers.Conv2D(1, k.shape, kernel_initializer=lambda *_, **__: k[..., None, None], **options)


PROBES = {
    "tf.nn": {
        "padding.default": lambda x, k: tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1)[0, ..., 0],
        "padding.default.pool": lambda x: tf.nn.max_pool2d(x[None, ..., None], 3, 1)[0, ..., 0],
        "padding.same.pool": lambda x: tf.nn.max_pool2d(x[None, ..., None], (1, 2), 1, "SAME")[0, ..., 0],
        "padding.same.pool.stride": lambda x: tf.nn.max_pool2d(x[None, ..., None], (1, 3), (1, 2), "SAME")[0, ..., 0],
    },
    "tf.nn.convolution": {
        "padding.default": lambda x, k: tf.nn.convolution(x[None, ..., None], k[..., None, None])[0, ..., 0],
    },
    "tf.keras": {
        "padding.default": lambda x, k: layer(k)(x[None, ..., None])[0, ..., 0],
        "padding.default.pool": lambda x: tf.keras.layers.MaxPooling2D(3, 1)(x[None, ..., None])[0, ..., 0],
        "padding.integer": lambda x, k: layer(k, padding=1)(x[None, ..., None])[0, ..., 0],
        "padding.same": lambda x, k: layer(k, padding="same")(x[None, ..., None])[0, ..., 0],
        "padding.same.stride": lambda x, k: layer(k, strides=(1, 2), padding="same")(x[None, ..., None])[0, ..., 0],
        "padding.same.pool": lambda x: tf.keras.layers.MaxPooling2D((1, 2), 1, "same")(x[None, ..., None])[0, ..., 0],
        "padding.same.lower": lambda x, k: layer(k, padding="same_lower")(x[None, ..., None])[0, ..., 0],
        "padding.asymmetric": lambda x, k: layer(k, padding=[[1, 0], [2, 0]])(x[None, ..., None])[0, ..., 0],
        "padding.order": lambda x: tf.keras.layers.ZeroPadding2D(((1, 2), (3, 4)))(x[None, ..., None])[0, ..., 0],
        "padding.negative": lambda x: tf.keras.layers.ZeroPadding2D(-1)(x[None, ..., None])[0, ..., 0],
    },
    "tf.keras.ops": {
        "padding.default": lambda x, k: tf.keras.ops.conv(x[None, ..., None], k[..., None, None])[0, ..., 0],
    },
    "tf.nn.pool": {
        "padding.default.pool": lambda x: tf.nn.pool(x[None, ..., None], (3, 3), "MAX", (1, 1))[0, ..., 0],
    },
    "tf": {
        "padding.order": lambda x: tf.pad(x, [[1, 2], [3, 4]]),
        "padding.modes": lambda x: accepted(MODES, lambda mode: tf.pad(x, [[1, 1], [1, 1]], mode)),
        "padding.reflect": lambda x: tf.pad(x, [[0, 0], [2, 2]], "reflect"),
        "padding.negative": lambda x: tf.pad(x, [[-1, -1], [-1, -1]]),
    },
}


@probe("padding.integer", "tf.nn")
def integer_padding(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding=1)[0, ..., 0]


@probe("padding.same", "tf.nn")
def same(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="SAME")[0, ..., 0]


@probe("padding.same.stride", "tf.nn")
def same_stride(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=(1, 2), padding="SAME")[0, ..., 0]


@probe("padding.same.pool.stride", "tf.keras")
def same_pool_stride_layer(x):
    return tf.keras.layers.MaxPooling2D((1, 3), (1, 2), "same")(x[None, ..., None])[0, ..., 0]


@probe("padding.same.lower", "tf.nn")
def same_lower(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="SAME_LOWER")[0, ..., 0]


@probe("padding.asymmetric", "tf.nn")
def asymmetric(x, k):
    pads = [[0, 0], [1, 0], [2, 0], [0, 0]]
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding=pads)[0, ..., 0]


@probe("padding.asymmetric.pool", "tf.nn")
def asymmetric_pool(x):
    return tf.nn.max_pool2d(x[None, ..., None], 2, 1, [[0, 0], [1, 0], [1, 0], [0, 0]])[0, ..., 0]


@probe("padding.asymmetric.pool", "tf.keras")
def asymmetric_pool_layer(x):
    return tf.keras.layers.MaxPooling2D(2, 1, [[1, 0], [1, 0]])(x[None, ..., None])[0, ..., 0]


@probe("padding.reflect.gradient", "tf")
def reflect_gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.pad(x, [[0, 0], [2, 2]], "reflect")
    return tape.gradient(y, x)
