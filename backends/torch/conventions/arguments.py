"""How PyTorch spells the arguments of its calls, read from their signatures."""

from inspect import signature

import torch.nn.functional as F
from torch import nn

from spec.questions.arguments import spelled


def names(function):
    """The names of a function's arguments, from the first line of its help: a function in C has no signature."""
    return function.__doc__.strip().split(")")[0].split("(")[1].replace("=", ", ").split(", ")


PROBES = {
    "torch.nn.functional": {
        "arguments.stride": lambda: spelled("stride", names(F.conv2d)),
        "arguments.padding": lambda: spelled("padding", names(F.conv2d)),
        "arguments.dilation": lambda: spelled("dilation", names(F.conv2d)),
        "arguments.groups": lambda: spelled("groups", names(F.conv2d)),
        "arguments.layout": lambda: spelled("layout", names(F.conv2d)),
        "arguments.bias": lambda: spelled("bias", names(F.conv2d)),
        "arguments.kernel": lambda: spelled("kernel", names(F.conv2d)),
        "arguments.window": lambda: spelled("window", names(F.max_pool2d)),
        "arguments.output-padding": lambda: spelled("output-padding", names(F.conv_transpose2d)),
    },
    "torch.nn": {
        "arguments.stride": lambda: spelled("stride", signature(nn.Conv2d).parameters),
        "arguments.padding": lambda: spelled("padding", signature(nn.Conv2d).parameters),
        "arguments.dilation": lambda: spelled("dilation", signature(nn.Conv2d).parameters),
        "arguments.groups": lambda: spelled("groups", signature(nn.Conv2d).parameters),
        "arguments.layout": lambda: spelled("layout", signature(nn.Conv2d).parameters),
        "arguments.bias": lambda: spelled("bias", signature(nn.Conv2d).parameters),
        "arguments.kernel": lambda: spelled("kernel", signature(nn.Conv2d).parameters),
        "arguments.inputs": lambda: spelled("inputs", signature(nn.Conv2d).parameters),
        "arguments.outputs": lambda: spelled("outputs", signature(nn.Conv2d).parameters),
        "arguments.window": lambda: spelled("window", signature(nn.MaxPool2d).parameters),
        "arguments.output-padding": lambda: spelled("output-padding", signature(nn.ConvTranspose2d).parameters),
    },
}
