"""A convolution with bias and relu makes 0 of NaN when it is traced by tf.function, with oneDNN.

The relu of NaN is NaN, and eagerly it is. In a graph Grappler makes one operator of the three, whose relu in oneDNN
is x > 0 ? x : 0. Without oneDNN, and with the option remapping switched off, NaN stays. A network that has begun to
compute NaN goes on as if all were well.

Upstream: none found
Shows as: AssertionError
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import tensorflow as tf

print("tensorflow", tf.__version__)
layer = tf.keras.layers.Conv2D(6, 5, activation="relu", padding="same")
x = tf.tensor_scatter_nd_update(tf.ones([4, 28, 28, 1]), [[0, 14, 14, 0]], [float("nan")])
expected = int(tf.reduce_sum(tf.cast(tf.math.is_nan(layer(x)), tf.int32)))
found = int(tf.reduce_sum(tf.cast(tf.math.is_nan(tf.function(layer)(x)), tf.int32)))
print("found   ", found, "numbers that are NaN")
print("expected", expected)
assert found == expected
