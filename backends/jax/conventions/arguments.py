"""How JAX and flax spell the arguments of their calls, read from their signatures."""

import inspect

from flax import nnx
from jax import lax

from spec.questions.arguments import spelled


def names(call):
    """The names of a call's arguments."""
    return inspect.signature(call).parameters


PROBES = {
    "jax.lax": {
        "arguments.stride": lambda: spelled("stride", names(lax.conv_general_dilated)),
        "arguments.padding": lambda: spelled("padding", names(lax.conv_general_dilated)),
        "arguments.dilation": lambda: spelled("dilation", names(lax.conv_general_dilated)),
        "arguments.groups": lambda: spelled("groups", names(lax.conv_general_dilated)),
        "arguments.layout": lambda: spelled("layout", names(lax.conv_general_dilated)),
        "arguments.bias": lambda: spelled("bias", names(lax.conv_general_dilated)),
        "arguments.kernel": lambda: spelled("kernel", names(lax.conv_general_dilated)),
        "arguments.window": lambda: spelled("window", names(lax.reduce_window)),
        "arguments.output-padding": lambda: spelled("output-padding", names(lax.conv_transpose)),
    },
    "flax.nnx": {
        "arguments.stride": lambda: spelled("stride", names(nnx.Conv.__init__)),
        "arguments.padding": lambda: spelled("padding", names(nnx.Conv.__init__)),
        "arguments.dilation": lambda: spelled("dilation", names(nnx.Conv.__init__)),
        "arguments.groups": lambda: spelled("groups", names(nnx.Conv.__init__)),
        "arguments.layout": lambda: spelled("layout", names(nnx.Conv.__init__)),
        "arguments.bias": lambda: spelled("bias", names(nnx.Conv.__init__)),
        "arguments.kernel": lambda: spelled("kernel", names(nnx.Conv.__init__)),
        "arguments.inputs": lambda: spelled("inputs", names(nnx.Conv.__init__)),
        "arguments.outputs": lambda: spelled("outputs", names(nnx.Conv.__init__)),
        "arguments.window": lambda: spelled("window", names(nnx.max_pool)),
        "arguments.output-padding": lambda: spelled("output-padding", names(nnx.ConvTranspose.__init__)),
    },
}
