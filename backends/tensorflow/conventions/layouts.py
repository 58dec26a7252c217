"""Layouts of images and kernels in TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe
from spec.questions.words import takes


def ones(**options):
    """A layer from two channels to one whose 1x1 kernel is all ones."""
    return tf.keras.layers.Conv2D(1, 1, kernel_initializer="ones", **options)


PROBES = {
    "tf.keras": {
        "layout.default": lambda x: tf.reshape(ones()(x), (2, 2)),
        "layout.channels-last": lambda x: tf.reshape(ones(data_format="channels_last")(x), (2, 2)),
        "layout.channels-first": lambda x: tf.reshape(ones(data_format="channels_first")(x), (2, 2)),
        "layout.noticed": lambda x: tf.reshape(ones()(x[None]), -1),
        "layout.pool": lambda x: tf.keras.layers.MaxPooling2D(2)(x),
        "layout.pool.channels-last": lambda x: tf.keras.layers.MaxPooling2D(2, data_format="channels_last")(x),
        "layout.pool.channels-first": lambda x: tf.keras.layers.MaxPooling2D(2, data_format="channels_first")(x),
        "layout.flatten": lambda x: tf.keras.layers.Flatten()(tf.transpose(x, (1, 2, 0))[None])[0],
        "layout.dense": lambda x, w: tf.keras.layers.Dense(2, kernel_initializer=lambda *_, **__: w)(x[None])[0],
        "layout.dense.axes": lambda x: tf.keras.layers.Dense(1, kernel_initializer="ones")(x),
    },
    "tf.nn": {
        "layout.pool": lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"),
        "layout.pool.channels-last": lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID", data_format="NHWC"),
        "layout.pool.channels-first": lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID", data_format="NCHW"),
    },
}


@probe("layout.default", "tf.nn")
def layout(x):
    return tf.reshape(tf.nn.conv2d(x, tf.ones((1, 1, 2, 1)), strides=1, padding="VALID"), (2, 2))


@probe("layout.channels-last", "tf.nn")
def channels_last(x):
    y = tf.nn.conv2d(x, tf.ones((1, 1, 2, 1)), strides=1, padding="VALID", data_format="NHWC")
    return tf.reshape(y, (2, 2))


@probe("layout.channels-first", "tf.nn")
def channels_first(x):
    y = tf.nn.conv2d(x, tf.ones((1, 1, 2, 1)), strides=1, padding="VALID", data_format="NCHW")
    return tf.reshape(y, (2, 2))


@probe("layout.channels-first", "tf.nn, float64")
def channels_first_double(x):
    x, k = tf.cast(x, tf.float64), tf.ones((1, 1, 2, 1), tf.float64)
    return tf.cast(tf.reshape(tf.nn.conv2d(x, k, strides=1, padding="VALID", data_format="NCHW"), (2, 2)), tf.float32)


@probe("layout.transposed.channels-last", "tf.nn")
def transposed_channels_last(x):
    y = tf.nn.conv2d_transpose(x, tf.ones((1, 1, 1, 2)), (1, 2, 2, 1), 1, "VALID", data_format="NHWC")
    return tf.reshape(y, (2, 2))


@probe("layout.transposed.channels-last", "tf.keras")
def transposed_channels_last_layer(x):
    conv = tf.keras.layers.Conv2DTranspose(1, 1, kernel_initializer="ones", data_format="channels_last")
    return tf.reshape(conv(x), (2, 2))


@probe("layout.transposed.channels-first", "tf.nn")
def transposed_channels_first(x):
    y = tf.nn.conv2d_transpose(x, tf.ones((1, 1, 1, 2)), (1, 1, 2, 2), 1, "VALID", data_format="NCHW")
    return tf.reshape(y, (2, 2))


@probe("layout.transposed.channels-first", "tf.keras")
def transposed_channels_first_layer(x):
    conv = tf.keras.layers.Conv2DTranspose(1, 1, kernel_initializer="ones", data_format="channels_first")
    return tf.reshape(conv(x), (2, 2))


@probe("layout.noticed", "tf.nn")
def noticed(x):
    return tf.reshape(tf.nn.conv2d(x[None], tf.ones((1, 1, 3, 1)), strides=1, padding="VALID"), -1)


@probe("layout.unbatched", "tf.nn")
def unbatched(x, k):
    return tf.nn.conv2d(x[..., None], k[..., None, None], strides=1, padding="VALID")[..., 0]


@probe("layout.unbatched", "tf.keras")
def unbatched_layer(x, k):
    conv = tf.keras.layers.Conv2D(1, 2, kernel_initializer=lambda *_, **__: k[..., None, None])
    return conv(x[..., None])[..., 0]


@probe("layout.kernel", "tf.nn")
def kernel(x, w):
    return tf.nn.conv2d(tf.transpose(x, (1, 2, 0))[None], w, strides=1, padding="VALID")[0, 0, 0]


@probe("layout.kernel", "tf.keras")
def kernel_layer(x, w):
    conv = tf.keras.layers.Conv2D(2, 2, kernel_initializer=lambda *_, **__: w)
    return conv(tf.transpose(x, (1, 2, 0))[None])[0, 0, 0]


@probe("layout.kernel.transposed", "tf.nn")
def kernel_transposed(x, w):
    y = tf.nn.conv2d_transpose(x[None, None, None], w, (1, 2, 2, 2), strides=1, padding="VALID")
    return tf.transpose(y[0], (2, 0, 1))


@probe("layout.kernel.transposed", "tf.keras")
def kernel_transposed_layer(x, w):
    conv = tf.keras.layers.Conv2DTranspose(2, 2, kernel_initializer=lambda *_, **__: w)
    return tf.transpose(conv(x[None, None, None])[0], (2, 0, 1))


@probe("layout.kernel.depthwise", "tf.nn.depthwise_conv2d")
def kernel_depthwise_function():
    shapes = (6, 1, 4, 5), (4, 5, 3, 2), (4, 5, 1, 6)
    return takes(shapes, lambda one: tf.nn.depthwise_conv2d(tf.ones((1, 9, 9, 3)), tf.ones(one), (1, 1, 1, 1), "VALID"))


@probe("layout.kernel.depthwise", "tf.keras.layers.DepthwiseConv2D")
def kernel_depthwise():
    conv = tf.keras.layers.DepthwiseConv2D((4, 5), depth_multiplier=2)
    conv.build((None, None, None, 3))
    return str(conv.kernel.shape)


@probe("layout.kernel.depthwise", "tf.keras.layers.Conv2D")
def kernel_grouped():
    conv = tf.keras.layers.Conv2D(6, (4, 5), groups=3)
    conv.build((None, None, None, 3))
    return str(conv.kernel.shape)


@probe("layout.depthwise.order", "tf.nn.depthwise_conv2d")
def depthwise_order(x, w):
    w = tf.reshape(w, (1, 1, 2, 2))
    return tf.nn.depthwise_conv2d(x[None, None, None], w, strides=(1, 1, 1, 1), padding="VALID")[0, 0, 0]


@probe("layout.depthwise.order", "tf.nn.conv2d")
def grouped_order(x, w):
    return tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")[0, 0, 0]


@probe("layout.depthwise.order", "tf.keras")
def depthwise_order_layer(x, w):
    weights = {"depthwise_initializer": lambda *_, **__: tf.reshape(w, (1, 1, 2, 2))}
    return tf.keras.layers.DepthwiseConv2D(1, depth_multiplier=2, **weights)(x[None, None, None])[0, 0, 0]


@probe("layout.flatten", "tf.keras, channels_first")
def flatten_channels_first(x):
    # this layer puts the channels last before it flattens
    return tf.keras.layers.Flatten(data_format="channels_first")(x[None])[0]
