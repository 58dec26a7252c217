"""Layouts of images and kernels in JAX, by its default calls."""

import jax
import jax.numpy as jnp
from flax import linen, nnx
from jax import lax

from backends.contract import probe
from spec.questions.words import takes


def ones(layer, *sizes, **options):
    """A layer of flax with a kernel of ones; its bias is zero."""
    return layer(*sizes, kernel_init=nnx.initializers.ones, rngs=nnx.Rngs(0), **options)


def load(layer, w, *sizes, **options):
    """A layer of flax with the kernel w; its bias is zero."""
    return layer(*sizes, kernel_init=lambda *_: w, rngs=nnx.Rngs(0), **options)


PROBES = {
    "jax.lax": {
        "layout.default": lambda x: lax.conv(x, jnp.ones((1, 2, 1, 1)), (1, 1), "VALID").reshape(2, 2),
        "layout.unbatched": lambda x, k: lax.conv(x[None], k[None, None], (1, 1), "VALID")[0],
        "layout.kernel": lambda x, w: lax.conv(x[None], w, (1, 1), "VALID").ravel(),
        "layout.flatten": lambda x: lax.collapse(x[None], 1)[0],  # NCHW, as lax.conv has it
    },
    "jax.lax.conv_transpose": {
        "layout.default": lambda x: lax.conv_transpose(x, jnp.ones((1, 1, 2, 1)), (1, 1), "VALID").reshape(2, 2),
    },
    "flax.nnx": {
        "layout.default": lambda x: ones(nnx.Conv, 2, 1, (1, 1))(x).reshape(2, 2),
        "layout.channels-first": lambda x: ones(nnx.Conv, 2, 1, (1, 1), data_format="NCHW")(x).reshape(2, 2),
        "layout.noticed": lambda x: ones(nnx.Conv, 3, 1, (1, 1))(x[None]).ravel(),
        "layout.pool": lambda x: nnx.max_pool(x, (2, 2), (2, 2)),
        "layout.pool.channels-last": lambda x: nnx.max_pool(x, (2, 2), (2, 2)),  # flax documents NHWC
        "layout.pool.channels-first": lambda x: nnx.max_pool(x, (2, 2), (2, 2), data_format="NCHW"),
        "layout.dense": lambda x, w: load(nnx.Linear, w, 2, 2)(x),
        "layout.dense.axes": lambda x: ones(nnx.Linear, 2, 1)(x),
    },
}


@probe("layout.channels-last", "jax.lax")
def channels_last(x):
    layouts = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, jnp.ones((1, 1, 2, 1)), (1, 1), "VALID", dimension_numbers=layouts).reshape(2, 2)


@probe("layout.channels-last", "flax.nnx")
def channels_last_layer(x):
    return ones(nnx.Conv, 2, 1, (1, 1))(x).reshape(2, 2)  # flax documents NHWC and has no argument for the layout


@probe("layout.channels-first", "jax.lax")
def channels_first(x):
    layouts = ("NCHW", "OIHW", "NCHW")
    return lax.conv_general_dilated(x, jnp.ones((1, 2, 1, 1)), (1, 1), "VALID", dimension_numbers=layouts).reshape(2, 2)


@probe("layout.transposed.channels-last", "jax.lax")
def transposed_channels_last(x):
    layouts = ("NHWC", "HWIO", "NHWC")
    return lax.conv_transpose(x, jnp.ones((1, 1, 2, 1)), (1, 1), "VALID", dimension_numbers=layouts).reshape(2, 2)


@probe("layout.transposed.channels-last", "flax.nnx")
def transposed_channels_last_layer(x):
    return ones(nnx.ConvTranspose, 2, 1, (1, 1))(x).reshape(2, 2)  # flax documents NHWC, as for nnx.Conv


@probe("layout.transposed.channels-first", "jax.lax")
def transposed_channels_first(x):
    layouts = ("NCHW", "OIHW", "NCHW")
    return lax.conv_transpose(x, jnp.ones((1, 2, 1, 1)), (1, 1), "VALID", dimension_numbers=layouts).reshape(2, 2)


@probe("layout.transposed.channels-first", "flax.nnx")
def transposed_channels_first_layer(x):
    return ones(nnx.ConvTranspose, 2, 1, (1, 1), data_format="NCHW")(x).reshape(2, 2)


@probe("layout.noticed", "jax.lax")
def noticed(x):
    return lax.conv(x.transpose(1, 2, 0)[None], jnp.ones((1, 3, 1, 1)), (1, 1), "VALID").ravel()


@probe("layout.noticed", "flax.linen")
def noticed_linen(x):
    layer = linen.Conv(1, (1, 1), kernel_init=linen.initializers.ones)
    return layer.init_with_output(jax.random.key(0), x[None])[0].ravel()


@probe("layout.pool.channels-last", "jax.lax")
def pool_channels_last(x):
    # the window has a size for every axis, so there is no argument for the layout
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


@probe("layout.pool.channels-first", "jax.lax")
def pool_channels_first(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


@probe("layout.unbatched", "flax.nnx")
def unbatched_layer(x, k):
    return load(nnx.Conv, k[..., None, None], 1, 1, (2, 2), padding="VALID")(x[..., None])[..., 0]


@probe("layout.kernel", "flax.nnx")
def kernel_layout_layer(x, w):
    return load(nnx.Conv, w, 2, 2, (2, 2), padding="VALID")(x.transpose(1, 2, 0)[None]).ravel()


@probe("layout.kernel.transposed", "jax.lax")
def kernel_layout_transposed(x, w):
    return lax.conv_transpose(x.reshape(1, 1, 1, 2), w, (1, 1), "VALID")[0].transpose(2, 0, 1)


@probe("layout.kernel.transposed", "flax.nnx")
def kernel_layout_transposed_layer(x, w):
    layer = load(nnx.ConvTranspose, w, 2, 2, (2, 2), padding="VALID")
    return layer(x.reshape(1, 1, 1, 2))[0].transpose(2, 0, 1)


@probe("layout.kernel.depthwise", "jax.lax")
def depthwise_kernel_function():
    shapes = (6, 1, 4, 5), (4, 5, 3, 2), (4, 5, 1, 6)
    options = {"padding": "VALID", "feature_group_count": 3}
    x = jnp.ones((1, 3, 9, 9))
    return takes(shapes, lambda shape: lax.conv_general_dilated(x, jnp.ones(shape), (1, 1), **options))


@probe("layout.kernel.depthwise", "flax.nnx")
def depthwise_kernel():
    return str(nnx.Conv(3, 6, (4, 5), feature_group_count=3, rngs=nnx.Rngs(0)).kernel.shape)


@probe("layout.depthwise.order", "jax.lax")
def depthwise_order(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(4, 1, 1, 1)
    return lax.conv_general_dilated(x, w, (1, 1), "VALID", feature_group_count=2).ravel()


@probe("layout.depthwise.order", "flax.nnx")
def depthwise_order_layer(x, w):
    layer = load(nnx.Conv, w[None, None, None], 2, 4, (1, 1), feature_group_count=2)
    return layer(x[None, None, None]).ravel()


@probe("layout.flatten", "flax.nnx")
def flatten_channels_last(x):
    x = x.transpose(1, 2, 0)[None]  # NHWC, as nnx.Conv has it
    return x.reshape(x.shape[0], -1)[0]
