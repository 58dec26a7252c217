"""tf.nn.conv2d_transpose, compiled by XLA, ends the process in XLA's compiler for some shapes (SIGABRT).

An image of 4 x 3 with a zero between its pixels is 7 x 5, and a kernel of 2 x 4 gives 6 x 2. In columns the kernel is
larger than the image, and XLA lets the two change places. The rows it leaves as they are: two taps beside a spread of 2
may be a way to write groups. They are not, as the image has other than two rows, and then the shapes do not fit.
Without jit_compile the same call gives the image.

Upstream: none found
Shows as: SIGABRT
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
x, w = tf.ones((1, 4, 3, 1)), tf.ones((2, 4, 1, 1))


def transposed(x):
    return tf.nn.conv2d_transpose(x, w, (1, 6, 2, 1), strides=2, padding=[[0, 0], [1, 1], [3, 3], [0, 0]])


print("eager   ", transposed(x).shape)
print("expected", (1, 6, 2, 1), flush=True)
found = tf.function(transposed, jit_compile=True)(x)
print("found   ", found.shape)
assert found.shape == (1, 6, 2, 1)
