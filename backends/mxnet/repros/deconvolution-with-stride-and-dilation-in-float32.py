"""npx.deconvolution without oneDNN puts kernel taps to wrong places in float32 where stride and dilation are above 1.

The pixels 1 and 2 spread the kernel [1, 10], dilated to [1, 0, 10], two pixels apart: 1 at 0, 10 + 2 at 2, 20 at 4.
The 2 of the second pixel comes to place 3. In float64, which oneDNN never computes, it always does.

Upstream: apache/mxnet#11203
Shows as: AssertionError
"""

import os

os.environ["MXNET_MKLDNN_ENABLED"] = "0"

import mxnet as mx

mx.npx.set_np()

print("mxnet", mx.__version__)
x, w = (mx.np.array(values, dtype="float32").reshape(1, 1, 1, 2) for values in ([1, 2], [1, 10]))
options = {"kernel": (1, 2), "num_filter": 1, "stride": (1, 2), "dilate": (1, 2), "no_bias": True}
found = mx.npx.deconvolution(x, w, **options).reshape(-1).tolist()
expected = [1.0, 0.0, 12.0, 0.0, 20.0]
print("found   ", found)
print("expected", expected)
assert found == expected
