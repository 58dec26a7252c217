"""Eager tf.nn.conv2d with oneDNN ends the process when the image has 3 axes (SIGABRT).

A forgotten batch axis should be an error that can be caught: without oneDNN, or in float64, it is an
InvalidArgumentError. In float32 with oneDNN a check fails that ends the process.

Upstream: tensorflow/tensorflow#111453
Shows as: SIGABRT
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import tensorflow as tf

print("tensorflow", tf.__version__)
print("expected an InvalidArgumentError or ValueError", flush=True)
try:
    found = tf.nn.conv2d(tf.ones([4, 4, 1]), tf.ones([2, 2, 1, 1]), strides=1, padding="VALID")
except (ValueError, tf.errors.InvalidArgumentError) as error:
    print("refused ", error)
else:
    raise AssertionError(f"accepted, and gave the shape {found.shape}")
