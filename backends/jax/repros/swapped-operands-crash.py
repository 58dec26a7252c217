"""jax.lax.conv_general_dilated with lhs_dilation ends the process in XLA's compiler for some shapes (SIGABRT).

An image of 4 x 3 with a zero between its pixels is 7 x 5, and a kernel of 2 x 4 gives 6 x 2. In columns the kernel is
larger than the image, and XLA lets the two change places. The rows it leaves as they are: two taps beside
lhs_dilation=2 may be a way to write groups. They are not, as the image has other than two rows, and then the shapes do
not fit. SwapConvolutionOperandsIfBeneficial compares the taps with the dilation, not with the size of the image.
Transposed convolutions with stride 2, their gradients, and gradients of convolutions with stride 2 come by it.

Upstream: none found
Shows as: SIGABRT
"""

import jax
import jax.numpy as jnp

print("jax", jax.__version__)
x, w = jnp.ones((1, 1, 4, 3)), jnp.ones((1, 1, 2, 4))
print("expected an array of shape (1, 1, 6, 2)", flush=True)
y = jax.lax.conv_general_dilated(x, w, window_strides=(1, 1), padding=((0, 0), (0, 0)), lhs_dilation=(2, 2))
print("found   ", y.shape)
assert y.shape == (1, 1, 6, 2)
