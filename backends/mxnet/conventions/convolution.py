"""Convolution in MXNet, by its default calls.

No call is given an argument that could be left out. `spec/questions` says what each probe gets and returns. An image
(H, W) becomes x[None, None], with a batch axis and a channel axis. `np` is `mxnet.numpy`, not NumPy; `npx` has the
operators of neural networks.
"""

from mxnet import autograd, gluon, np, npx

from backends.contract import probe


def layer(k, **options):
    """A convolutional layer of one channel with the kernel k; its bias is zero."""
    made = gluon.nn.Conv2D(1, k.shape, in_channels=1, **options)
    made.initialize()
    made.weight.set_data(k[None, None])
    return made


PROBES = {
    "mxnet.gluon": {
        "conv.flip": lambda x, k: layer(k)(x[None, None])[0, 0],
        "conv.stride-dilation": lambda x, k: layer(k, strides=(1, 2), dilation=(1, 2))(x[None, None])[0, 0],
        "conv.too-large": lambda x, k: layer(k)(x[None, None])[0, 0],
    },
    "mxnet.np": {
        "correlate.default": lambda x, k: np.correlate(x, k),  # this calls NumPy; there is no np.convolve
    },
    "mxnet.npx": {
        "conv.bias": lambda x, k: npx.convolution(x[None, None], k[None, None], kernel=(2, 2), num_filter=1)[0, 0],
    },
}


@probe("conv.flip", "mxnet.npx")
def flip(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(2, 2), num_filter=1, no_bias=True)[0, 0]


@probe("conv.bias", "mxnet.npx, deconvolution")
def bias_transposed(x, k):
    # with the kernel turned and one pixel cropped on each side this is the same result
    return npx.deconvolution(x[None, None], k[None, None, ::-1, ::-1], kernel=(2, 2), num_filter=1, pad=(1, 1))[0, 0]


@probe("conv.implicit-groups", "mxnet.npx")
def implicit_groups(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1)
    return npx.convolution(x, w, kernel=(1, 1), num_filter=2, no_bias=True).reshape(-1)


@probe("conv.implicit-groups", "mxnet.gluon")
def implicit_groups_layer(x, w):
    made = gluon.nn.Conv2D(2, 1, in_channels=1)
    made.initialize()
    made.weight.set_data(w.reshape(2, 1, 1, 1))
    return made(x.reshape(1, 2, 1, 1)).reshape(-1)


@probe("conv.groups", "mxnet.npx")
def groups(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1)
    return npx.convolution(x, w, kernel=(1, 1), num_filter=2, num_group=2, no_bias=True).reshape(-1)


@probe("conv.groups", "mxnet.gluon")
def groups_layer(x, w):
    made = gluon.nn.Conv2D(2, 1, groups=2, in_channels=2)
    made.initialize()
    made.weight.set_data(w.reshape(2, 1, 1, 1))
    return made(x.reshape(1, 2, 1, 1)).reshape(-1)


@probe("conv.groups.gradient", "mxnet.npx")
def groups_gradient(x, w):
    w.attach_grad()
    options = {"kernel": (1, 1), "num_filter": 2, "num_group": 2, "no_bias": True}
    with autograd.record():
        y = npx.convolution(x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1), **options)
    y.backward()
    return w.grad


@probe("conv.stride-dilation", "mxnet.npx")
def stride_dilation(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "stride": (1, 2), "dilate": (1, 2), "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("conv.too-large", "mxnet.npx")
def too_large(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(3, 3), num_filter=1, no_bias=True)[0, 0]
