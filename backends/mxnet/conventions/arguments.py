"""How MXNet spells the arguments of its calls, read from their signatures."""

import inspect

from mxnet import gluon, npx

from spec.questions.arguments import spelled


def names(call):
    """The names of a call's arguments."""
    return inspect.signature(call).parameters


PROBES = {
    "mxnet.npx": {
        "arguments.stride": lambda: spelled("stride", names(npx.convolution)),
        "arguments.padding": lambda: spelled("padding", names(npx.convolution)),
        "arguments.dilation": lambda: spelled("dilation", names(npx.convolution)),
        "arguments.groups": lambda: spelled("groups", names(npx.convolution)),
        "arguments.layout": lambda: spelled("layout", names(npx.convolution)),
        "arguments.bias": lambda: spelled("bias", names(npx.convolution)),
        "arguments.kernel": lambda: spelled("kernel", names(npx.convolution)),
        "arguments.window": lambda: spelled("window", names(npx.pooling)),
        "arguments.output-padding": lambda: spelled("output-padding", names(npx.deconvolution)),
    },
    "mxnet.gluon": {
        "arguments.stride": lambda: spelled("stride", names(gluon.nn.Conv2D)),
        "arguments.padding": lambda: spelled("padding", names(gluon.nn.Conv2D)),
        "arguments.dilation": lambda: spelled("dilation", names(gluon.nn.Conv2D)),
        "arguments.groups": lambda: spelled("groups", names(gluon.nn.Conv2D)),
        "arguments.layout": lambda: spelled("layout", names(gluon.nn.Conv2D)),
        "arguments.bias": lambda: spelled("bias", names(gluon.nn.Conv2D)),
        "arguments.kernel": lambda: spelled("kernel", names(gluon.nn.Conv2D)),
        "arguments.inputs": lambda: spelled("inputs", names(gluon.nn.Conv2D)),
        "arguments.outputs": lambda: spelled("outputs", names(gluon.nn.Conv2D)),
        "arguments.window": lambda: spelled("window", names(gluon.nn.MaxPool2D)),
        "arguments.output-padding": lambda: spelled("output-padding", names(gluon.nn.Conv2DTranspose)),
    },
}
