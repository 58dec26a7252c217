"""Pooling in JAX, by its default calls.

`lax.reduce_window` has a window size for every axis, so it takes an image (H, W) as it is.
"""

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from backends.contract import probe

PROBES = {
    "jax.lax": {
        "pool.stride": lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 2)),
        "pool.size": lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID"),
        "pool.nan": lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID"),
    },
    "flax.nnx": {
        "pool.stride": lambda x: nnx.max_pool(x[None, ..., None], (2, 2))[0, ..., 0],
        "pool.size": lambda x: nnx.max_pool(x[None, ..., None], (2, 2), (2, 2))[0, ..., 0],
        "pool.ceil": lambda x: nnx.max_pool(x[None, ..., None], (1, 2), (1, 2), ceil_mode=True)[0, ..., 0],
        "pool.average.padding": lambda x: nnx.avg_pool(x[None, ..., None], (3, 3), padding="SAME")[0, ..., 0],
        "pool.average.overhang": lambda x: nnx.avg_pool(x[None, ..., None], (1, 2), (1, 2), "SAME")[0, ..., 0],
        "pool.max.padding": lambda x: nnx.max_pool(x[None, ..., None], (3, 3), padding=((1, 1), (1, 1)))[0, ..., 0],
        "pool.ties": lambda x: jax.grad(lambda x: nnx.max_pool(x[None, ..., None], (2, 3)).sum())(x),
        "pool.nan": lambda x: nnx.max_pool(x[None, ..., None], (2, 2), (2, 2))[0, ..., 0],
    },
    "flax.nnx, SAME": {
        "pool.ceil": lambda x: nnx.max_pool(x[None, ..., None], (1, 2), (1, 2), "SAME")[0, ..., 0],
    },
    "jax.numpy": {
        "pool.ties": lambda x: jax.grad(jnp.max)(x),
        "pool.global": lambda x: x.transpose(1, 2, 0)[None].mean((1, 2)),  # JAX has no operator for it
    },
}


@probe("pool.ceil.empty", "flax.nnx")
def pool_ceil_empty(x):
    return nnx.max_pool(x[None, ..., None], (1, 2), (1, 2), ((0, 0), (1, 1)), ceil_mode=True)[0, ..., 0]


@probe("pool.max.padding", "jax.lax, from 0")
def max_padding(x):
    # the padding holds the number from which the maximum starts; 0 is right for a sum, and wrong here
    return lax.reduce_window(x, 0.0, lax.max, (3, 3), (1, 1), ((1, 1), (1, 1)))


@probe("pool.ties", "jax.lax")
def ties(x):
    return jax.grad(lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 3), (1, 1), "VALID").sum())(x)
