"""ResizeBilinear compiled by XLA takes the next pixel in some columns: 0 1 2 3 by 3 has 2 in the place of a 1.

Places that are whole numbers are pixels themselves. For each place XLA computes twice at which pixel it begins to
read, once for the pixels and once for their weights; on a processor with fused multiply-add the two are compiled
differently and disagree by a pixel. XLA_FLAGS=--xla_cpu_max_isa=AVX, which has no such instruction, is right. Other
factors (5, 7) and tf.image.resize do the same.

Upstream: tensorflow/tensorflow#118467
Shows as: AssertionError
"""

import tensorflow as tf

print("tensorflow", tf.__version__)
x = tf.reshape(tf.range(4.0), [1, 1, 4, 1])


def resize(x):
    return tf.raw_ops.ResizeBilinear(images=x, size=[1, 12], half_pixel_centers=True)


found = tf.function(resize, jit_compile=True)(x)
expected = resize(x)
print("found   ", found[0, 0, :, 0].numpy())
print("expected", expected[0, 0, :, 0].numpy())
assert tf.reduce_max(abs(found - expected)) < 1e-5
