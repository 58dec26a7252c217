"""How PyTorch spells the arguments of its calls, read from their signatures."""

import inspect

import torch.nn.functional as F
from torch import nn

from backends.contract import probe
from spec.questions.arguments import CANDIDATES
from spec.questions.words import spelled


def names(function):
    """The names of a function's arguments, from the first line of its help: its signature does not tell them."""
    return function.__doc__.strip().split(")")[0].split("(")[1].replace("=", ", ").split(", ")


@probe("arguments.stride", "torch.nn.functional")
def stride():
    return spelled(CANDIDATES["stride"], names(F.conv2d))


@probe("arguments.stride", "torch.nn")
def stride_layer():
    return spelled(CANDIDATES["stride"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.padding", "torch.nn.functional")
def padding():
    return spelled(CANDIDATES["padding"], names(F.conv2d))


@probe("arguments.padding", "torch.nn")
def padding_layer():
    return spelled(CANDIDATES["padding"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.dilation", "torch.nn.functional")
def dilation():
    return spelled(CANDIDATES["dilation"], names(F.conv2d))


@probe("arguments.dilation", "torch.nn")
def dilation_layer():
    return spelled(CANDIDATES["dilation"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.groups", "torch.nn.functional")
def groups():
    return spelled(CANDIDATES["groups"], names(F.conv2d))


@probe("arguments.groups", "torch.nn")
def groups_layer():
    return spelled(CANDIDATES["groups"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.layout", "torch.nn.functional")
def layout():
    return spelled(CANDIDATES["layout"], names(F.conv2d))


@probe("arguments.layout", "torch.nn")
def layout_layer():
    return spelled(CANDIDATES["layout"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.bias", "torch.nn.functional")
def bias():
    return spelled(CANDIDATES["bias"], names(F.conv2d))


@probe("arguments.bias", "torch.nn")
def bias_layer():
    return spelled(CANDIDATES["bias"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.kernel", "torch.nn.functional")
def kernel():
    return spelled(CANDIDATES["kernel"], names(F.conv2d))


@probe("arguments.kernel", "torch.nn")
def kernel_layer():
    return spelled(CANDIDATES["kernel"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.inputs", "torch.nn")
def inputs():
    return spelled(CANDIDATES["inputs"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.outputs", "torch.nn")
def outputs():
    return spelled(CANDIDATES["outputs"], inspect.signature(nn.Conv2d).parameters)


@probe("arguments.window", "torch.nn.functional")
def window():
    return spelled(CANDIDATES["window"], names(F.max_pool2d))


@probe("arguments.window", "torch.nn")
def window_layer():
    return spelled(CANDIDATES["window"], inspect.signature(nn.MaxPool2d).parameters)


@probe("arguments.output-padding", "torch.nn.functional")
def output_padding():
    return spelled(CANDIDATES["output-padding"], names(F.conv_transpose2d))


@probe("arguments.output-padding", "torch.nn")
def output_padding_layer():
    return spelled(CANDIDATES["output-padding"], inspect.signature(nn.ConvTranspose2d).parameters)
