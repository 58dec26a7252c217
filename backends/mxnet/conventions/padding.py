"""Padding in MXNet, by its default calls. `nd` is the older interface; it has its own functions for padding."""

from mxnet import autograd, gluon, nd, np, npx

from backends.contract import probe
from spec.questions.padding import MODES
from spec.questions.words import accepted


def layer(k, **options):
    """A convolutional layer of one channel with the kernel k; its bias is zero."""
    made = gluon.nn.Conv2D(1, k.shape, in_channels=1, **options)
    made.initialize()
    made.weight.set_data(k[None, None])
    return made


PROBES = {
    "mxnet.gluon": {
        "padding.default": lambda x, k: layer(k)(x[None, None])[0, 0],
        "padding.default.pool": lambda x: gluon.nn.MaxPool2D(3, 1)(x[None, None])[0, 0],
        "padding.integer": lambda x, k: layer(k, padding=1)(x[None, None])[0, 0],
        "padding.same": lambda x, k: layer(k, padding="same")(x[None, None])[0, 0],
        "padding.same.stride": lambda x, k: layer(k, strides=(1, 2), padding="same")(x[None, None])[0, 0],
        "padding.same.pool": lambda x: gluon.nn.MaxPool2D((1, 2), 1, "same")(x[None, None])[0, 0],
        "padding.same.pool.stride": lambda x: gluon.nn.MaxPool2D((1, 3), (1, 2), "same")(x[None, None])[0, 0],
        "padding.same.lower": lambda x, k: layer(k, padding="same_lower")(x[None, None])[0, 0],
        "padding.asymmetric": lambda x, k: layer(k, padding=((1, 0), (2, 0)))(x[None, None])[0, 0],
        "padding.asymmetric.pool": lambda x: gluon.nn.MaxPool2D(2, 1, ((1, 0), (1, 0)))(x[None, None])[0, 0],
        "padding.reflect": lambda x: gluon.nn.ReflectionPad2D((0, 0, 0, 0, 0, 0, 2, 2))(x[None, None])[0, 0],
    },
    "mxnet.npx": {
        "padding.default.pool": lambda x: npx.pooling(x[None, None], kernel=(3, 3), stride=(1, 1))[0, 0],
        "padding.same.pool": lambda x: npx.pooling(x[None, None], kernel=(1, 2), pad="same")[0, 0],
        "padding.asymmetric.pool": lambda x: npx.pooling(x[None, None], kernel=(2, 2), pad=((1, 0), (1, 0)))[0, 0],
    },
    "mxnet.npx, pooling_convention": {
        "padding.same.pool": lambda x: npx.pooling(x[None, None], kernel=(1, 2), pooling_convention="same")[0, 0],
    },
    "mxnet.np": {
        "padding.order": lambda x: np.pad(x, ((1, 2), (3, 4))),
        "padding.modes": lambda x: accepted(MODES, lambda mode: np.pad(x, ((1, 1), (1, 1)), mode).asnumpy()),
        "padding.reflect": lambda x: np.pad(x, ((0, 0), (2, 2)), "reflect"),
        "padding.negative": lambda x: np.pad(x, ((-1, -1), (-1, -1))),
    },
    "mxnet.nd, image of two axes": {
        "padding.order": lambda x: nd.pad(x.as_nd_ndarray(), mode="constant", pad_width=(1, 2, 3, 4)),
    },
}


@probe("padding.default", "mxnet.npx")
def default_padding(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(3, 3), num_filter=1, no_bias=True)[0, 0]


@probe("padding.integer", "mxnet.npx")
def integer_padding(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(3, 3), num_filter=1, pad=(1, 1), no_bias=True)[0, 0]


@probe("padding.same", "mxnet.npx")
def same(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(1, 2), num_filter=1, pad="same", no_bias=True)[0, 0]


@probe("padding.same.stride", "mxnet.npx")
def same_stride(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": "same", "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.same.stride", "mxnet.npx, pad=1")
def same_stride_by_number(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": (0, 1), "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.same.pool.stride", "mxnet.npx")
def same_pool_stride(x):
    return npx.pooling(x[None, None], kernel=(1, 3), stride=(1, 2), pad="same")[0, 0]


@probe("padding.same.pool.stride", "mxnet.npx, pad=1")
def same_pool_stride_by_number(x):
    return npx.pooling(x[None, None], kernel=(1, 3), stride=(1, 2), pad=(0, 1))[0, 0]


@probe("padding.same.pool.stride", "mxnet.npx, pooling_convention")
def same_pool_stride_convention(x):
    return npx.pooling(x[None, None], kernel=(1, 3), stride=(1, 2), pooling_convention="same")[0, 0]


@probe("padding.same.lower", "mxnet.npx")
def same_lower(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "pad": "same_lower", "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.asymmetric", "mxnet.npx")
def asymmetric(x, k):
    options = {"kernel": (2, 2), "num_filter": 1, "pad": ((1, 0), (2, 0)), "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.order", "mxnet.nd")
def order_nd(x):
    x = x[None, None].as_nd_ndarray()
    return nd.pad(x, mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 3, 4))[0, 0]


@probe("padding.modes", "mxnet.nd")
def modes_nd(x):
    x = x[None, None].as_nd_ndarray()
    return accepted(MODES, lambda mode: nd.pad(x, mode=mode, pad_width=(0, 0, 0, 0, 1, 1, 1, 1)).asnumpy())


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


@probe("padding.negative", "mxnet.nd")
def negative_nd(x):
    return nd.pad(x[None, None].as_nd_ndarray(), mode="constant", pad_width=(0, 0, 0, 0, -1, -1, -1, -1))[0, 0]
