"""tf.nn.max_pool2d drops NaN.

The maximum of numbers with a NaN among them should be NaN, as tf.reduce_max has it, and as other frameworks pool.
Here NaN is passed over, and a window of nothing but NaN gives the lowest finite number. A network that has begun
to compute NaN goes on as if all were well.

Upstream: tensorflow/tensorflow#2501
Shows as: AssertionError
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # the same without oneDNN

import tensorflow as tf

print("tensorflow", tf.__version__)
nan = float("nan")
x = tf.reshape([1.0, nan, nan, nan], [1, 1, 4, 1])
found = tf.nn.max_pool2d(x, ksize=[1, 2], strides=[1, 2], padding="VALID")
expected = tf.reduce_max(tf.reshape(x, [1, 1, 2, 2, 1]), axis=3)
print("found   ", found[0, 0, :, 0].numpy())
print("expected", expected[0, 0, :, 0].numpy())
assert tf.reduce_all(tf.math.is_nan(found))
