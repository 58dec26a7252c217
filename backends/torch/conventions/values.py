"""Dtypes, memory and errors of PyTorch, by its default calls."""

import torch
import torch.nn.functional as F
from torch import nn

from backends.contract import arrays, probe
from spec.questions.words import when


def name(tensor):
    """The dtype as a word."""
    return str(tensor.dtype).removeprefix("torch.")


PROBES = {
    "torch.nn.functional": {
        "dtype.mixed": lambda x, k: name(F.conv2d(x.view(1, 1, 1, 1), k.view(1, 1, 1, 1))),
        "dtype.numpy-into-call": arrays(lambda x, k: name(F.conv2d(torch.tensor(x)[None, None], k[None, None]))),
        "dtype.integers": lambda x, k: F.conv2d(x[None, None], k[None, None])[0, 0],
        "errors.empty": lambda x: when(lambda: F.conv2d(x, torch.ones(1, 1, 1, 1)), lambda y: y.numpy()),
    },
    "torch": {
        "dtype.add": lambda x, k: name(x + k),
        "dtype.add.integers": lambda x, k: name(x + k),
        "errors.when": lambda x: when(lambda: torch.linalg.cholesky(x), lambda factor: factor.numpy()),
    },
    "torch.tensor": {
        "dtype.numpy": arrays(lambda x: name(torch.tensor(x))),
        "dtype.list": lambda: name(torch.tensor([1.5, 2.5])),
    },
    "torch.from_numpy": {
        "dtype.numpy": arrays(lambda x: name(torch.from_numpy(x))),
    },
    "torch.Tensor": {
        "dtype.numpy": arrays(lambda x: name(torch.Tensor(x))),
    },
}


@probe("dtype.mixed", "torch.nn")
def mixed_layer(x, k):
    conv = nn.Conv2d(1, 1, 1, bias=False)
    conv.weight.data = k.view(1, 1, 1, 1)
    return name(conv(x.view(1, 1, 1, 1)))


@probe("dtype.half", "torch.nn.functional", arrays=True)
def half(x, k):
    x, k = torch.tensor(x).half(), torch.tensor(k).half()
    return name(F.conv2d(x[None, None], k[None, None]))


@probe("dtype.bfloat16", "torch.nn.functional", arrays=True)
def bfloat16(x, k):
    x, k = torch.tensor(x).bfloat16(), torch.tensor(k).bfloat16()
    return name(F.conv2d(x[None, None], k[None, None]))


@probe("memory.in", "torch.tensor", arrays=True)
def copied(x):
    t = torch.tensor(x)
    x[0] = 9
    return t


@probe("memory.in", "torch.from_numpy", arrays=True)
def shared(x):
    t = torch.from_numpy(x)
    x[0] = 9
    return t


@probe("memory.in", "torch.asarray", arrays=True)
def shared_asarray(x):
    t = torch.asarray(x)
    x[0] = 9
    return t


@probe("memory.out", "torch")
def out(x):
    a = x.numpy()
    a[0] = 9
    return x


@probe("memory.assign", "torch")
def assign(x):
    x[0] = 9
    return x


@probe("memory.view", "torch")
def view(x):
    part = x[:2]
    part[0] = 9
    return x


@probe("errors.shape", "torch.nn.functional")
def shape(x, k):
    return when(lambda: F.conv2d(x.view(1, 2, 1, 1), k.view(1, 3, 1, 1)), lambda y: y.numpy())
