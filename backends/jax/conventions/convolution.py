"""Convolution in JAX, by its default calls.

No call is given an argument that could be left out. `spec/questions` says what each probe gets and returns. `lax.conv`
is NCHW and flax is NHWC: an image (H, W) becomes x[None, None] or x[None, ..., None]. A layer of flax gets its weights
from its initializer.
"""

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from backends.contract import probe


def layer(k, **options):
    """A convolutional layer of flax of one channel with the kernel k; its bias is zero."""
    return nnx.Conv(1, 1, k.shape, kernel_init=lambda *_: k[..., None, None], rngs=nnx.Rngs(0), **options)


PROBES = {
    "jax.lax": {
        "conv.flip": lambda x, k: lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0],
        "conv.bias": lambda x, k: lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0],
        "conv.too-large": lambda x, k: lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0],
    },
    "flax.nnx": {
        "conv.flip": lambda x, k: layer(k, padding="VALID")(x[None, ..., None])[0, ..., 0],
        "conv.too-large": lambda x, k: layer(k, padding="VALID")(x[None, ..., None])[0, ..., 0],
    },
    "jax.scipy": {
        "conv.flip": lambda x, k: jax.scipy.signal.convolve2d(x, k, "valid"),
        "convolve.default": lambda x, k: jax.scipy.signal.convolve(x, k),
        "correlate.default": lambda x, k: jax.scipy.signal.correlate(x, k),
        "conv.too-large": lambda x, k: jax.scipy.signal.convolve2d(x, k, "valid"),
    },
    "jax.scipy, correlate2d": {
        "conv.flip": lambda x, k: jax.scipy.signal.correlate2d(x, k, "valid"),
    },
    "jax.numpy": {
        "convolve.default": lambda x, k: jnp.convolve(x, k),
        "correlate.default": lambda x, k: jnp.correlate(x, k),
    },
}


@probe("conv.implicit-groups", "jax.lax")
def implicit_groups(x, w):
    return lax.conv(x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1), (1, 1), "VALID").ravel()


@probe("conv.implicit-groups", "flax.nnx")
def implicit_groups_layer(x, w):
    layer = nnx.Conv(1, 2, (1, 1), kernel_init=lambda *_: w[None, None, None], rngs=nnx.Rngs(0))
    return layer(x[None, None, None])[0, 0, 0]


@probe("conv.groups", "jax.lax")
def groups(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1)
    return lax.conv_general_dilated(x, w, (1, 1), "VALID", feature_group_count=2).ravel()


@probe("conv.groups", "flax.nnx")
def groups_layer(x, w):
    weights = {"kernel_init": lambda *_: w[None, None, None], "rngs": nnx.Rngs(0)}
    return nnx.Conv(2, 2, (1, 1), feature_group_count=2, **weights)(x[None, None, None])[0, 0, 0]


@probe("conv.groups.gradient", "jax.lax")
def groups_gradient(x, w):
    x, options = x.reshape(1, 2, 1, 1), {"padding": "VALID", "feature_group_count": 2}
    return jax.grad(lambda w: lax.conv_general_dilated(x, w.reshape(2, 1, 1, 1), (1, 1), **options).sum())(w)


@probe("conv.stride-dilation", "jax.lax")
def stride_dilation(x, k):
    return lax.conv_general_dilated(x[None, None], k[None, None], (1, 2), "VALID", rhs_dilation=(1, 2))[0, 0]


@probe("conv.stride-dilation", "flax.nnx")
def stride_dilation_layer(x, k):
    return layer(k, strides=(1, 2), kernel_dilation=(1, 2), padding="VALID")(x[None, ..., None])[0, ..., 0]
