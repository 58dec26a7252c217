"""The calls of the lessons in MXNet: what one writes first, and what is right. Images NCHW, kernels OIHW.

`np` is `mxnet.numpy`, whose arrays the operators of `npx` take.
"""

from mxnet import np, npx

npx.set_np()
TENSOR = np.array  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}


def convolve(x, w, **options):
    """A convolution; MXNet wants to be told the window, the number of filters, and that there is no bias."""
    return npx.convolution(x, w, kernel=w.shape[2:], num_filter=w.shape[0], no_bias=True, **options)


CALLS = {
    "same-with-stride": {
        "padding=1": lambda x, w: convolve(x, w, stride=(2, 2), pad=(1, 1)),
        "padded before": lambda x, w: convolve(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), w, stride=(2, 2)),
    },
}
