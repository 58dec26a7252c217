"""A convolution with negative padding at the start of an axis, and positive at its end, reads other memory (CPU).

A kernel of ones cropped by a column on the left, and padded by one on the right, should see a column of zeros there,
as it does if the crop and the pad are made before. XLA reads on, into the next row, and behind the last row into
whatever is there. So it is in float32 with 2 to 16 channels; float64 is right. Transposed convolutions have such
padding where the crop is wider than their kernel less 1.

Upstream: openxla/xla#48713
Shows as: AssertionError
"""

import jax
import jax.numpy as jnp

print("jax", jax.__version__)
x, w = jnp.ones((1, 2, 4, 3)), jnp.ones((2, 2, 2, 2))
found = jax.lax.conv_general_dilated(x, w, window_strides=(1, 1), padding=((0, 0), (-1, 1)))
moved = jnp.pad(x[:, :, :, 1:], ((0, 0), (0, 0), (0, 0), (0, 1)))
expected = jax.lax.conv_general_dilated(moved, w, window_strides=(1, 1), padding="VALID")
print("found   ", found[0, 0].tolist())
print("expected", expected[0, 0].tolist())
assert (found == expected).all()
