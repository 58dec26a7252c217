"""What JAX does by default: each probe is its own call, without any argument that could be left out.

Here convolution and padding; `conventions_*.py` go on with layouts, pooling, and so on. What the probes get and return
is written in `spec/questions`. `lax.conv` is NCHW, flax is NHWC: an image (H, W) becomes x[None, None] or
x[None, ..., None]. A layer of flax takes its weights from its initializer. The layer is asked where it may differ.
"""

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from backends.contract import probe
from spec.questions.padding import MODES
from spec.questions.words import accepted

jax.config.update("jax_enable_x64", False)  # as users find it; the adapter has turned it on


def layer(k, **options):
    """A convolutional layer of flax of one channel with the kernel k; its bias is zero."""
    return nnx.Conv(1, 1, k.shape, kernel_init=lambda *_: k[..., None, None], rngs=nnx.Rngs(0), **options)


@probe("conv.flip", "jax.lax")
def flip(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0]


@probe("conv.flip", "flax.nnx")
def flip_layer(x, k):
    return layer(k, padding="VALID")(x[None, ..., None])[0, ..., 0]


@probe("conv.flip", "jax.scipy")
def flip_signal(x, k):
    return jax.scipy.signal.convolve2d(x, k, "valid")


@probe("conv.flip", "jax.scipy, correlate2d")
def flip_correlate(x, k):
    return jax.scipy.signal.correlate2d(x, k, "valid")


@probe("convolve.default", "jax.numpy")
def convolve(x, k):
    return jnp.convolve(x, k)


@probe("convolve.default", "jax.scipy")
def convolve_signal(x, k):
    return jax.scipy.signal.convolve(x, k)


@probe("correlate.default", "jax.numpy")
def correlate(x, k):
    return jnp.correlate(x, k)


@probe("correlate.default", "jax.scipy")
def correlate_signal(x, k):
    return jax.scipy.signal.correlate(x, k)


@probe("conv.bias", "jax.lax")
def bias(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0]


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


@probe("conv.too-large", "jax.lax")
def too_large(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0]


@probe("conv.too-large", "jax.scipy")
def too_large_signal(x, k):
    return jax.scipy.signal.convolve2d(x, k, "valid")


@probe("conv.too-large", "flax.nnx")
def too_large_layer(x, k):
    return layer(k, padding="VALID")(x[None, ..., None])[0, ..., 0]


@probe("padding.default", "jax.lax")
def default_padding(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1))[0, 0]


@probe("padding.default", "flax.nnx")
def default_padding_layer(x, k):
    return layer(k)(x[None, ..., None])[0, ..., 0]


@probe("padding.default.pool", "jax.lax")
def default_padding_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (3, 3), (1, 1))


@probe("padding.default.pool", "flax.nnx")
def default_padding_pool_flax(x):
    return nnx.max_pool(x[None, ..., None], (3, 3), (1, 1))[0, ..., 0]


@probe("padding.integer", "jax.lax")
def integer_padding(x, k):
    return lax.conv_general_dilated(x[None, None], k[None, None], (1, 1), padding=1)[0, 0]


@probe("padding.integer", "flax.nnx")
def integer_padding_layer(x, k):
    return layer(k, padding=1)(x[None, ..., None])[0, ..., 0]


@probe("padding.same", "jax.lax")
def same(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "SAME")[0, 0]


@probe("padding.same", "flax.nnx")
def same_layer(x, k):
    return layer(k, padding="SAME")(x[None, ..., None])[0, ..., 0]


@probe("padding.same.stride", "jax.lax")
def same_stride(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 2), "SAME")[0, 0]


@probe("padding.same.stride", "flax.nnx")
def same_stride_layer(x, k):
    return layer(k, strides=(1, 2), padding="SAME")(x[None, ..., None])[0, ..., 0]


@probe("padding.same.pool", "jax.lax")
def same_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2), (1, 1), "SAME")


@probe("padding.same.pool", "flax.nnx")
def same_pool_flax(x):
    return nnx.max_pool(x[None, ..., None], (1, 2), padding="SAME")[0, ..., 0]


@probe("padding.same.pool.stride", "jax.lax")
def same_pool_stride(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 3), (1, 2), "SAME")


@probe("padding.same.pool.stride", "flax.nnx")
def same_pool_stride_flax(x):
    return nnx.max_pool(x[None, ..., None], (1, 3), (1, 2), "SAME")[0, ..., 0]


@probe("padding.same.lower", "jax.lax")
def same_lower(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "SAME_LOWER")[0, 0]


@probe("padding.same.lower", "flax.nnx")
def same_lower_layer(x, k):
    return layer(k, padding="SAME_LOWER")(x[None, ..., None])[0, ..., 0]


@probe("padding.asymmetric", "jax.lax")
def asymmetric(x, k):
    return lax.conv_general_dilated(x[None, None], k[None, None], (1, 1), [(1, 0), (2, 0)])[0, 0]


@probe("padding.asymmetric", "flax.nnx")
def asymmetric_layer(x, k):
    return layer(k, padding=((1, 0), (2, 0)))(x[None, ..., None])[0, ..., 0]


@probe("padding.asymmetric.pool", "jax.lax")
def asymmetric_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (1, 1), ((1, 0), (1, 0)))


@probe("padding.asymmetric.pool", "flax.nnx")
def asymmetric_pool_flax(x):
    return nnx.max_pool(x[None, ..., None], (2, 2), padding=((1, 0), (1, 0)))[0, ..., 0]


@probe("padding.order", "jax.numpy")
def order(x):
    return jnp.pad(x, ((1, 2), (3, 4)))


@probe("padding.order", "jax.lax")
def order_lax(x):
    return lax.pad(x, 0.0, ((1, 2, 0), (3, 4, 0)))  # the third number is for zeros between the pixels


@probe("padding.modes", "jax.numpy")
def modes(x):
    return accepted(MODES, lambda mode: jnp.pad(x, 1, mode))


@probe("padding.reflect", "jax.numpy")
def reflect(x):
    return jnp.pad(x, ((0, 0), (2, 2)), "reflect")


@probe("padding.reflect.gradient", "jax.numpy")
def reflect_gradient(x):
    return jax.grad(lambda x: jnp.pad(x, ((0, 0), (2, 2)), "reflect").sum())(x)


@probe("padding.negative", "jax.numpy")
def negative(x):
    return jnp.pad(x, -1)


@probe("padding.negative", "jax.lax")
def negative_lax(x):
    return lax.pad(x, 0.0, ((-1, -1, 0), (-1, -1, 0)))
