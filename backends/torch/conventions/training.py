"""Gradients, losses and optimizers of PyTorch, by its default calls."""

import torch
import torch.nn.functional as F
from torch import nn

from backends.contract import probe


def gradient(tensor):
    """The gradient in `.grad`, or the word "none"."""
    return "none" if tensor.grad is None else tensor.grad


PROBES = {
    "torch.nn.functional": {
        "loss.squared": lambda y, t: F.mse_loss(y, t),
        "loss.cross-entropy": lambda y, t: F.cross_entropy(y, t),
    },
    "torch.nn": {
        "loss.squared": lambda y, t: nn.MSELoss()(y, t),
        "loss.cross-entropy": lambda y, t: nn.CrossEntropyLoss()(y, t),
    },
}


@probe("gradient.vector", "torch")
def vector(x):
    x.requires_grad_()
    (x * x).backward()
    return x.grad


@probe("gradient.vector", "torch.autograd.grad")
def vector_grad(x):
    x.requires_grad_()
    return torch.autograd.grad(x * x, x)[0]


@probe("gradient.accumulates", "torch")
def accumulates(x):
    x.requires_grad_()
    for _ in range(2):
        (x * x).sum().backward()
    return x.grad


@probe("gradient.accumulates", "torch.autograd.grad")
def accumulates_grad(x):
    x.requires_grad_()
    return [torch.autograd.grad((x * x).sum(), x) for _ in range(2)][1][0]


@probe("gradient.unused", "torch")
def unused(x, k):
    x.requires_grad_(), k.requires_grad_()
    (x * x).sum().backward()
    return gradient(k)


@probe("gradient.unused", "torch.autograd.grad")
def unused_grad(x, k):
    x.requires_grad_(), k.requires_grad_()
    return torch.autograd.grad((x * x).sum(), k)[0]


@probe("gradient.assignment", "torch")
def assignment(x, k):
    k.requires_grad_()
    y = torch.zeros(2, 2)
    for i in range(2):
        for j in range(2):
            y[i, j] = (x[i : i + 2, j : j + 2] * k).sum()
    y.sum().backward()
    return gradient(k)


@probe("gradient.integers", "torch")
def integers(x):
    x.requires_grad_()
    (x * x).sum().backward()
    return gradient(x)


@probe("optimizer.batch", "torch.optim")
def batch(w, x):
    optimizer = torch.optim.SGD([w.requires_grad_()], lr=0.5)
    (x @ w).sum().backward()
    optimizer.step()
    return w


@probe("optimizer.rate", "torch.optim")
def rate(w):
    optimizer = torch.optim.SGD([w.requires_grad_()])
    w.sum().backward()
    optimizer.step()
    return w
