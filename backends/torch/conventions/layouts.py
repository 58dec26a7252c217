"""Layouts of images and kernels in PyTorch, by its default calls."""

import torch
import torch.nn.functional as F
from torch import nn

from backends.contract import probe
from spec.questions.words import takes


@probe("layout.default", "torch.nn.functional")
def layout(x):
    return F.conv2d(x, torch.ones(1, 2, 1, 1)).reshape(2, 2)


@probe("layout.default", "torch.nn")
def layout_layer(x):
    conv = nn.Conv2d(2, 1, 1, bias=False)
    conv.weight.data.fill_(1)
    return conv(x).reshape(2, 2)


@probe("layout.channels-last", "torch.nn.functional")
def channels_last(x):
    return F.conv2d(x, torch.ones(1, 2, 1, 1), data_format="NHWC").reshape(2, 2)


@probe("layout.channels-last", "torch, memory_format")
def channels_last_memory(x):
    x = x.to(memory_format=torch.channels_last)  # moves the numbers in memory; the axes stay as they are
    return F.conv2d(x, torch.ones(1, 2, 1, 1)).reshape(2, 2)


@probe("layout.channels-last", "torch.nn")
def channels_last_layer(x):
    return nn.Conv2d(2, 1, 1, data_format="NHWC")(x).reshape(2, 2)


@probe("layout.channels-first", "torch.nn.functional")
def channels_first(x):
    return F.conv2d(x, torch.ones(1, 2, 1, 1), data_format="NCHW").reshape(2, 2)


@probe("layout.channels-first", "torch.nn")
def channels_first_layer(x):
    return nn.Conv2d(2, 1, 1, data_format="NCHW")(x).reshape(2, 2)


@probe("layout.transposed.channels-last", "torch.nn.functional")
def transposed_channels_last(x):
    return F.conv_transpose2d(x, torch.ones(2, 1, 1, 1), data_format="NHWC").reshape(2, 2)


@probe("layout.transposed.channels-last", "torch.nn")
def transposed_channels_last_layer(x):
    return nn.ConvTranspose2d(2, 1, 1, data_format="NHWC")(x).reshape(2, 2)


@probe("layout.transposed.channels-first", "torch.nn.functional")
def transposed_channels_first(x):
    return F.conv_transpose2d(x, torch.ones(2, 1, 1, 1), data_format="NCHW").reshape(2, 2)


@probe("layout.transposed.channels-first", "torch.nn")
def transposed_channels_first_layer(x):
    return nn.ConvTranspose2d(2, 1, 1, data_format="NCHW")(x).reshape(2, 2)


@probe("layout.noticed", "torch.nn.functional")
def noticed(x):
    return F.conv2d(x.permute(1, 2, 0)[None], torch.ones(1, 3, 1, 1)).flatten()


@probe("layout.noticed", "torch.nn")
def noticed_layer(x):
    conv = nn.Conv2d(3, 1, 1, bias=False)
    conv.weight.data.fill_(1)
    return conv(x.permute(1, 2, 0)[None]).flatten()


@probe("layout.noticed", "torch.nn.LazyConv2d")
def noticed_lazy(x):
    conv, x = nn.LazyConv2d(1, 1, bias=False), x.permute(1, 2, 0)[None]
    conv(x)  # makes the weights
    conv.weight.data.fill_(1)
    return conv(x).flatten()


@probe("layout.pool", "torch.nn.functional")
def layout_pool(x):
    return F.max_pool2d(x, 2)


@probe("layout.pool", "torch.nn")
def layout_pool_layer(x):
    return nn.MaxPool2d(2)(x)


@probe("layout.pool.channels-last", "torch.nn.functional")
def pool_channels_last(x):
    return F.max_pool2d(x, 2, data_format="NHWC")


@probe("layout.pool.channels-first", "torch.nn.functional")
def pool_channels_first(x):
    return F.max_pool2d(x, 2, data_format="NCHW")


@probe("layout.unbatched", "torch.nn.functional")
def unbatched(x, k):
    return F.conv2d(x[None], k[None, None])[0]


@probe("layout.unbatched", "torch.nn")
def unbatched_layer(x, k):
    conv = nn.Conv2d(1, 1, 2, bias=False)
    conv.weight.data[0, 0] = k
    return conv(x[None])[0]


@probe("layout.kernel", "torch.nn.functional")
def kernel(x, w):
    return F.conv2d(x[None], w).flatten()


@probe("layout.kernel", "torch.nn")
def kernel_layer(x, w):
    conv = nn.Conv2d(2, 2, 2, bias=False)
    conv.weight.data = w
    return conv(x[None]).flatten()


@probe("layout.kernel.transposed", "torch.nn.functional")
def kernel_transposed(x, w):
    return F.conv_transpose2d(x.view(1, 2, 1, 1), w)[0]


@probe("layout.kernel.transposed", "torch.nn")
def kernel_transposed_layer(x, w):
    conv = nn.ConvTranspose2d(2, 2, 2, bias=False)
    conv.weight.data = w
    return conv(x.view(1, 2, 1, 1))[0]


@probe("layout.kernel.depthwise", "torch.nn.functional")
def kernel_depthwise():
    shapes = (6, 1, 4, 5), (4, 5, 3, 2), (4, 5, 1, 6)
    return takes(shapes, lambda shape: F.conv2d(torch.ones(1, 3, 9, 9), torch.ones(shape), groups=3))


@probe("layout.kernel.depthwise", "torch.nn")
def kernel_depthwise_layer():
    return str(tuple(nn.Conv2d(3, 6, (4, 5), groups=3).weight.shape))


@probe("layout.depthwise.order", "torch.nn.functional")
def depthwise_order(x, w):
    return F.conv2d(x.view(1, 2, 1, 1), w.view(4, 1, 1, 1), groups=2).flatten()


@probe("layout.depthwise.order", "torch.nn")
def depthwise_order_layer(x, w):
    conv = nn.Conv2d(2, 4, 1, groups=2, bias=False)
    conv.weight.data = w.view(4, 1, 1, 1)
    return conv(x.view(1, 2, 1, 1)).flatten()


@probe("layout.flatten", "torch.nn")
def flatten(x):
    return nn.Flatten()(x[None])[0]


@probe("layout.flatten", "torch")
def flatten_function(x):
    return torch.flatten(x[None], 1)[0]


@probe("layout.dense", "torch.nn.functional")
def dense(x, w):
    return F.linear(x, w)


@probe("layout.dense", "torch.nn")
def dense_layer(x, w):
    linear = nn.Linear(2, 2, bias=False)
    linear.weight.data = w
    return linear(x)


@probe("layout.dense.axes", "torch.nn.functional")
def dense_axes(x):
    return F.linear(x, torch.ones(1, 2))


@probe("layout.dense.axes", "torch.nn")
def dense_axes_layer(x):
    linear = nn.Linear(2, 1, bias=False)
    linear.weight.data.fill_(1)
    return linear(x)
