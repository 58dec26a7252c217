"""nd.pad with mode="edge" of an image without rows ends the process with a segmentation fault.

There is no edge pixel to repeat: that should be an error that can be caught. The edge is read all the same, in a
thread of MXNet's, whose handler names the signal before the process ends.

Upstream: none found
Shows as: SIGSEGV
"""

import mxnet as mx

mx.npx.set_np()

print("mxnet", mx.__version__)
print("expected an MXNetError", flush=True)
x = mx.np.ones((1, 1, 0, 2)).as_nd_ndarray()
try:
    found = mx.nd.pad(x, mode="edge", pad_width=(0, 0, 0, 0, 1, 1, 0, 0)).asnumpy()
except mx.MXNetError as error:
    print("refused ", error)
else:
    raise AssertionError(f"accepted, and gave the shape {found.shape}")
