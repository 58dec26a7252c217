"""The gradient of a convolution with a pad as wide as its kernel, and none opposite, reads other memory (CPU).

The same convolution of an image that was padded before is right. As gradient of padding=((1, 1), (2, 0)) with a
kernel of 2 x 2 XLA convolves the cotangent cropped by a column on the left, and padded by one on the right. That
column should be zeros; XLA reads on, into the next row, and behind the last row into whatever is there. So it is in
float32 with 2 to 16 channels; float64 is right.

Upstream: openxla/xla#48713
Shows as: AssertionError
"""

import jax
import jax.numpy as jnp

print("jax", jax.__version__)
PADS = ((1, 1), (2, 0))
x, w = jnp.ones((1, 2, 3, 3)), jnp.ones((2, 2, 2, 2))


def padded_within(x):
    return jax.lax.conv_general_dilated(x, w, window_strides=(1, 1), padding=PADS).sum()


def padded_before(x):
    x = jnp.pad(x, ((0, 0), (0, 0), *PADS))
    return jax.lax.conv_general_dilated(x, w, window_strides=(1, 1), padding="VALID").sum()


found, expected = jax.grad(padded_within)(x), jax.grad(padded_before)(x)
print("found   ", found[0, 0].tolist())
print("expected", expected[0, 0].tolist())
assert (found == expected).all()
