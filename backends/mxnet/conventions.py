"""What MXNet does by default: each probe is its own call, without any argument that could be left out.

Here convolution and padding; `conventions_*.py` go on with layouts, pooling, and so on. What the probes get and return
is written in `spec/questions`. An image (H, W) becomes x[None, None], with a batch and a channel axis. `nd` is the
older interface, which has functions of its own for padding and resizing.
"""

import inspect

from mxnet import autograd, gluon, nd, np, npx

from backends.contract import probe
from spec.questions.arguments import CANDIDATES
from spec.questions.padding import MODES
from spec.questions.words import accepted, spelled


def layer(k, **options):
    """A convolutional layer of one channel with the kernel k; its bias is zero."""
    made = gluon.nn.Conv2D(1, k.shape, in_channels=1, **options)
    made.initialize()
    made.weight.set_data(k[None, None])
    return made


@probe("conv.flip", "mxnet.npx")
def flip(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(2, 2), num_filter=1, no_bias=True)[0, 0]


@probe("conv.flip", "mxnet.gluon")
def flip_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("correlate.default", "mxnet.np")
def correlate(x, k):
    return np.correlate(x, k)  # mxnet.np has no convolve, and hands this to NumPy


@probe("conv.bias", "mxnet.npx")
def bias(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(2, 2), num_filter=1)[0, 0]


@probe("conv.implicit-groups", "mxnet.npx")
def implicit_groups(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1)
    return npx.convolution(x, w, kernel=(1, 1), num_filter=2, no_bias=True).reshape(-1)


@probe("conv.groups", "mxnet.npx")
def groups(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1)
    return npx.convolution(x, w, kernel=(1, 1), num_filter=2, num_group=2, no_bias=True).reshape(-1)


@probe("conv.stride-dilation", "mxnet.npx")
def stride_dilation(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "stride": (1, 2), "dilate": (1, 2), "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("conv.too-large", "mxnet.npx")
def too_large(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(3, 3), num_filter=1, no_bias=True)[0, 0]


@probe("padding.default", "mxnet.npx")
def default_padding(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(3, 3), num_filter=1, no_bias=True)[0, 0]


@probe("padding.default", "mxnet.gluon")
def default_padding_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("padding.integer", "mxnet.npx")
def integer_padding(x, k):
    options = {"kernel": (3, 3), "num_filter": 1, "pad": (1, 1), "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.integer", "mxnet.gluon")
def integer_padding_layer(x, k):
    return layer(k, padding=1)(x[None, None])[0, 0]


@probe("padding.same", "mxnet.npx")
def same(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "pad": "same", "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.same", "mxnet.gluon")
def same_layer(x, k):
    return layer(k, padding="same")(x[None, None])[0, 0]


@probe("padding.same.stride", "mxnet.npx")
def same_stride(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": "same", "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.same.pool", "mxnet.npx")
def same_pool(x):
    return npx.pooling(x[None, None], kernel=(1, 3), stride=(1, 2), pad="same")[0, 0]


@probe("padding.same.pool", "mxnet.npx, pooling_convention")
def same_pool_convention(x):
    return npx.pooling(x[None, None], kernel=(1, 3), stride=(1, 2), pooling_convention="same")[0, 0]


@probe("padding.same.lower", "mxnet.npx")
def same_lower(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "pad": "same_lower", "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.asymmetric", "mxnet.npx")
def asymmetric(x, k):
    options = {"kernel": (2, 2), "num_filter": 1, "pad": ((1, 0), (2, 0)), "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.asymmetric", "mxnet.gluon")
def asymmetric_layer(x, k):
    return layer(k, padding=((1, 0), (2, 0)))(x[None, None])[0, 0]


@probe("padding.asymmetric.pool", "mxnet.npx")
def asymmetric_pool(x):
    return npx.pooling(x[None, None], kernel=(2, 2), pad=((1, 0), (1, 0)))[0, 0]


@probe("padding.order", "mxnet.np")
def order(x):
    return np.pad(x, ((1, 2), (3, 4)))


@probe("padding.order", "mxnet.nd")
def order_nd(x):
    x = x[None, None].as_nd_ndarray()
    return nd.pad(x, mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 3, 4))[0, 0]


@probe("padding.modes", "mxnet.np")
def modes(x):
    return accepted(MODES, lambda mode: np.pad(x, ((1, 1), (1, 1)), mode).asnumpy())


@probe("padding.modes", "mxnet.nd")
def modes_nd(x):
    x = x[None, None].as_nd_ndarray()
    return accepted(MODES, lambda mode: nd.pad(x, mode=mode, pad_width=(0, 0, 0, 0, 1, 1, 1, 1)).asnumpy())


@probe("padding.reflect", "mxnet.np")
def reflect(x):
    return np.pad(x, ((0, 0), (2, 2)), "reflect")


@probe("padding.reflect", "mxnet.nd")
def reflect_nd(x):
    x = x[None, None].as_nd_ndarray()
    return nd.pad(x, mode="reflect", pad_width=(0, 0, 0, 0, 0, 0, 2, 2))[0, 0]


@probe("padding.reflect.gradient", "mxnet.np")
def reflect_gradient(x):
    x.attach_grad()
    with autograd.record():
        y = np.pad(x, ((0, 0), (2, 2)), "reflect").sum()
    y.backward()
    return x.grad


@probe("padding.reflect.gradient", "mxnet.nd")
def reflect_gradient_nd(x):
    x.attach_grad()
    with autograd.record():
        y = nd.pad(x[None, None].as_nd_ndarray(), mode="reflect", pad_width=(0, 0, 0, 0, 0, 0, 2, 2)).sum()
    y.backward()
    return x.grad


@probe("padding.negative", "mxnet.np")
def negative(x):
    return np.pad(x, ((-1, -1), (-1, -1)))


@probe("padding.negative", "mxnet.nd")
def negative_nd(x):
    return nd.pad(x[None, None].as_nd_ndarray(), mode="constant", pad_width=(0, 0, 0, 0, -1, -1, -1, -1))[0, 0]


@probe("arguments.stride", "mxnet.npx")
def stride_argument():
    return spelled(CANDIDATES["stride"], inspect.signature(npx.convolution).parameters)


@probe("arguments.stride", "mxnet.gluon")
def stride_argument_layer():
    return spelled(CANDIDATES["stride"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.dilation", "mxnet.npx")
def dilation_argument():
    return spelled(CANDIDATES["dilation"], inspect.signature(npx.convolution).parameters)


@probe("arguments.dilation", "mxnet.gluon")
def dilation_argument_layer():
    return spelled(CANDIDATES["dilation"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.groups", "mxnet.npx")
def groups_argument():
    return spelled(CANDIDATES["groups"], inspect.signature(npx.convolution).parameters)


@probe("arguments.groups", "mxnet.gluon")
def groups_argument_layer():
    return spelled(CANDIDATES["groups"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.kernel", "mxnet.npx")
def kernel_argument():
    return spelled(CANDIDATES["kernel"], inspect.signature(npx.convolution).parameters)


@probe("arguments.kernel", "mxnet.gluon")
def kernel_argument_layer():
    return spelled(CANDIDATES["kernel"], inspect.signature(gluon.nn.Conv2D).parameters)


@probe("arguments.outputs", "mxnet.gluon")
def outputs_argument_layer():
    return spelled(CANDIDATES["outputs"], inspect.signature(gluon.nn.Conv2D).parameters)
