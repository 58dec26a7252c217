"""tf.nn.max_pool2d compiled by XLA: the maximum of a window of nothing but NaN is -inf.

It should be NaN, as tf.reduce_max has it. NaN beside numbers is passed over as well; without jit_compile a window of
nothing but NaN gives the lowest finite number.

Upstream: tensorflow/tensorflow#2501
Shows as: AssertionError
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
nan = float("nan")
x = tf.reshape([1.0, 2.0, nan, nan], [1, 1, 4, 1])


@tf.function(jit_compile=True)
def pool(x):
    return tf.nn.max_pool2d(x, ksize=[1, 2], strides=[1, 2], padding="VALID")


found = pool(x)
expected = tf.reduce_max(tf.reshape(x, [1, 1, 2, 2, 1]), axis=3)
print("found   ", found[0, 0, :, 0].numpy())
print("expected", expected[0, 0, :, 0].numpy())
assert tf.math.is_nan(found[0, 0, 1, 0])
