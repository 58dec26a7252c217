"""Pooling, transposed convolution and resizing in PyTorch, by its default calls."""

import torch.nn.functional as F
from torch import nn

from backends.contract import probe


@probe("pool.stride", "torch.nn.functional")
def pool_stride(x):
    return F.max_pool2d(x[None, None], 2)[0, 0]


@probe("pool.stride", "torch.nn")
def pool_stride_layer(x):
    return nn.MaxPool2d(2)(x[None, None])[0, 0]


@probe("pool.size", "torch.nn.functional")
def pool_size(x):
    return F.max_pool2d(x[None, None], 2, stride=2)[0, 0]


@probe("pool.ceil", "torch.nn.functional")
def pool_ceil(x):
    return F.max_pool2d(x[None, None], (1, 2), ceil_mode=True)[0, 0]


@probe("pool.ceil.empty", "torch.nn.functional")
def pool_ceil_empty(x):
    return F.max_pool2d(x[None, None], (1, 2), padding=(0, 1), ceil_mode=True)[0, 0]


@probe("pool.average.padding", "torch.nn.functional")
def average_padding(x):
    return F.avg_pool2d(x[None, None], 3, stride=1, padding=1)[0, 0]


@probe("pool.average.padding", "torch.nn")
def average_padding_layer(x):
    return nn.AvgPool2d(3, stride=1, padding=1)(x[None, None])[0, 0]


@probe("pool.average.overhang", "torch.nn.functional")
def average_overhang(x):
    return F.avg_pool2d(x[None, None], (1, 2), ceil_mode=True)[0, 0]


@probe("pool.max.padding", "torch.nn.functional")
def max_padding(x):
    return F.max_pool2d(x[None, None], 3, stride=1, padding=1)[0, 0]


@probe("pool.ties", "torch.nn.functional")
def ties(x):
    x.requires_grad_()
    F.max_pool2d(x[None, None], 2).sum().backward()
    return x.grad


@probe("pool.nan", "torch.nn.functional")
def nan(x):
    return F.max_pool2d(x[None, None], 2)[0, 0]


@probe("pool.global", "torch.nn")
def global_pool(x):
    return nn.AdaptiveAvgPool2d(1)(x[None])


@probe("transposed.flip", "torch.nn.functional")
def transposed_flip(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None])[0, 0]


@probe("transposed.default", "torch.nn.functional")
def transposed_default(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None])[0, 0]


@probe("transposed.default", "torch.nn")
def transposed_default_layer(x, k):
    conv = nn.ConvTranspose2d(1, 1, (1, 3), bias=False)
    conv.weight.data[0, 0] = k
    return conv(x[None, None])[0, 0]


@probe("transposed.same", "torch.nn.functional")
def transposed_same(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 2), padding="same")[0, 0]


@probe("transposed.valid", "torch.nn.functional")
def transposed_valid(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 3))[0, 0]


@probe("transposed.padding", "torch.nn.functional")
def transposed_padding(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], padding=(0, 1))[0, 0]


@probe("transposed.output-padding", "torch.nn.functional")
def output_padding(x, k):
    y = F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 2), padding=(0, 1), output_padding=(0, 1))
    return y[0, 0]


@probe("transposed.asymmetric", "torch.nn.functional")
def transposed_asymmetric(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], padding=((0, 0), (1, 0)))[0, 0]


@probe("transposed.groups", "torch.nn.functional")
def transposed_groups(x, w):
    return F.conv_transpose2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1), groups=2).flatten()


@probe("transposed.dilation", "torch.nn.functional")
def transposed_dilation(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 2), dilation=(1, 2))[0, 0]


@probe("resize.nearest", "torch.nn.functional")
def nearest(x):
    return F.interpolate(x[None, None], (1, 5), mode="nearest")[0, 0]


@probe("resize.bilinear", "torch.nn.functional")
def bilinear(x):
    return F.interpolate(x[None, None], (1, 8), mode="bilinear")[0, 0]


@probe("resize.bilinear", "torch.nn.UpsamplingBilinear2d")
def bilinear_layer(x):
    return nn.UpsamplingBilinear2d((1, 8))(x[None, None])[0, 0]


@probe("resize.antialias", "torch.nn.functional")
def antialias(x):
    return F.interpolate(x[None, None], (1, 4), mode="bilinear")[0, 0]


@probe("resize.cubic", "torch.nn.functional")
def cubic(x):
    return F.interpolate(x[None, None], (1, 8), mode="bicubic")[0, 0]


@probe("resize.method", "torch.nn.functional")
def method(x):
    return F.interpolate(x[None, None], (1, 4))[0, 0]


@probe("resize.method", "torch.nn")
def method_layer(x):
    return nn.Upsample((1, 4))(x[None, None])[0, 0]
