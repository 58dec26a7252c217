"""Eager tf.nn.conv2d with oneDNN returns memory that was never written, where no window fits the image.

A kernel 3 rows high does not fit an image of 2 rows. That should be an error, as it is in a tf.function, or at least
an empty result, as it is without oneDNN: (1, 0, 4, 5). With oneDNN an array of the image's own shape comes back,
(1, 2, 4, 3): with other channels than the kernel has, and with whatever was in memory for values.

Upstream: tensorflow/tensorflow#127835
Shows as: AssertionError
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import tensorflow as tf

print("tensorflow", tf.__version__)
try:
    found = tf.nn.conv2d(tf.ones([1, 2, 4, 3]), tf.ones([3, 1, 3, 5]), strides=1, padding="VALID")
except tf.errors.InvalidArgumentError as error:
    print("refused ", error.message)
else:
    print("found    shape", found.shape, "with values like", found.numpy().flat[0])
    print("expected an error, or shape (1, 0, 4, 5)")
    assert found.shape == (1, 0, 4, 5)
