"""jax.lax.conv_general_dilated in float64 lets NaN of one channel into the outputs of other channels.

With feature_group_count equal to the number of channels, each output depends on one channel. In float64 XLA on the CPU
makes one convolution without groups of it, with zeros in the kernel for all other channels; 0 times NaN, and 0 times
infinity, is NaN. In float32, float16 and bfloat16, and with two channels in a group, channels stay apart. It also takes
as many times more products as there are channels.

Upstream: none found
Shows as: AssertionError
"""

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
print("jax", jax.__version__)


def second_channel(dtype):
    x = jnp.ones((1, 2, 4, 4), dtype).at[0, 0, 1, 1].set(jnp.inf)
    w = jnp.ones((2, 1, 3, 3), dtype)
    return jax.lax.conv_general_dilated(x, w, (1, 1), "VALID", feature_group_count=2)[0, 1].tolist()


print("float32 ", second_channel(jnp.float32))
print("float64 ", second_channel(jnp.float64))
print("expected", [[9.0, 9.0], [9.0, 9.0]])
assert second_channel(jnp.float64) == [[9.0, 9.0], [9.0, 9.0]]
