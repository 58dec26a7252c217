"""gelu(inf) is NaN where vector instructions compute it.

The limit is inf, and so it is in the last few numbers of an array, which are computed one by one. On processors without
AVX-512 all are inf.

Upstream: none found
Shows as: AssertionError
"""

import torch
import torch.nn.functional as F

print("torch", torch.__version__, torch.backends.cpu.get_cpu_capability())
found = F.gelu(torch.full((32,), torch.inf))
print("found   ", found)
print("expected", torch.full((32,), torch.inf))
assert (found == torch.inf).all()
