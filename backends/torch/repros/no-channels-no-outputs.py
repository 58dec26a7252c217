"""F.conv2d of images without channels has no output channels either, whatever the weight says.

A weight (3, 0, 2, 2) has three kernels, each of which sums nothing over an image (1, 0, 4, 4). By the documented
shape rule the result is (1, 3, 3, 3), and the empty sums are zeros. torch returns (1, 0, 3, 3).

Upstream: pytorch/pytorch#120944
Shows as: AssertionError
"""

import torch
import torch.nn.functional as F

print("torch", torch.__version__)
found = F.conv2d(torch.zeros(1, 0, 4, 4), torch.zeros(3, 0, 2, 2))
print("found    shape", tuple(found.shape))
print("expected shape (1, 3, 3, 3)")
assert found.shape == (1, 3, 3, 3)
