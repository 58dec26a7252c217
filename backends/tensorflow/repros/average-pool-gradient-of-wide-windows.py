"""The gradient of tf.nn.avg_pool2d with SAME is wrong where the window is wider than the image, in float64.

A window of 5 at every of 4 pixels: the first one begins 2 pixels before the image, so that it sees pixels 0, 1 and 2,
each of which has 1/3 of its mean. Its gradient is spread over 4 pixels instead: the last one gets some of it, and gets
it from all the other windows too. For pixels 0 and 3, which the same number of windows sees, the sums differ.

Upstream: tensorflow/tensorflow#48773
Shows as: AssertionError
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # the same without oneDNN

import tensorflow as tf

print("tensorflow", tf.__version__)
x = tf.zeros([1, 1, 4, 1], tf.float64)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.nn.avg_pool2d(x, ksize=[1, 5], strides=1, padding="SAME")
found = [round(value, 2) for value in tape.gradient(y, x, tf.ones_like(y)).numpy().astype(float).ravel().tolist()]
expected = [0.83, 1.17, 1.17, 0.83]  # 1/3 + 1/4 + 1/4, and 1/3 more
print("found   ", found)
print("expected", expected)
assert found == expected
