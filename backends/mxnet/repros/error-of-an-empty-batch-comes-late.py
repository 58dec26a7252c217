"""asnumpy() of a failed convolution of no images succeeds; the error comes out of a later call.

oneDNN refuses an empty batch. Calls are asynchronous, so the error should come from whatever first waits for the
result, as it does from wait_to_read(). asnumpy() of an array without elements does not wait: it returns as if all
were well, and the error ends the next waitall(), or is never seen.

Upstream: none found
Shows as: AssertionError
Belongs to: question errors.when
"""

import os

os.environ["MXNET_MKLDNN_ENABLED"] = "1"

import mxnet as mx

mx.npx.set_np()


def raises(wait):
    """Whether there is an error when a result is waited for."""
    x, w = mx.np.ones((0, 1, 3, 3)), mx.np.ones((1, 1, 2, 2))
    y = mx.npx.convolution(x, w, kernel=(2, 2), num_filter=1, no_bias=True)
    try:
        wait(y)
    except mx.MXNetError:
        return True
    return False


print("mxnet", mx.__version__)
expected = raises(lambda y: y.wait_to_read())
found = raises(lambda y: y.asnumpy())
late = raises(lambda y: mx.npx.waitall())
print("found    asnumpy raises:", found, "and a later waitall raises:", late)
print("expected asnumpy raises:", expected)
assert found == expected
