"""log_softmax of a row with a NaN is NaN there, and numbers near -90 beside it.

Every share is a part of a sum with the NaN in it, so all of them should be NaN, as NumPy, torch and JAX have it.

Upstream: none found
Shows as: AssertionError
"""

import mxnet
from mxnet import np, npx

print("mxnet", mxnet.__version__)
found = npx.log_softmax(np.array([[1.0, float("nan"), 2.0]]))
print("found   ", found)
print("expected", [[float("nan")] * 3])
assert np.isnan(found).all()
