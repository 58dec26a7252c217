"""Eager tf.nn.max_pool2d with oneDNN ends the process when the window is too wide by a stride (SIGFPE).

A window of 3 columns does not fit an image of 2. That should be an error that can be caught, as it is if the window
is one column wider. Its width exceeds the image by the stride, 1: the size of the result, (2 - 3 + 1) / 1 columns,
is 0 and not negative, passes the check, and oneDNN's kernel divides by it.

Upstream: tensorflow/tensorflow#88481
Shows as: SIGFPE
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import tensorflow as tf

print("tensorflow", tf.__version__)
print("expected an InvalidArgumentError or ValueError, or no columns", flush=True)
try:
    found = tf.nn.max_pool2d(tf.ones([1, 2, 2, 1]), ksize=[1, 3], strides=1, padding="VALID")
except (ValueError, tf.errors.InvalidArgumentError) as error:
    print("refused ", error)
else:
    print("found    shape", found.shape)
    assert found.shape == (1, 2, 0, 1)
