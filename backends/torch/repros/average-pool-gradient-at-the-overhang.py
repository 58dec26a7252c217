"""The gradient of F.avg_pool2d compiled by torch.compile is too small where ceil_mode lets a window hang over.

2 x 2 windows side by side on 3 x 3 pixels: with ceil_mode the last ones hang over, and the mean of what they see is
right. The corner pixel is a window by itself, so its gradient is 1, and 1/2 at the edges. Compiled all gradients are
1/4, as if every window had four pixels.

Upstream: pytorch/pytorch#198119
Shows as: AssertionError
"""

import torch
import torch.nn.functional as F

print("torch", torch.__version__)


def gradient(pool):
    x = torch.zeros(1, 1, 3, 3, requires_grad=True)
    pool(x).sum().backward()
    return x.grad[0, 0].tolist()


def pool(x):
    return F.avg_pool2d(x, kernel_size=2, ceil_mode=True)


found = gradient(torch.compile(pool))
expected = gradient(pool)
print("found   ", found)
print("expected", expected)
assert found == expected
