"""The gradient of tf.image.resize, bilinear, for an image in float16 is noise when it is compiled by XLA.

ResizeBilinear of float16 gives float32, and so its gradient is added up in float32. Compiled, that memory is handed
over as if it held float16: every number is one half of a float32, 4.0 becomes 0 and 2.25. In bfloat16 likewise, where
numbers up to 1e37 come out; in float32, and without jit_compile, the gradient is right.

Upstream: none found
Shows as: AssertionError
"""

import tensorflow as tf

print("tensorflow", tf.__version__)


def gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.image.resize(x, (6, 8), "bilinear")
    return tape.gradient(y, x)


x = tf.ones((1, 3, 4, 1), tf.float16)
expected = gradient(x)
found = tf.function(gradient, jit_compile=True)(x)
print("expected", expected.numpy().ravel().tolist())
print("found   ", found.numpy().ravel().tolist())
assert (found.numpy() == expected.numpy()).all()
