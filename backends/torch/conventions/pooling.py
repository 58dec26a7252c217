"""Pooling in PyTorch, by its default calls."""

import torch.nn.functional as F
from torch import nn

from backends.contract import probe

PROBES = {
    "torch.nn.functional": {
        "pool.stride": lambda x: F.max_pool2d(x[None, None], 2)[0, 0],
        "pool.size": lambda x: F.max_pool2d(x[None, None], 2, stride=2)[0, 0],
        "pool.ceil": lambda x: F.max_pool2d(x[None, None], (1, 2), ceil_mode=True)[0, 0],
        "pool.ceil.empty": lambda x: F.max_pool2d(x[None, None], (1, 2), padding=(0, 1), ceil_mode=True)[0, 0],
        "pool.average.padding": lambda x: F.avg_pool2d(x[None, None], 3, stride=1, padding=1)[0, 0],
        "pool.average.overhang": lambda x: F.avg_pool2d(x[None, None], (1, 2), ceil_mode=True)[0, 0],
        "pool.max.padding": lambda x: F.max_pool2d(x[None, None], 3, stride=1, padding=1)[0, 0],
        "pool.nan": lambda x: F.max_pool2d(x[None, None], 2)[0, 0],
    },
    "torch.nn": {
        "pool.stride": lambda x: nn.MaxPool2d(2)(x[None, None])[0, 0],
        "pool.size": lambda x: nn.MaxPool2d(2, stride=2)(x[None, None])[0, 0],
        "pool.ceil": lambda x: nn.MaxPool2d((1, 2), ceil_mode=True)(x[None, None])[0, 0],
        "pool.ceil.empty": lambda x: nn.MaxPool2d((1, 2), padding=(0, 1), ceil_mode=True)(x[None, None])[0, 0],
        "pool.average.padding": lambda x: nn.AvgPool2d(3, stride=1, padding=1)(x[None, None])[0, 0],
        "pool.average.overhang": lambda x: nn.AvgPool2d((1, 2), ceil_mode=True)(x[None, None])[0, 0],
        "pool.max.padding": lambda x: nn.MaxPool2d(3, stride=1, padding=1)(x[None, None])[0, 0],
        "pool.nan": lambda x: nn.MaxPool2d(2)(x[None, None])[0, 0],
        "pool.global": lambda x: nn.AdaptiveAvgPool2d(1)(x[None]),
    },
}


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
