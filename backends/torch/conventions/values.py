"""Dtypes, memory and errors of PyTorch, by its default calls."""

import torch
import torch.nn.functional as F
from torch import nn

from backends.contract import probe
from spec.questions.words import when


def name(tensor):
    """The dtype as a word."""
    return str(tensor.dtype).removeprefix("torch.")


@probe("dtype.mixed", "torch.nn.functional")
def mixed(x, k):
    return name(F.conv2d(x.view(1, 1, 1, 1), k.view(1, 1, 1, 1)))


@probe("dtype.mixed", "torch.nn")
def mixed_layer(x, k):
    conv = nn.Conv2d(1, 1, 1, bias=False)
    conv.weight.data = k.view(1, 1, 1, 1)
    return name(conv(x.view(1, 1, 1, 1)))


@probe("dtype.add", "torch")
def add(x, k):
    return name(x + k)


@probe("dtype.add.integers", "torch")
def add_integers(x, k):
    return name(x + k)


@probe("dtype.numpy", "torch.tensor", arrays=True)
def from_array(x):
    return name(torch.tensor(x))


@probe("dtype.numpy", "torch.from_numpy", arrays=True)
def from_numpy(x):
    return name(torch.from_numpy(x))


@probe("dtype.numpy", "torch.Tensor", arrays=True)
def from_array_class(x):
    return name(torch.Tensor(x))


@probe("dtype.list", "torch.tensor")
def from_list():
    return name(torch.tensor([1.5, 2.5]))


@probe("dtype.numpy-into-call", "torch.nn.functional", arrays=True)
def numpy_into_call(x, k):
    return name(F.conv2d(torch.tensor(x)[None, None], k[None, None]))


@probe("dtype.integers", "torch.nn.functional")
def integers(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]


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


@probe("errors.when", "torch")
def values(x):
    return when(lambda: torch.linalg.cholesky(x), lambda factor: factor.numpy())


@probe("errors.shape", "torch.nn.functional")
def shape(x, k):
    return when(lambda: F.conv2d(x.view(1, 2, 1, 1), k.view(1, 3, 1, 1)), lambda y: y.numpy())


@probe("errors.empty", "torch.nn.functional")
def empty(x):
    return when(lambda: F.conv2d(x, torch.ones(1, 1, 1, 1)), lambda y: y.numpy())
