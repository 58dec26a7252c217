"""softmax of a row with a NaN is NaN there, and 0 beside it.

Every share is a part of a sum with the NaN in it, so all of them should be NaN, as tf.nn.log_softmax has it, and NumPy,
torch and JAX. The zeros look like confident predictions.

Upstream: none found
Shows as: AssertionError
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
x = tf.constant([[1.0, float("nan"), 2.0]])
found = tf.nn.softmax(x)
print("found                  ", found.numpy())
print("expected as log_softmax", tf.nn.log_softmax(x).numpy())
assert tf.reduce_all(tf.math.is_nan(found))
