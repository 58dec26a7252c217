"""Eager tf.nn.conv2d with oneDNN returns an empty batch in the shape of the image, not of the result.

No images (0, 4, 5, 3) with seven kernels of 2 x 2 should give no results, (0, 3, 4, 7), as they do without oneDNN
and in the shape that a tf.function infers. With oneDNN the result is (0, 4, 5, 3): whatever follows, adding a bias
of 7 channels for example, fails.

Upstream: tensorflow/tensorflow#127835
Shows as: AssertionError
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import tensorflow as tf

print("tensorflow", tf.__version__)
found = tf.nn.conv2d(tf.ones([0, 4, 5, 3]), tf.ones([2, 2, 3, 7]), strides=1, padding="VALID")
print("found    shape", found.shape)
print("expected shape (0, 3, 4, 7)")
assert found.shape == (0, 3, 4, 7)
