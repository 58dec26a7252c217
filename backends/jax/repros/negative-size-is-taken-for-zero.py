"""jax.image.resize to a negative size gives an empty image instead of an error.

No array has -4 rows: jnp.zeros refuses the shape, and so did jax.image.resize in 0.4.38 (TypeError: iota shape must
have every element be nonnegative). Now the result has the shape (0, 5), which is not what was asked for, so that a
mistake in computing the size shows late.

Upstream: none found
Shows as: AssertionError
"""

import jax
import jax.numpy as jnp

print("jax", jax.__version__)
print("expected a TypeError or ValueError")
try:
    found = jax.image.resize(jnp.ones((4, 5)), (-4, 5), "nearest")
except (TypeError, ValueError) as error:
    print("refused ", error)
else:
    print("found    shape", found.shape)
    assert found.shape == (-4, 5)
