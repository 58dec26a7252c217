"""Resizing images in PyTorch, by its default calls."""

import torch.nn.functional as F
from torch import nn

PROBES = {
    "torch.nn.functional": {
        "resize.nearest": lambda x: F.interpolate(x[None, None], (1, 5), mode="nearest")[0, 0],
        "resize.bilinear": lambda x: F.interpolate(x[None, None], (1, 8), mode="bilinear")[0, 0],
        "resize.antialias": lambda x: F.interpolate(x[None, None], (1, 4), mode="bilinear")[0, 0],
        "resize.cubic": lambda x: F.interpolate(x[None, None], (1, 8), mode="bicubic")[0, 0],
        "resize.method": lambda x: F.interpolate(x[None, None], (1, 4))[0, 0],
    },
    "torch.nn.functional, nearest-exact": {
        "resize.nearest": lambda x: F.interpolate(x[None, None], (1, 5), mode="nearest-exact")[0, 0],
    },
    "torch.nn": {
        "resize.nearest": lambda x: nn.UpsamplingNearest2d((1, 5))(x[None, None])[0, 0],
        "resize.bilinear": lambda x: nn.Upsample((1, 8), mode="bilinear")(x[None, None])[0, 0],
        "resize.method": lambda x: nn.Upsample((1, 4))(x[None, None])[0, 0],
    },
    "torch.nn.UpsamplingBilinear2d": {
        "resize.bilinear": lambda x: nn.UpsamplingBilinear2d((1, 8))(x[None, None])[0, 0],
    },
    "torch.nn.functional, antialias": {
        "resize.cubic": lambda x: F.interpolate(x[None, None], (1, 8), mode="bicubic", antialias=True)[0, 0],
    },
}
