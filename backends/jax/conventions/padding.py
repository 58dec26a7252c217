"""Padding in JAX, by its default calls."""

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from backends.contract import probe
from spec.questions.padding import MODES
from spec.questions.words import accepted


def layer(k, **options):
    """A convolutional layer of flax of one channel with the kernel k; its bias is zero."""
    return nnx.Conv(1, 1, k.shape, kernel_init=lambda *_: k[..., None, None], rngs=nnx.Rngs(0), **options)


PROBES = {
    "jax.lax": {
        "padding.default": lambda x, k: lax.conv(x[None, None], k[None, None], (1, 1))[0, 0],
        "padding.default.pool": lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (3, 3), (1, 1)),
        "padding.integer": lambda x, k: lax.conv_general_dilated(x[None, None], k[None, None], (1, 1), padding=1)[0, 0],
        "padding.same": lambda x, k: lax.conv(x[None, None], k[None, None], (1, 1), "SAME")[0, 0],
        "padding.same.stride": lambda x, k: lax.conv(x[None, None], k[None, None], (1, 2), "SAME")[0, 0],
        "padding.same.pool": lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 2), (1, 1), "SAME"),
        "padding.same.pool.stride": lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 3), (1, 2), "SAME"),
        "padding.same.lower": lambda x, k: lax.conv(x[None, None], k[None, None], (1, 1), "SAME_LOWER")[0, 0],
        "padding.asymmetric.pool": lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (1, 1), ((1, 0), (1, 0))),
        "padding.negative": lambda x: lax.pad(x, 0.0, ((-1, -1, 0), (-1, -1, 0))),
    },
    "flax.nnx": {
        "padding.default": lambda x, k: layer(k)(x[None, ..., None])[0, ..., 0],
        "padding.default.pool": lambda x: nnx.max_pool(x[None, ..., None], (3, 3), (1, 1))[0, ..., 0],
        "padding.integer": lambda x, k: layer(k, padding=1)(x[None, ..., None])[0, ..., 0],
        "padding.same": lambda x, k: layer(k, padding="SAME")(x[None, ..., None])[0, ..., 0],
        "padding.same.stride": lambda x, k: layer(k, strides=(1, 2), padding="SAME")(x[None, ..., None])[0, ..., 0],
        "padding.same.pool": lambda x: nnx.max_pool(x[None, ..., None], (1, 2), padding="SAME")[0, ..., 0],
        "padding.same.pool.stride": lambda x: nnx.max_pool(x[None, ..., None], (1, 3), (1, 2), "SAME")[0, ..., 0],
        "padding.same.lower": lambda x, k: layer(k, padding="SAME_LOWER")(x[None, ..., None])[0, ..., 0],
        "padding.asymmetric": lambda x, k: layer(k, padding=((1, 0), (2, 0)))(x[None, ..., None])[0, ..., 0],
    },
    "jax.numpy": {
        "padding.order": lambda x: jnp.pad(x, ((1, 2), (3, 4))),
        "padding.modes": lambda x: accepted(MODES, lambda mode: jnp.pad(x, 1, mode)),
        "padding.reflect": lambda x: jnp.pad(x, ((0, 0), (2, 2)), "reflect"),
        "padding.reflect.gradient": lambda x: jax.grad(lambda x: jnp.pad(x, ((0, 0), (2, 2)), "reflect").sum())(x),
        "padding.negative": lambda x: jnp.pad(x, -1),
    },
}


@probe("padding.asymmetric", "jax.lax")
def asymmetric(x, k):
    return lax.conv_general_dilated(x[None, None], k[None, None], (1, 1), [(1, 0), (2, 0)])[0, 0]


@probe("padding.asymmetric.pool", "flax.nnx")
def asymmetric_pool_flax(x):
    return nnx.max_pool(x[None, ..., None], (2, 2), padding=((1, 0), (1, 0)))[0, ..., 0]


@probe("padding.order", "jax.lax")
def order_lax(x):
    return lax.pad(x, 0.0, ((1, 2, 0), (3, 4, 0)))  # the third number is for zeros between the pixels
