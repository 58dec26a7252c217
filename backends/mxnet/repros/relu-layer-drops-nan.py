"""A gluon layer with activation="relu" makes 0 of NaN.

npx.relu keeps NaN, as it should: max(NaN, 0) is NaN. The operator Activation with act_type="relu", which the layers
use, computes x > 0 ? x : 0 and gives 0. A network that has begun to compute NaN goes on as if all were well.

Upstream: apache/mxnet#11115
Shows as: AssertionError
"""

import math

import mxnet as mx

mx.npx.set_np()

print("mxnet", mx.__version__)
x = mx.np.array([float("nan")])
found = mx.npx.activation(x, act_type="relu").item()
print("found   ", found)
print("expected", mx.npx.relu(x).item())
assert math.isnan(found)
