"""mx.np.pad ignores constant_values.

Padded with 7 the array [1] is [7, 1, 7], as numpy.pad has it. mx.np.pad takes the argument, computes the padding with
it, drops the result, and pads with 0: the branch of the mode "constant" lacks its return.

Upstream: none found
Shows as: AssertionError
Belongs to: question padding.modes
"""

import mxnet as mx

mx.npx.set_np()

print("mxnet", mx.__version__)
found = mx.np.pad(mx.np.ones(1), (1, 1), mode="constant", constant_values=7).tolist()
print("found   ", found)
print("expected", [7.0, 1.0, 7.0])
assert found == [7.0, 1.0, 7.0]
