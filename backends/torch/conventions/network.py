"""Activations and batch normalisation of PyTorch, by their default calls."""

import torch
import torch.nn.functional as F
from torch import nn

from backends.contract import probe


def slope(function, x):
    """The gradient of function(x)."""
    x.requires_grad_()
    return torch.autograd.grad(function(x).sum(), x)[0]


PROBES = {
    "torch.nn.functional": {
        "activation.gelu": lambda x: F.gelu(x),
        "activation.leaky": lambda x: F.leaky_relu(x),
        "activation.elu": lambda x: F.elu(x),
        "activation.hard-sigmoid": lambda x: F.hardsigmoid(x),
        "activation.softmax.axis": lambda x: F.softmax(x),
        "activation.softmax.masked": lambda x: F.softmax(x, dim=-1),
        "activation.relu.gradient": lambda x: slope(F.relu, x),
        "activation.relu6.gradient": lambda x: slope(F.relu6, x),
        "norm.epsilon": lambda x: F.batch_norm(x, None, None, training=True).flatten(),
        "norm.mode": lambda x: F.batch_norm(x, torch.zeros(1), torch.ones(1)).flatten(),
        "norm.one-value": lambda x: F.batch_norm(x, None, None, training=True).flatten(),
    },
    "torch.nn": {
        "activation.gelu": lambda x: nn.GELU()(x),
        "activation.leaky": lambda x: nn.LeakyReLU()(x),
        "activation.softmax.axis": lambda x: nn.Softmax()(x),
        "norm.epsilon": lambda x: nn.BatchNorm2d(1)(x).flatten(),
        "norm.mode": lambda x: nn.BatchNorm2d(1)(x).flatten(),
        "norm.axis": lambda x: "axis 1" if nn.BatchNorm2d(3)(x).shape == x.shape else "the last axis",
        "norm.one-value": lambda x: nn.BatchNorm2d(1)(x).flatten(),
    },
}


@probe("norm.momentum", "torch.nn")
def momentum(x):
    layer = nn.BatchNorm2d(1)
    layer(x)
    return layer.running_mean


@probe("norm.variance", "torch.nn")
def variance(x):
    layer = nn.BatchNorm2d(1)
    layer(x)
    return 1 + (layer.running_var - 1) / (layer.running_mean / 4)
