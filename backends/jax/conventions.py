"""What JAX does by default: each probe is its own call, without any argument that could be left out.

Here convolution and padding; `conventions_*.py` go on with layouts, pooling, and so on. What the probes get and return
is written in `spec/questions`. `lax.conv` is NCHW, flax is NHWC: an image (H, W) becomes x[None, None] or
x[None, ..., None]. A layer of flax takes its weights from its initializer. The layer is asked where it may differ.
"""

import inspect

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from backends.contract import probe
from spec.questions.arguments import CANDIDATES
from spec.questions.padding import MODES
from spec.questions.words import accepted, spelled

jax.config.update("jax_enable_x64", False)  # as users find it; the adapter has turned it on


@probe("conv.flip", "jax.lax")
def flip(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0]


@probe("conv.flip", "flax.nnx")
def flip_layer(x, k):
    layer = nnx.Conv(1, 1, (2, 2), padding="VALID", kernel_init=lambda *_: k[..., None, None], rngs=nnx.Rngs(0))
    return layer(x[None, ..., None])[0, ..., 0]


@probe("conv.flip", "jax.scipy")
def flip_signal(x, k):
    return jax.scipy.signal.convolve2d(x, k, "valid")


@probe("convolve.default", "jax.numpy")
def convolve(x, k):
    return jnp.convolve(x, k)


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


@probe("conv.groups", "jax.lax")
def groups(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1)
    return lax.conv_general_dilated(x, w, (1, 1), "VALID", feature_group_count=2).ravel()


@probe("conv.stride-dilation", "jax.lax")
def stride_dilation(x, k):
    return lax.conv_general_dilated(x[None, None], k[None, None], (1, 2), "VALID", rhs_dilation=(1, 2))[0, 0]


@probe("conv.too-large", "jax.lax")
def too_large(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "VALID")[0, 0]


@probe("conv.too-large", "jax.scipy")
def too_large_signal(x, k):
    return jax.scipy.signal.convolve2d(x, k, "valid")


@probe("arguments.stride", "jax.lax")
def stride_argument():
    return spelled(CANDIDATES["stride"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.stride", "flax.nnx")
def stride_argument_layer():
    return spelled(CANDIDATES["stride"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.dilation", "jax.lax")
def dilation_argument():
    return spelled(CANDIDATES["dilation"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.dilation", "flax.nnx")
def dilation_argument_layer():
    return spelled(CANDIDATES["dilation"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.groups", "jax.lax")
def groups_argument():
    return spelled(CANDIDATES["groups"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.groups", "flax.nnx")
def groups_argument_layer():
    return spelled(CANDIDATES["groups"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.kernel", "jax.lax")
def kernel_argument():
    return spelled(CANDIDATES["kernel"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.kernel", "flax.nnx")
def kernel_argument_layer():
    return spelled(CANDIDATES["kernel"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.outputs", "flax.nnx")
def outputs_argument_layer():
    return spelled(CANDIDATES["outputs"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("padding.default", "jax.lax")
def default_padding(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1))[0, 0]


@probe("padding.default", "flax.nnx")
def default_padding_layer(x, k):
    layer = nnx.Conv(1, 1, (3, 3), kernel_init=lambda *_: k[..., None, None], rngs=nnx.Rngs(0))
    return layer(x[None, ..., None])[0, ..., 0]


@probe("padding.integer", "jax.lax")
def integer_padding(x, k):
    return lax.conv_general_dilated(x[None, None], k[None, None], (1, 1), padding=1)[0, 0]


@probe("padding.integer", "flax.nnx")
def integer_padding_layer(x, k):
    layer = nnx.Conv(1, 1, (3, 3), padding=1, kernel_init=lambda *_: k[..., None, None], rngs=nnx.Rngs(0))
    return layer(x[None, ..., None])[0, ..., 0]


@probe("padding.same", "jax.lax")
def same(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "SAME")[0, 0]


@probe("padding.same.stride", "jax.lax")
def same_stride(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 2), "SAME")[0, 0]


@probe("padding.same.pool", "flax.nnx")
def same_pool_flax(x):
    return nnx.max_pool(x[None, ..., None], (1, 3), (1, 2), "SAME")[0, ..., 0]


@probe("padding.same.lower", "jax.lax")
def same_lower(x, k):
    return lax.conv(x[None, None], k[None, None], (1, 1), "SAME_LOWER")[0, 0]


@probe("padding.asymmetric", "jax.lax")
def asymmetric(x, k):
    return lax.conv_general_dilated(x[None, None], k[None, None], (1, 1), [(1, 0), (2, 0)])[0, 0]


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
