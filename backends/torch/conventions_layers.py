"""Layers, gradients, losses and optimizers of PyTorch, by its default calls."""

import torch
import torch.nn.functional as F
from torch import nn

from backends.contract import probe

SEEDS = range(20)


def seeded(seed, make, *sizes):
    """A layer made right after the seed was set."""
    torch.manual_seed(seed)
    return make(*sizes)


def spread(values, fan_in=72):
    """[std, largest absolute value] of the values of all layers, times sqrt(fan_in)."""
    values = torch.cat([one.flatten() for one in values])
    return torch.stack([values.std(), values.abs().max()]) * fan_in**0.5


def gradient(tensor):
    """What stands in `.grad`: a tensor, or the word "none"."""
    return "none" if tensor.grad is None else tensor.grad


@probe("layer.bias", "torch.nn")
def bias():
    return "without bias" if nn.Conv2d(1, 1, 1).bias is None else "with bias"


@probe("layer.weights", "torch.nn")
def weights():
    return spread([seeded(seed, nn.Conv2d, 8, 64, 3).weight for seed in SEEDS])


@probe("layer.weights.fan", "torch.nn")
def weights_fan():
    narrow, wide = ([seeded(seed, nn.Conv2d, inputs, 64, 3).weight for seed in SEEDS] for inputs in (8, 32))
    return (spread(narrow) / spread(wide))[:1]


@probe("layer.bias.values", "torch.nn")
def bias_values():
    return spread([seeded(seed, nn.Conv2d, 8, 64, 3).bias for seed in SEEDS])


@probe("layer.dense.weights", "torch.nn")
def dense_weights():
    return spread([seeded(seed, nn.Linear, 72, 576).weight for seed in SEEDS])


@probe("layer.parameters", "torch.nn")
def parameters():
    return ", ".join(f"{name} {tuple(one.shape)}" for name, one in nn.Conv2d(3, 4, (2, 5)).named_parameters())


@probe("layer.transposed.parameters", "torch.nn")
def transposed_parameters():
    return str(tuple(nn.ConvTranspose2d(3, 4, (2, 5)).weight.shape))


@probe("layer.lazy", "torch.nn.Conv2d")
def lazy():
    return nn.Conv2d(out_channels=4, kernel_size=1)


@probe("layer.lazy", "torch.nn.LazyConv2d")
def lazy_layer():
    conv = nn.LazyConv2d(4, 1)
    conv(torch.zeros(1, 3, 2, 2))
    return "inferred at the first call" if conv.weight.shape == (4, 3, 1, 1) else "not inferred"


@probe("layer.activation", "torch.nn")
def activation(x):
    conv = nn.Conv2d(1, 1, 1, bias=False)
    conv.weight.data.fill_(1)
    return conv(x.view(2, 1, 1, 1)).flatten()


@probe("gradient.vector", "torch")
def vector(x):
    x.requires_grad_()
    (x * x).backward()
    return x.grad


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


@probe("loss.squared", "torch.nn.functional")
def squared(y, t):
    return F.mse_loss(y, t)


@probe("loss.squared", "torch.nn")
def squared_layer(y, t):
    return nn.MSELoss()(y, t)


@probe("loss.cross-entropy", "torch.nn.functional")
def cross_entropy(y, t):
    return F.cross_entropy(y, t)


@probe("loss.cross-entropy", "torch.nn")
def cross_entropy_layer(y, t):
    return nn.CrossEntropyLoss()(y, t)


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
