"""Pooling in PyTorch, by its default calls."""

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


@probe("pool.size", "torch.nn")
def pool_size_layer(x):
    return nn.MaxPool2d(2, stride=2)(x[None, None])[0, 0]


@probe("pool.ceil", "torch.nn.functional")
def pool_ceil(x):
    return F.max_pool2d(x[None, None], (1, 2), ceil_mode=True)[0, 0]


@probe("pool.ceil", "torch.nn")
def pool_ceil_layer(x):
    return nn.MaxPool2d((1, 2), ceil_mode=True)(x[None, None])[0, 0]


@probe("pool.ceil.empty", "torch.nn.functional")
def pool_ceil_empty(x):
    return F.max_pool2d(x[None, None], (1, 2), padding=(0, 1), ceil_mode=True)[0, 0]


@probe("pool.ceil.empty", "torch.nn")
def pool_ceil_empty_layer(x):
    return nn.MaxPool2d((1, 2), padding=(0, 1), ceil_mode=True)(x[None, None])[0, 0]


@probe("pool.average.padding", "torch.nn.functional")
def average_padding(x):
    return F.avg_pool2d(x[None, None], 3, stride=1, padding=1)[0, 0]


@probe("pool.average.padding", "torch.nn")
def average_padding_layer(x):
    return nn.AvgPool2d(3, stride=1, padding=1)(x[None, None])[0, 0]


@probe("pool.average.overhang", "torch.nn.functional")
def average_overhang(x):
    return F.avg_pool2d(x[None, None], (1, 2), ceil_mode=True)[0, 0]


@probe("pool.average.overhang", "torch.nn")
def average_overhang_layer(x):
    return nn.AvgPool2d((1, 2), ceil_mode=True)(x[None, None])[0, 0]


@probe("pool.max.padding", "torch.nn.functional")
def max_padding(x):
    return F.max_pool2d(x[None, None], 3, stride=1, padding=1)[0, 0]


@probe("pool.max.padding", "torch.nn")
def max_padding_layer(x):
    return nn.MaxPool2d(3, stride=1, padding=1)(x[None, None])[0, 0]


@probe("pool.ties", "torch.nn.functional")
def ties(x):
    x.requires_grad_()
    F.max_pool2d(x[None, None], (2, 3)).sum().backward()
    return x.grad


@probe("pool.ties", "torch.max")
def ties_max(x):
    x.requires_grad_()
    x.max().backward()
    return x.grad


@probe("pool.nan", "torch.nn.functional")
def nan(x):
    return F.max_pool2d(x[None, None], 2)[0, 0]


@probe("pool.nan", "torch.nn")
def nan_layer(x):
    return nn.MaxPool2d(2)(x[None, None])[0, 0]


@probe("pool.global", "torch.nn")
def global_pool(x):
    return nn.AdaptiveAvgPool2d(1)(x[None])
