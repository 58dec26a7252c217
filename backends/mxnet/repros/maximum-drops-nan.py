"""npx.pooling(pool_type="max") drops NaN.

The maximum of numbers with a NaN among them should be NaN, as mx.np.max has it, and as other frameworks pool. Here
NaN is passed over, and a window of nothing but NaN gives the lowest finite number. A network that has begun to
compute NaN goes on as if all were well.

Upstream: none found
Shows as: AssertionError
"""

import math

import mxnet as mx

mx.npx.set_np()

print("mxnet", mx.__version__)
nan = float("nan")
x = mx.np.array([1, nan, nan, nan]).reshape(1, 1, 1, 4)
found = mx.npx.pooling(x, kernel=(1, 2), stride=(1, 2), pool_type="max").reshape(-1).tolist()
print("found   ", found)
print("expected", x.reshape(2, 2).max(axis=1).tolist())
assert all(map(math.isnan, found))
