"""Compiled by XLA, tf.nn.conv2d_transpose with a crop as wide as its kernel, and none opposite, is wrong (CPU).

The same without XLA is right. For a crop of 1 and 1 rows, 2 and 0 columns, and a kernel of 2 x 2, XLA convolves the
image cropped by a column on the left, and padded by one on the right. That column should be zeros; XLA reads on,
into the next row, and behind the last row into whatever is there.

Upstream: openxla/xla#48713
Shows as: AssertionError
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
x, w = tf.ones([1, 5, 3, 2]), tf.ones([2, 2, 2, 2])


def scatter(x, w):
    pads = [[0, 0], [1, 1], [2, 0], [0, 0]]
    return tf.nn.conv2d_transpose(x, w, output_shape=[1, 4, 2, 2], strides=1, padding=pads)[0, :, :, 0]


found, expected = tf.function(scatter, jit_compile=True)(x, w), scatter(x, w)
print("found   ", found.numpy().tolist())
print("expected", expected.numpy().tolist())
assert tf.reduce_all(found == expected)
