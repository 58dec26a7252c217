"""Layers of PyTorch, made with nothing but their sizes."""

import torch
from torch import nn

from backends.contract import probe
from spec.questions.layers import SHAPES

SEEDS = range(20)


def seeded(seed, make, *sizes):
    """A layer, made after the seed is set."""
    torch.manual_seed(seed)
    return make(*sizes)


def spread(values, fan_in=72):
    """[std, largest absolute value] of the values of all layers, times sqrt(fan_in)."""
    values = torch.cat([one.flatten() for one in values])
    return torch.stack([values.std(), values.abs().max()]) * fan_in**0.5


PROBES = {
    "torch.nn": {
        "layer.bias": lambda: "without bias" if nn.Conv2d(1, 1, 1).bias is None else "with bias",
        "layer.weights": lambda: spread([seeded(seed, nn.Conv2d, 8, 64, 3).weight for seed in SEEDS]),
        "layer.bias.values": lambda: spread([seeded(seed, nn.Conv2d, 8, 64, 3).bias for seed in SEEDS]),
        "layer.dense.weights": lambda: spread([seeded(seed, nn.Linear, 72, 576).weight for seed in SEEDS]),
        "layer.transposed.parameters": lambda: str(tuple(nn.ConvTranspose2d(3, 4, (2, 5)).weight.shape)),
    },
    "torch.nn.Conv2d": {
        "layer.lazy": lambda: nn.Conv2d(out_channels=4, kernel_size=1),
    },
}


@probe("layer.weights.fan", "torch.nn")
def weights_fan():
    narrow, wide = ([seeded(seed, nn.Conv2d, inputs, 64, 3).weight for seed in SEEDS] for inputs in (8, 32))
    return (spread(narrow) / spread(wide))[:1]


@probe("layer.transposed.weights", "torch.nn")
def transposed_weights():
    return spread([seeded(seed, nn.ConvTranspose2d, 8, 64, 3).weight for seed in SEEDS])


@probe("layer.initializer", "torch.nn.init")
def initializer():
    even, *long = (nn.init.kaiming_normal_(torch.empty(shape)).std() for shape in SHAPES)
    return even / torch.stack(long)


@probe("layer.parameters", "torch.nn")
def parameters():
    return ", ".join(f"{name} {tuple(one.shape)}" for name, one in nn.Conv2d(3, 4, (2, 5)).named_parameters())


@probe("layer.lazy", "torch.nn.LazyConv2d")
def lazy_layer():
    conv = nn.LazyConv2d(4, 1)
    conv(torch.zeros(1, 3, 2, 2))
    return "inferred at the first call" if conv.weight.shape == (4, 3, 1, 1) else "not inferred"


@probe("layer.names", "torch.nn")
def names():
    net = nn.Sequential()
    net.add_module("C3", nn.Conv2d(6, 16, 5))
    net.add_module("C3", nn.Conv2d(16, 120, 5))
    return "both" if len(net) == 2 else "the second alone"


@probe("layer.activation", "torch.nn")
def activation(x):
    conv = nn.Conv2d(1, 1, 1, bias=False)
    conv.weight.data.fill_(1)
    return conv(x.view(2, 1, 1, 1)).flatten()
