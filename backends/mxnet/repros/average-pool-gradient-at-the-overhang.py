"""The gradient of average pooling is too small where the last window hangs over the end of the image (oneDNN).

2 x 2 windows side by side on 3 x 3 pixels: with pooling_convention="full" the last ones hang over, and the mean of
what they see is right. The corner pixel is a window by itself, so its gradient is 1, and 1/2 at the edges. In
float32 all gradients are 1/4, as if every window had four pixels; in float64 they are right.

Upstream: none found
Shows as: AssertionError
"""

import os

os.environ["MXNET_MKLDNN_ENABLED"] = "1"

import mxnet as mx

mx.npx.set_np()


def gradient(dtype):
    """Of the sum of all means."""
    x = mx.np.ones((1, 1, 3, 3), dtype=dtype)
    x.attach_grad()
    options = {"kernel": (2, 2), "stride": (2, 2), "pooling_convention": "full", "count_include_pad": True}
    with mx.autograd.record():
        y = mx.npx.pooling(x, pool_type="avg", **options)
    y.backward()
    return x.grad[0, 0].tolist()


print("mxnet", mx.__version__)
print("found   ", gradient("float32"))
print("expected", gradient("float64"))
assert gradient("float64") == [[0.25, 0.25, 0.5], [0.25, 0.25, 0.5], [0.5, 0.5, 1.0]]
assert gradient("float32") == gradient("float64")
