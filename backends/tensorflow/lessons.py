"""The calls of the lessons in TensorFlow: what one writes first, and what is right. Images NHWC, kernels HWIO."""

import tensorflow as tf

TENSOR = tf.constant  # how a notebook makes an input
LAYOUTS = {"image": "NHWC", "kernel": "HWIO", "transposed kernel": "HWOI"}

CALLS = {
    "same-with-stride": {
        "its own word": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding="SAME"),
        "padding=1": lambda x, w: tf.nn.conv2d(x, w, strides=2, padding=[[0, 0], [1, 1], [1, 1], [0, 0]]),
        "padded before": lambda x, w: tf.nn.conv2d(
            tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]), w, strides=2, padding="VALID"
        ),
    },
}
