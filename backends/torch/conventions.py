"""What PyTorch does by default: each probe is its own call, without any argument that could be left out."""

import torch.nn.functional as F

from backends.contract import probe


@probe("conv.flip", "torch.nn.functional")
def flip(x, k):
    return F.conv2d(x[None, None], k[None, None])[0, 0]
