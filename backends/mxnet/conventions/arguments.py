"""How MXNet spells the arguments of its calls, read from their signatures."""

import inspect

from mxnet import gluon, npx

from backends.contract import probe
from spec.questions.arguments import CANDIDATES
from spec.questions.words import spelled


@probe("arguments.stride", "mxnet.npx")
def stride():
    return spelled(CANDIDATES["stride"], inspect.signature(npx.convolution).parameters)


@probe("arguments.stride", "mxnet.gluon")
def stride_layer():
    return spelled(CANDIDATES["stride"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.padding", "mxnet.npx")
def padding():
    return spelled(CANDIDATES["padding"], inspect.signature(npx.convolution).parameters)


@probe("arguments.padding", "mxnet.gluon")
def padding_layer():
    return spelled(CANDIDATES["padding"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.dilation", "mxnet.npx")
def dilation():
    return spelled(CANDIDATES["dilation"], inspect.signature(npx.convolution).parameters)


@probe("arguments.dilation", "mxnet.gluon")
def dilation_layer():
    return spelled(CANDIDATES["dilation"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.groups", "mxnet.npx")
def groups():
    return spelled(CANDIDATES["groups"], inspect.signature(npx.convolution).parameters)


@probe("arguments.groups", "mxnet.gluon")
def groups_layer():
    return spelled(CANDIDATES["groups"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.layout", "mxnet.npx")
def layout():
    return spelled(CANDIDATES["layout"], inspect.signature(npx.convolution).parameters)


@probe("arguments.layout", "mxnet.gluon")
def layout_layer():
    return spelled(CANDIDATES["layout"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.bias", "mxnet.npx")
def bias():
    return spelled(CANDIDATES["bias"], inspect.signature(npx.convolution).parameters)


@probe("arguments.bias", "mxnet.gluon")
def bias_layer():
    return spelled(CANDIDATES["bias"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.kernel", "mxnet.npx")
def kernel():
    return spelled(CANDIDATES["kernel"], inspect.signature(npx.convolution).parameters)


@probe("arguments.kernel", "mxnet.gluon")
def kernel_layer():
    return spelled(CANDIDATES["kernel"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.inputs", "mxnet.gluon")
def inputs():
    return spelled(CANDIDATES["inputs"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.outputs", "mxnet.gluon")
def outputs():
    return spelled(CANDIDATES["outputs"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.window", "mxnet.npx")
def window():
    return spelled(CANDIDATES["window"], inspect.signature(npx.pooling).parameters)


@probe("arguments.window", "mxnet.gluon")
def window_layer():
    return spelled(CANDIDATES["window"], inspect.signature(gluon.nn.MaxPool2D).parameters)


@probe("arguments.output-padding", "mxnet.npx")
def output_padding():
    return spelled(CANDIDATES["output-padding"], inspect.signature(npx.deconvolution).parameters)


@probe("arguments.output-padding", "mxnet.gluon")
def output_padding_layer():
    return spelled(CANDIDATES["output-padding"], inspect.signature(gluon.nn.Conv2DTranspose).parameters)
