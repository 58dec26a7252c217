"""Transposed convolution in PyTorch, by its default calls."""

import torch.nn.functional as F
from torch import nn

from backends.contract import probe


def layer(k, **options):
    """A transposed layer of one channel without bias, with the kernel k."""
    made = nn.ConvTranspose2d(1, 1, k.shape, bias=False, **options)
    made.weight.data[0, 0] = k
    return made


PROBES = {
    "torch.nn.functional": {
        "transposed.flip": lambda x, k: F.conv_transpose2d(x[None, None], k[None, None])[0, 0],
        "transposed.default": lambda x, k: F.conv_transpose2d(x[None, None], k[None, None])[0, 0],
        "transposed.same": lambda x, k: F.conv_transpose2d(x[None, None], k[None, None], padding="same")[0, 0],
        "transposed.valid": lambda x, k: F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 3))[0, 0],
        "transposed.padding": lambda x, k: F.conv_transpose2d(x[None, None], k[None, None], padding=(0, 1))[0, 0],
    },
    "torch.nn": {
        "transposed.flip": lambda x, k: layer(k)(x[None, None])[0, 0],
        "transposed.default": lambda x, k: layer(k)(x[None, None])[0, 0],
        "transposed.same": lambda x, k: layer(k, padding="same")(x[None, None])[0, 0],
        "transposed.same.stride": lambda x, k: layer(k, stride=(1, 2), padding="same")(x[None, None])[0, 0],
        "transposed.valid": lambda x, k: layer(k, stride=(1, 3))(x[None, None])[0, 0],
        "transposed.padding": lambda x, k: layer(k, padding=(0, 1))(x[None, None])[0, 0],
        "transposed.asymmetric": lambda x, k: layer(k, padding=((0, 0), (1, 0)))(x[None, None])[0, 0],
        "transposed.dilation": lambda x, k: layer(k, stride=(1, 2), dilation=(1, 2))(x[None, None])[0, 0],
    },
}


@probe("transposed.same.stride", "torch.nn.functional")
def transposed_same_stride(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 2), padding="same")[0, 0]


@probe("transposed.same.stride", "torch.nn.functional, padding=1")
def transposed_same_by_number(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 2), padding=(0, 1), output_padding=(0, 1))[0, 0]


@probe("transposed.output-padding", "torch.nn.functional")
def output_padding(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 2), padding=(0, 1), output_padding=(0, 1))[0, 0]


@probe("transposed.output-padding", "torch.nn")
def output_padding_layer(x, k):
    return layer(k, stride=(1, 2), padding=(0, 1), output_padding=(0, 1))(x[None, None])[0, 0]


@probe("transposed.asymmetric", "torch.nn.functional")
def transposed_asymmetric(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], padding=((0, 0), (1, 0)))[0, 0]


@probe("transposed.groups", "torch.nn.functional")
def transposed_groups(x, w):
    return F.conv_transpose2d(x.view(1, 2, 1, 1), w.view(2, 1, 1, 1), groups=2).flatten()


@probe("transposed.groups", "torch.nn")
def transposed_groups_layer(x, w):
    conv = nn.ConvTranspose2d(2, 2, 1, groups=2, bias=False)
    conv.weight.data = w.view(2, 1, 1, 1)
    return conv(x.view(1, 2, 1, 1)).flatten()


@probe("transposed.dilation", "torch.nn.functional")
def transposed_dilation(x, k):
    return F.conv_transpose2d(x[None, None], k[None, None], stride=(1, 2), dilation=(1, 2))[0, 0]
