"""The activations of PyTorch, as functions of (x, slope, axis)."""

import torch
import torch.nn.functional as F

ACTIVATIONS = {
    "relu": lambda x, slope, axis: F.relu(x),
    "relu6": lambda x, slope, axis: F.relu6(x),
    "leaky_relu": lambda x, slope, axis: F.leaky_relu(x, negative_slope=slope),
    "elu": lambda x, slope, axis: F.elu(x),
    "gelu": lambda x, slope, axis: F.gelu(x),
    "gelu_tanh": lambda x, slope, axis: F.gelu(x, approximate="tanh"),
    "silu": lambda x, slope, axis: F.silu(x),
    "sigmoid": lambda x, slope, axis: torch.sigmoid(x),
    "tanh": lambda x, slope, axis: torch.tanh(x),
    "softplus": lambda x, slope, axis: F.softplus(x),
    "hard_sigmoid": lambda x, slope, axis: F.hardsigmoid(x),
    "hard_swish": lambda x, slope, axis: F.hardswish(x),
    "softmax": lambda x, slope, axis: F.softmax(x, dim=axis),
    "log_softmax": lambda x, slope, axis: F.log_softmax(x, dim=axis),
}
