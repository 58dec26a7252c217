"""tf.nn.max_pool2d of nothing but -inf gives the lowest finite number.

The maximum of -inf and -inf is -inf, as tf.reduce_max has it. Here it is -3.4028235e+38, because the search starts
from that number. Scores that were masked with -inf come out finite.

Upstream: none found
Shows as: AssertionError
"""

import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # the same without oneDNN

import tensorflow as tf

print("tensorflow", tf.__version__)
x = tf.fill([1, 2, 2, 1], float("-inf"))
found = tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")
print("found   ", found.numpy().item())
print("expected", tf.reduce_max(x).numpy().item())
assert found.numpy().item() == float("-inf")
