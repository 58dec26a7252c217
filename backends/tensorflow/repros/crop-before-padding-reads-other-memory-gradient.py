"""Compiled by XLA, the gradient of tf.nn.conv2d with a pad as wide as its kernel, and none opposite, is wrong (CPU).

The same gradient without XLA is right. For padding of 1 and 1 rows, 2 and 0 columns, and a kernel of 2 x 2, XLA
convolves the cotangent cropped by a column on the left, and padded by one on the right. That column should be zeros;
XLA reads on, into the next row, and behind the last row into whatever is there.

Upstream: openxla/xla#48713
Shows as: AssertionError
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
x, w = tf.ones([1, 3, 3, 2]), tf.ones([2, 2, 2, 2])


def gradient(x, w):
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(tf.nn.conv2d(x, w, strides=1, padding=[[0, 0], [1, 1], [2, 0], [0, 0]]))
    return tape.gradient(total, x)[0, :, :, 0]


found, expected = tf.function(gradient, jit_compile=True)(x, w), gradient(x, w)
print("found   ", found.numpy().tolist())
print("expected", expected.numpy().tolist())
assert tf.reduce_all(found == expected)
