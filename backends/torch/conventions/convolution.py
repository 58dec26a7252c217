"""Convolution in PyTorch, by its default calls.

No call is given an argument that could be left out. `spec/questions` says what each probe gets and returns. An image
(H, W) becomes x[None, None], with a batch axis and a channel axis.
"""

import torch.nn.functional as F
from torch import nn

from backends.contract import probe


def layer(k, **options):
    """A convolutional layer of one channel without bias, with the kernel k."""
    made = nn.Conv2d(1, 1, k.shape, bias=False, **options)
    made.weight.data[0, 0] = k
    return made


PROBES = {
    "torch.nn.functional": {
        "conv.flip": lambda x, k: F.conv2d(x[None, None], k[None, None])[0, 0],
        "conv.bias": lambda x, k: F.conv2d(x[None, None], k[None, None])[0, 0],
        "conv.implicit-groups": lambda x, w: F.conv2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1)).flatten(),
        "conv.groups": lambda x, w: F.conv2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1), groups=2).flatten(),
        "conv.too-large": lambda x, k: F.conv2d(x[None, None], k[None, None])[0, 0],
    },
    "torch.nn": {
        "conv.flip": lambda x, k: layer(k)(x[None, None])[0, 0],
        "conv.stride-dilation": lambda x, k: layer(k, stride=(1, 2), dilation=(1, 2))(x[None, None])[0, 0],
        "conv.too-large": lambda x, k: layer(k)(x[None, None])[0, 0],
    },
}


@probe("conv.implicit-groups", "torch.nn")
def implicit_groups_layer(x, w):
    conv = nn.Conv2d(1, 2, 1, bias=False)
    conv.weight.data = w.view(2, 1, 1, 1)
    return conv(x.view(1, 2, 1, 1)).flatten()


@probe("conv.groups", "torch.nn")
def groups_layer(x, w):
    conv = nn.Conv2d(2, 2, 1, groups=2, bias=False)
    conv.weight.data = w.view(2, 1, 1, 1)
    return conv(x.view(1, 2, 1, 1)).flatten()


@probe("conv.groups.gradient", "torch.nn.functional")
def groups_gradient(x, w):
    w.requires_grad_()
    F.conv2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1), groups=2).sum().backward()
    return w.grad


@probe("conv.stride-dilation", "torch.nn.functional")
def stride_dilation(x, k):
    return F.conv2d(x[None, None], k[None, None], stride=(1, 2), dilation=(1, 2))[0, 0]
