"""Pooling in JAX, by its default calls.

`lax.reduce_window` has a window size for every axis, so it takes an image (H, W) as it is.
"""

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from backends.contract import probe


@probe("pool.stride", "jax.lax")
def pool_stride(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (2, 2))


@probe("pool.stride", "flax.nnx")
def pool_stride_flax(x):
    return nnx.max_pool(x[None, ..., None], (2, 2))[0, ..., 0]


@probe("pool.size", "jax.lax")
def pool_size(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID")


@probe("pool.size", "flax.nnx")
def pool_size_flax(x):
    return nnx.max_pool(x[None, ..., None], (2, 2), (2, 2))[0, ..., 0]


@probe("pool.ceil", "flax.nnx")
def pool_ceil(x):
    return nnx.max_pool(x[None, ..., None], (1, 2), (1, 2), ceil_mode=True)[0, ..., 0]


@probe("pool.ceil", "flax.nnx, SAME")
def pool_ceil_same(x):
    return nnx.max_pool(x[None, ..., None], (1, 2), (1, 2), "SAME")[0, ..., 0]


@probe("pool.ceil.empty", "flax.nnx")
def pool_ceil_empty(x):
    return nnx.max_pool(x[None, ..., None], (1, 2), (1, 2), ((0, 0), (1, 1)), ceil_mode=True)[0, ..., 0]


@probe("pool.average.padding", "flax.nnx")
def average_padding(x):
    return nnx.avg_pool(x[None, ..., None], (3, 3), padding="SAME")[0, ..., 0]


@probe("pool.average.overhang", "flax.nnx")
def average_overhang(x):
    return nnx.avg_pool(x[None, ..., None], (1, 2), (1, 2), "SAME")[0, ..., 0]


@probe("pool.max.padding", "jax.lax, from 0")
def max_padding(x):
    # the padding holds what the maximum starts from, which must be given: 0 is what one writes for a sum
    return lax.reduce_window(x, 0.0, lax.max, (3, 3), (1, 1), ((1, 1), (1, 1)))


@probe("pool.max.padding", "flax.nnx")
def max_padding_flax(x):
    return nnx.max_pool(x[None, ..., None], (3, 3), padding=((1, 1), (1, 1)))[0, ..., 0]


@probe("pool.ties", "jax.lax")
def ties(x):
    return jax.grad(lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 3), (1, 1), "VALID").sum())(x)


@probe("pool.ties", "jax.numpy")
def ties_max(x):
    return jax.grad(jnp.max)(x)


@probe("pool.ties", "flax.nnx")
def ties_flax(x):
    return jax.grad(lambda x: nnx.max_pool(x[None, ..., None], (2, 3)).sum())(x)


@probe("pool.nan", "jax.lax")
def pool_nan(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID")


@probe("pool.nan", "flax.nnx")
def pool_nan_flax(x):
    return nnx.max_pool(x[None, ..., None], (2, 2), (2, 2))[0, ..., 0]


@probe("pool.global", "jax.numpy")
def pool_global(x):
    return x.transpose(1, 2, 0)[None].mean((1, 2))  # there is no operator for it
