"""The gradient of ResizeBilinear compiled by XLA goes to the next pixel in some columns.

Places that are whole numbers are pixels themselves: their whole gradient belongs to that pixel. XLA computes twice at
which pixel a place begins, as in ResizeBilinear itself, and on a processor with fused multiply-add the two disagree
by a pixel. XLA_FLAGS=--xla_cpu_max_isa=AVX, which has no such instruction, is right.

Upstream: tensorflow/tensorflow#118467
Shows as: AssertionError
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
x = tf.reshape(tf.range(4.0), [1, 1, 4, 1])
cotangent = tf.reshape(tf.one_hot(4, 12), [1, 1, 12, 1])  # the place that is pixel 1


def gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.raw_ops.ResizeBilinear(images=x, size=[1, 12], half_pixel_centers=True)
    return tape.gradient(y, x, cotangent)


found = tf.function(gradient, jit_compile=True)(x)
expected = gradient(x)
print("found   ", found[0, 0, :, 0].numpy())
print("expected", expected[0, 0, :, 0].numpy())
assert tf.reduce_max(abs(found - expected)) < 1e-5
