"""Pooling, transposed convolution and resizing by JAX's own default calls.

`lax.reduce_window` has a window size for every axis, so it takes an image (H, W) as it is.
`lax.conv_transpose` is NHWC.
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


@probe("pool.size", "flax.nnx")
def pool_size_flax(x):
    return nnx.max_pool(x[None, ..., None], (2, 2), (2, 2))[0, ..., 0]


@probe("pool.ceil", "flax.nnx")
def pool_ceil(x):
    return nnx.max_pool(x[None, ..., None], (1, 2), (1, 2), ceil_mode=True)[0, ..., 0]


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
    return jax.grad(lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID").sum())(x)


@probe("pool.ties", "jax.numpy")
def ties_max(x):
    return jax.grad(jnp.max)(x)


@probe("pool.nan", "jax.lax")
def pool_nan(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID")


@probe("pool.global", "jax.numpy")
def pool_global(x):
    return x.transpose(1, 2, 0)[None].mean((1, 2))  # there is no operator for it


@probe("transposed.flip", "jax.lax")
def transposed_flip(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1), "VALID")[0, ..., 0]


@probe("transposed.default", "jax.lax")
def transposed_default(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1))[0, ..., 0]


@probe("transposed.default", "flax.nnx")
def transposed_default_layer(x, k):
    layer = nnx.ConvTranspose(1, 1, (1, 3), kernel_init=lambda *_: k[..., None, None], rngs=nnx.Rngs(0))
    return layer(x[None, ..., None])[0, ..., 0]


@probe("transposed.same", "jax.lax")
def transposed_same(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 2), "SAME")[0, ..., 0]


@probe("transposed.valid", "jax.lax")
def transposed_valid(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 3), "VALID")[0, ..., 0]


@probe("transposed.padding", "jax.lax")
def transposed_padding(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1), [(0, 0), (1, 1)])[0, ..., 0]


@probe("transposed.output-padding", "jax.lax")
def transposed_output_padding(x, k):
    x, k = x[None, ..., None], k[..., None, None]
    return lax.conv_transpose(x, k, (1, 2), [(0, 0), (1, 1)], output_padding=(0, 1))[0, ..., 0]


@probe("transposed.asymmetric", "jax.lax")
def transposed_asymmetric(x, k):
    return lax.conv_transpose(x[None, ..., None], k[..., None, None], (1, 1), [(0, 0), (1, 0)])[0, ..., 0]


@probe("transposed.groups", "jax.lax")
def transposed_groups(x, w):
    x, w = x.reshape(1, 1, 1, 2), w.reshape(1, 1, 1, 2)
    return lax.conv_transpose(x, w, (1, 1), "VALID", feature_group_count=2).ravel()


@probe("transposed.dilation", "jax.lax")
def transposed_dilation(x, k):
    x, k = x[None, ..., None], k[..., None, None]
    return lax.conv_transpose(x, k, (1, 2), "VALID", rhs_dilation=(1, 2))[0, ..., 0]


@probe("resize.nearest", "jax.image")
def resize_nearest(x):
    return jax.image.resize(x, (1, 5), "nearest")


@probe("resize.bilinear", "jax.image")
def resize_bilinear(x):
    return jax.image.resize(x, (1, 8), "bilinear")


@probe("resize.antialias", "jax.image")
def resize_smaller(x):
    return jax.image.resize(x, (1, 4), "bilinear")


@probe("resize.cubic", "jax.image")
def resize_cubic(x):
    return jax.image.resize(x, (1, 8), "bicubic")


@probe("resize.method", "jax.image")
def resize_method(x):
    return jax.image.resize(x, (1, 4))
