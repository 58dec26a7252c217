"""How JAX and flax spell the arguments of their calls, read from their signatures."""

import inspect

from flax import nnx
from jax import lax

from backends.contract import probe
from spec.questions.arguments import CANDIDATES
from spec.questions.words import spelled


@probe("arguments.stride", "jax.lax")
def stride():
    return spelled(CANDIDATES["stride"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.stride", "flax.nnx")
def stride_layer():
    return spelled(CANDIDATES["stride"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.padding", "jax.lax")
def padding():
    return spelled(CANDIDATES["padding"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.padding", "flax.nnx")
def padding_layer():
    return spelled(CANDIDATES["padding"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.dilation", "jax.lax")
def dilation():
    return spelled(CANDIDATES["dilation"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.dilation", "flax.nnx")
def dilation_layer():
    return spelled(CANDIDATES["dilation"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.groups", "jax.lax")
def groups():
    return spelled(CANDIDATES["groups"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.groups", "flax.nnx")
def groups_layer():
    return spelled(CANDIDATES["groups"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.layout", "jax.lax")
def layout():
    return spelled(CANDIDATES["layout"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.layout", "flax.nnx")
def layout_layer():
    return spelled(CANDIDATES["layout"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.bias", "jax.lax")
def bias():
    return spelled(CANDIDATES["bias"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.bias", "flax.nnx")
def bias_layer():
    return spelled(CANDIDATES["bias"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.kernel", "jax.lax")
def kernel():
    return spelled(CANDIDATES["kernel"], inspect.signature(lax.conv_general_dilated).parameters)


@probe("arguments.kernel", "flax.nnx")
def kernel_layer():
    return spelled(CANDIDATES["kernel"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.inputs", "flax.nnx")
def inputs():
    return spelled(CANDIDATES["inputs"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.outputs", "flax.nnx")
def outputs():
    return spelled(CANDIDATES["outputs"], inspect.signature(nnx.Conv.__init__).parameters)


@probe("arguments.window", "jax.lax")
def window():
    return spelled(CANDIDATES["window"], inspect.signature(lax.reduce_window).parameters)


@probe("arguments.window", "flax.nnx")
def window_layer():
    return spelled(CANDIDATES["window"], inspect.signature(nnx.max_pool).parameters)


@probe("arguments.output-padding", "jax.lax")
def output_padding():
    return spelled(CANDIDATES["output-padding"], inspect.signature(lax.conv_transpose).parameters)


@probe("arguments.output-padding", "flax.nnx")
def output_padding_layer():
    return spelled(CANDIDATES["output-padding"], inspect.signature(nnx.ConvTranspose.__init__).parameters)
