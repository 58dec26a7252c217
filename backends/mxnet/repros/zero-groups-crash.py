"""npx.convolution with num_group=0 ends the process with a floating point exception (SIGFPE).

No number of groups is 0: that should be an error that can be caught. The shape rule divides by it without asking.

Upstream: apache/mxnet#19921
Shows as: SIGFPE
"""

import mxnet as mx

mx.npx.set_np()

print("mxnet", mx.__version__)
print("expected an MXNetError", flush=True)
x, w = mx.np.ones((1, 1, 2, 2)), mx.np.ones((1, 1, 1, 1))
try:
    found = mx.npx.convolution(x, w, kernel=(1, 1), num_filter=1, num_group=0, no_bias=True).tolist()
except mx.MXNetError as error:
    print("refused ", error)
else:
    raise AssertionError(f"accepted, and gave {found}")
