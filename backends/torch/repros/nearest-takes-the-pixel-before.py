"""F.interpolate(mode="nearest") takes the pixel before in some places when the scale is 41, 47, 55, 61, 82, ...

Two pixels 41 times as wide are 41 times the first and 41 times the second, because floor(41 / 41) is 1. The index is
computed as floor(41 * (1 / 41)) in float32, where the product is below 1: the first pixel comes 42 times. It is so in
float64 too where the result is small. mode="nearest-exact", which reads at (i + 1/2) / 41, is right.

Upstream: none found
Shows as: AssertionError
Belongs to: question resize.nearest
"""

import torch
import torch.nn.functional as F

print("torch", torch.__version__)
x = torch.tensor([[[[1.0, 2.0]]]])
found = F.interpolate(x, scale_factor=(1, 41), mode="nearest")
expected = x.repeat_interleave(41, dim=3)
print("found   ", torch.unique(found, return_counts=True))
print("expected", torch.unique(expected, return_counts=True))
assert torch.equal(F.interpolate(x, scale_factor=(1, 41), mode="nearest-exact"), expected)
assert torch.equal(found, expected)
