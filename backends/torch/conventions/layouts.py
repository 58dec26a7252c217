"""Layouts of images and kernels in PyTorch, by its default calls."""

import torch
import torch.nn.functional as F
from torch import nn

from backends.contract import probe
from spec.questions.words import takes


def ones(layer):
    """The layer with ones for its weights."""
    layer.weight.data.fill_(1)
    return layer


def load(layer, w):
    """The layer with the weights w."""
    layer.weight.data = w
    return layer


PROBES = {
    "torch.nn.functional": {
        "layout.default": lambda x: F.conv2d(x, torch.ones(1, 2, 1, 1)).reshape(2, 2),
        "layout.channels-last": lambda x: F.conv2d(x, torch.ones(1, 2, 1, 1), data_format="NHWC").reshape(2, 2),
        "layout.channels-first": lambda x: F.conv2d(x, torch.ones(1, 2, 1, 1), data_format="NCHW").reshape(2, 2),
        "layout.noticed": lambda x: F.conv2d(x.permute(1, 2, 0)[None], torch.ones(1, 3, 1, 1)).flatten(),
        "layout.pool": lambda x: F.max_pool2d(x, 2),
        "layout.pool.channels-last": lambda x: F.max_pool2d(x, 2, data_format="NHWC"),
        "layout.pool.channels-first": lambda x: F.max_pool2d(x, 2, data_format="NCHW"),
        "layout.unbatched": lambda x, k: F.conv2d(x[None], k[None, None])[0],
        "layout.kernel": lambda x, w: F.conv2d(x[None], w).flatten(),
        "layout.kernel.transposed": lambda x, w: F.conv_transpose2d(x.view(1, 2, 1, 1), w)[0],
        "layout.depthwise.order": lambda x, w: F.conv2d(x.view(1, 2, 1, 1), w.view(4, 1, 1, 1), groups=2).flatten(),
        "layout.dense": lambda x, w: F.linear(x, w),
        "layout.dense.axes": lambda x: F.linear(x, torch.ones(1, 2)),
    },
    "torch.nn": {
        "layout.default": lambda x: ones(nn.Conv2d(2, 1, 1, bias=False))(x).reshape(2, 2),
        "layout.channels-last": lambda x: nn.Conv2d(2, 1, 1, data_format="NHWC")(x).reshape(2, 2),
        "layout.channels-first": lambda x: nn.Conv2d(2, 1, 1, data_format="NCHW")(x).reshape(2, 2),
        "layout.transposed.channels-last": lambda x: nn.ConvTranspose2d(2, 1, 1, data_format="NHWC")(x).reshape(2, 2),
        "layout.transposed.channels-first": lambda x: nn.ConvTranspose2d(2, 1, 1, data_format="NCHW")(x).reshape(2, 2),
        "layout.noticed": lambda x: ones(nn.Conv2d(3, 1, 1, bias=False))(x.permute(1, 2, 0)[None]).flatten(),
        "layout.pool": lambda x: nn.MaxPool2d(2)(x),
        "layout.unbatched": lambda x, k: load(nn.Conv2d(1, 1, 2, bias=False), k[None, None])(x[None])[0],
        "layout.kernel": lambda x, w: load(nn.Conv2d(2, 2, 2, bias=False), w)(x[None]).flatten(),
        "layout.kernel.depthwise": lambda: str(tuple(nn.Conv2d(3, 6, (4, 5), groups=3).weight.shape)),
        "layout.flatten": lambda x: nn.Flatten()(x[None])[0],
        "layout.dense": lambda x, w: load(nn.Linear(2, 2, bias=False), w)(x),
        "layout.dense.axes": lambda x: ones(nn.Linear(2, 1, bias=False))(x),
    },
    "torch": {
        "layout.flatten": lambda x: torch.flatten(x[None], 1)[0],
    },
}


@probe("layout.channels-last", "torch, memory_format")
def channels_last_memory(x):
    x = x.to(memory_format=torch.channels_last)  # moves the numbers in memory; the axes stay as they are
    return F.conv2d(x, torch.ones(1, 2, 1, 1)).reshape(2, 2)


@probe("layout.transposed.channels-last", "torch.nn.functional")
def transposed_channels_last(x):
    return F.conv_transpose2d(x, torch.ones(2, 1, 1, 1), data_format="NHWC").reshape(2, 2)


@probe("layout.transposed.channels-first", "torch.nn.functional")
def transposed_channels_first(x):
    return F.conv_transpose2d(x, torch.ones(2, 1, 1, 1), data_format="NCHW").reshape(2, 2)


@probe("layout.noticed", "torch.nn.LazyConv2d")
def noticed_lazy(x):
    conv, x = nn.LazyConv2d(1, 1, bias=False), x.permute(1, 2, 0)[None]
    conv(x)  # makes the weights
    return ones(conv)(x).flatten()


@probe("layout.kernel.transposed", "torch.nn")
def kernel_transposed_layer(x, w):
    return load(nn.ConvTranspose2d(2, 2, 2, bias=False), w)(x.view(1, 2, 1, 1))[0]


@probe("layout.kernel.depthwise", "torch.nn.functional")
def kernel_depthwise():
    shapes = (6, 1, 4, 5), (4, 5, 3, 2), (4, 5, 1, 6)
    return takes(shapes, lambda shape: F.conv2d(torch.ones(1, 3, 9, 9), torch.ones(shape), groups=3))


@probe("layout.depthwise.order", "torch.nn")
def depthwise_order_layer(x, w):
    conv = load(nn.Conv2d(2, 4, 1, groups=2, bias=False), w.view(4, 1, 1, 1))
    return conv(x.view(1, 2, 1, 1)).flatten()
