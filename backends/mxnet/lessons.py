"""The calls of the lessons in MXNet: what one writes first, and what is right. Images NCHW, kernels OIHW.

`np` is `mxnet.numpy`, whose arrays the operators of `npx` take.
"""

from mxnet import nd, np, npx

npx.set_np()
TENSOR = np.array  # how a notebook makes an input
LAYOUTS = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}


def convolve(x, w, **options):
    """A convolution; MXNet wants to be told the window, the number of filters, and that there is no bias."""
    return npx.convolution(x, w, kernel=w.shape[2:], num_filter=w.shape[0], no_bias=True, **options)


def resize(x, **options):
    """Twice as large; the operator belongs to the older arrays of `mx.nd`."""
    return nd.contrib.BilinearResize2D(x.as_nd_ndarray(), height=4, width=4, **options).as_np_ndarray()


CALLS = {
    "same-with-stride": {
        "padding=1": lambda x, w: convolve(x, w, stride=(2, 2), pad=(1, 1)),
        "padded before": lambda x, w: convolve(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), w, stride=(2, 2)),
    },
    "correlation-or-convolution": {
        "the network's convolution": lambda x, w: convolve(x, w),
    },
    "stride-and-dilation": {
        "the function": lambda x, w: convolve(x, w, stride=(2, 2), dilate=(2, 2)),
        "every second output": lambda x, w: convolve(x, w, dilate=(2, 2))[:, :, ::2, ::2],
        "without dilation": lambda x, w: convolve(x, w, stride=(2, 2)),
    },
    "pooling": {
        "by default": lambda x: npx.pooling(x, kernel=(2, 2), stride=(2, 2), pad=(1, 1), pool_type="avg"),
        "pixels seen alone": lambda x: npx.pooling(
            x, kernel=(2, 2), stride=(2, 2), pad=(1, 1), pool_type="avg", count_include_pad=False
        ),
    },
    "transposed-convolution": {
        "by default": lambda x, w: npx.deconvolution(x, w, kernel=(2, 2), num_filter=1, stride=(2, 2)),
    },
    "upsampling": {
        "bilinear": lambda x: resize(x),
        "half pixels": lambda x: resize(x, align_corners=False),
        "corners aligned": lambda x: resize(x, align_corners=True),
        "nearest": lambda x: x.repeat(2, axis=2).repeat(2, axis=3),
    },
}
