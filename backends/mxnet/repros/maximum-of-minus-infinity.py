"""npx.pooling(pool_type="max") of nothing but -inf gives the lowest finite number.

The maximum of -inf and -inf is -inf, as mx.np.max has it. Here it is -3.4028235e+38, because the search starts from
that number. Scores that were masked with -inf come out finite.

Upstream: none found
Shows as: AssertionError
"""

import mxnet as mx

mx.npx.set_np()

print("mxnet", mx.__version__)
x = mx.np.full((1, 1, 2, 2), float("-inf"))
found = mx.npx.pooling(x, kernel=(2, 2), pool_type="max").item()
print("found   ", found)
print("expected", x.max().item())
assert found == float("-inf")
