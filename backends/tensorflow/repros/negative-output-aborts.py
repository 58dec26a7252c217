"""tf.nn.conv2d_transpose with oneDNN ends the process when output_shape is negative (SIGABRT).

A negative size is a mistake of the caller, and should be an error that can be caught, as it is without oneDNN.
With oneDNN a tensor of that shape is made before anything has looked at it, and a check ends the process.

Upstream: tensorflow/tensorflow#57715
Shows as: SIGABRT
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import tensorflow as tf

print("tensorflow", tf.__version__)
print("expected an InvalidArgumentError or ValueError", flush=True)
x, w = tf.ones([1, 2, 2, 1]), tf.ones([2, 2, 1, 1])
try:
    found = tf.nn.conv2d_transpose(x, w, output_shape=[1, -1, 3, 1], strides=1, padding="VALID")
except (ValueError, tf.errors.InvalidArgumentError) as error:
    print("refused ", error)
else:
    raise AssertionError(f"accepted, and gave the shape {found.shape}")
