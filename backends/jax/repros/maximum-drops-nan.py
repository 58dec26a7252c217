"""jax.lax.reduce_window, compiled, drops NaN in arrays of 4096 numbers or more.

The maximum of numbers with a NaN among them should be NaN, as it is in smaller arrays, and as jnp.maximum has it. XLA
hands large reductions to YNNPACK on the CPU (ynn_fusion in the compiled program), whose maximum passes NaN over. A
network that has begun to compute NaN goes on as if all were well, once its images are large enough.

Upstream: none found
Shows as: AssertionError
"""

import jax
import jax.numpy as jnp

print("jax", jax.__version__)


@jax.jit
def pool(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (2, 2), (2, 2), "VALID")


small = jnp.ones((62, 62)).at[0, 0].set(jnp.nan)
large = jnp.ones((64, 64)).at[0, 0].set(jnp.nan)
print("62 x 62 ", pool(small)[0, 0])
print("found   ", pool(large)[0, 0])
print("expected", float("nan"))
assert jnp.isnan(pool(small)[0, 0])
assert jnp.isnan(pool(large)[0, 0])
