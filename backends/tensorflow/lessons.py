"""The calls of the lessons in TensorFlow: what one writes first, and what is right. Images NHWC, kernels HWIO."""

import tensorflow as tf

TENSOR = tf.constant  # how a notebook makes an input
LAYOUTS = {"image": "NHWC", "kernel": "HWIO", "transposed kernel": "HWOI"}


EDGES = [[0, 0], [1, 1], [1, 1], [0, 0]]


def mean_of_sums(x, inside):
    """Means over the pixels that are there: the sum of each window by the sum of ones in it."""
    return tf.nn.avg_pool2d(x, 2, 2, "VALID") / tf.nn.avg_pool2d(inside, 2, 2, "VALID")


CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding="SAME"),
        "padding=1": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding=[[0, 0], [1, 1], [1, 1], [0, 0]]),
        "padded before": lambda x, w: tf.nn.conv2d(
            tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]), w, strides=2, padding="VALID"
        ),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: tf.nn.conv2d(x, w, strides=1, padding="VALID"),
    },
    "stride-and-dilation": {
        "the function": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding="VALID", dilations=2),
        "the layer": lambda x, w: tf.keras.layers.Conv2D(1, 2, strides=2, dilation_rate=2)(x),
        "every second output": lambda x, w: tf.nn.conv2d(x, w, strides=1, padding="VALID", dilations=2)[:, ::2, ::2],
        "without dilation": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding="VALID"),
    },
    "pooling": {
        "by default": lambda x: tf.nn.avg_pool2d(x, 2, 2, padding=[[0, 0], [1, 1], [1, 1], [0, 0]]),
        "pixels seen alone": lambda x: mean_of_sums(tf.pad(x, EDGES), tf.pad(tf.ones_like(x), EDGES)),
        "all places": lambda x: tf.nn.avg_pool2d(tf.pad(x, EDGES), 2, 2, padding="VALID"),
    },
    "transposed-convolution": {
        "by default": lambda x, w: tf.nn.conv2d_transpose(x, w, [1, 4, 4, 1], strides=2, padding="VALID"),
    },
    "upsampling": {
        "bilinear": lambda x: tf.image.resize(x, (4, 4), "bilinear"),
        "corners aligned": lambda x: tf.compat.v1.image.resize_bilinear(x, (4, 4), align_corners=True),
        "nearest": lambda x: tf.image.resize(x, (4, 4), "nearest"),
    },
}
