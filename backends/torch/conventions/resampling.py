"""Resizing images in PyTorch, by its default calls."""

import torch.nn.functional as F
from torch import nn

from backends.contract import probe


@probe("resize.nearest", "torch.nn.functional")
def nearest(x):
    return F.interpolate(x[None, None], (1, 5), mode="nearest")[0, 0]


@probe("resize.nearest", "torch.nn.functional, nearest-exact")
def nearest_exact(x):
    return F.interpolate(x[None, None], (1, 5), mode="nearest-exact")[0, 0]


@probe("resize.nearest", "torch.nn")
def nearest_layer(x):
    return nn.UpsamplingNearest2d((1, 5))(x[None, None])[0, 0]


@probe("resize.bilinear", "torch.nn.functional")
def bilinear(x):
    return F.interpolate(x[None, None], (1, 8), mode="bilinear")[0, 0]


@probe("resize.bilinear", "torch.nn.UpsamplingBilinear2d")
def bilinear_layer(x):
    return nn.UpsamplingBilinear2d((1, 8))(x[None, None])[0, 0]


@probe("resize.bilinear", "torch.nn")
def bilinear_upsample(x):
    return nn.Upsample((1, 8), mode="bilinear")(x[None, None])[0, 0]


@probe("resize.antialias", "torch.nn.functional")
def antialias(x):
    return F.interpolate(x[None, None], (1, 4), mode="bilinear")[0, 0]


@probe("resize.cubic", "torch.nn.functional")
def cubic(x):
    return F.interpolate(x[None, None], (1, 8), mode="bicubic")[0, 0]


@probe("resize.cubic", "torch.nn.functional, antialias")
def cubic_antialias(x):
    return F.interpolate(x[None, None], (1, 8), mode="bicubic", antialias=True)[0, 0]


@probe("resize.method", "torch.nn.functional")
def method(x):
    return F.interpolate(x[None, None], (1, 4))[0, 0]


@probe("resize.method", "torch.nn")
def method_layer(x):
    return nn.Upsample((1, 4))(x[None, None])[0, 0]
