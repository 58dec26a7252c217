"""The gradient of max pooling goes to wrong pixels when its input is an NDArray.reshape of another array (oneDNN).

Two planes of 2 x 2 pixels are taken for two channels of one image, and pooled: the gradient is 1 at the largest pixel
of each plane, as it is in float64. In float32 with oneDNN it is elsewhere, or nowhere, and otherwise in every call:
what the forward pass noted of the places is not what the backward pass reads. mx.nd.Reshape in place of the method,
and mx.np, are right.

Upstream: none found
Shows as: AssertionError
Belongs to: operator max_pool2d
"""

import os

os.environ["MXNET_MKLDNN_ENABLED"] = "1"

import mxnet as mx


def gradient(dtype):
    """Of the sum of the maxima."""
    x = mx.nd.arange(8, dtype=dtype).reshape((2, 1, 2, 2))
    x.attach_grad()
    with mx.autograd.record():
        y = mx.nd.Pooling(x.reshape((1, 2, 2, 2)), kernel=(2, 2), stride=(2, 2), pool_type="max")
    y.backward()
    return x.grad.reshape(-1).asnumpy().tolist()


print("mxnet", mx.__version__)
found, expected = [gradient("float32") for _ in range(4)], [0, 0, 0, 1, 0, 0, 0, 1]
print("found   ", *found, sep="\n  ")
print("expected", expected)
assert gradient("float64") == expected
assert all(one == expected for one in found)
