"""Layouts of images and kernels in MXNet, by its default calls."""

from mxnet import gluon, np, npx

from backends.contract import probe
from spec.questions.words import takes


def ones(layer):
    """The layer with ones for its weights."""
    layer.initialize("ones")
    return layer


def load(layer, w):
    """The layer with the weights w; its bias is zero."""
    layer.initialize()
    layer.weight.set_data(w)
    return layer


PROBES = {
    "mxnet.npx": {
        "layout.pool": lambda x: npx.pooling(x, kernel=(2, 2), stride=(2, 2)),
        "layout.pool.channels-last": lambda x: npx.pooling(x, kernel=(2, 2), stride=(2, 2), layout="NHWC"),
        "layout.pool.channels-first": lambda x: npx.pooling(x, kernel=(2, 2), stride=(2, 2), layout="NCHW"),
        "layout.flatten": lambda x: npx.batch_flatten(x[None])[0],
        "layout.dense": lambda x, w: npx.fully_connected(x[None], w, num_hidden=2, no_bias=True)[0],
        "layout.dense.axes": lambda x: npx.fully_connected(x, np.ones((1, 4)), num_hidden=1, no_bias=True),
    },
    "mxnet.gluon": {
        "layout.default": lambda x: ones(gluon.nn.Conv2D(1, 1))(x).reshape(2, 2),
        "layout.channels-last": lambda x: ones(gluon.nn.Conv2D(1, 1, layout="NHWC"))(x).reshape(2, 2),
        "layout.channels-first": lambda x: ones(gluon.nn.Conv2D(1, 1, layout="NCHW"))(x).reshape(2, 2),
        "layout.noticed": lambda x: ones(gluon.nn.Conv2D(1, 1))(x.transpose(1, 2, 0)[None]).reshape(-1),
        "layout.pool": lambda x: gluon.nn.MaxPool2D()(x),
        "layout.pool.channels-last": lambda x: gluon.nn.MaxPool2D(layout="NHWC")(x),
        "layout.pool.channels-first": lambda x: gluon.nn.MaxPool2D(layout="NCHW")(x),
        "layout.unbatched": lambda x, k: load(gluon.nn.Conv2D(1, 2, in_channels=1), k[None, None])(x[None])[0],
        "layout.kernel": lambda x, w: load(gluon.nn.Conv2D(2, 2, in_channels=2), w)(x[None]).reshape(-1),
        "layout.kernel.depthwise": lambda: str(gluon.nn.Conv2D(6, (4, 5), groups=3, in_channels=3).weight.shape),
        "layout.flatten": lambda x: gluon.nn.Flatten()(x[None])[0],
        "layout.dense": lambda x, w: load(gluon.nn.Dense(2, in_units=2), w)(x[None])[0],
        "layout.dense.axes": lambda x: ones(gluon.nn.Dense(1))(x),
    },
    "mxnet.gluon, flatten=False": {
        "layout.dense.axes": lambda x: ones(gluon.nn.Dense(1, flatten=False))(x),
    },
    "mxnet.gluon, in_channels": {
        "layout.noticed": lambda x: ones(gluon.nn.Conv2D(1, 1, in_channels=3))(x.transpose(1, 2, 0)[None]).reshape(-1),
    },
}


@probe("layout.default", "mxnet.npx")
def default_layout(x):
    return npx.convolution(x, np.ones((1, 2, 1, 1)), kernel=(1, 1), num_filter=1, no_bias=True).reshape(2, 2)


@probe("layout.channels-last", "mxnet.npx")
def channels_last(x):
    options = {"kernel": (1, 1), "num_filter": 1, "no_bias": True, "layout": "NHWC"}
    return npx.convolution(x, np.ones((1, 1, 1, 2)), **options).reshape(2, 2)


@probe("layout.channels-first", "mxnet.npx")
def channels_first(x):
    options = {"kernel": (1, 1), "num_filter": 1, "no_bias": True, "layout": "NCHW"}
    return npx.convolution(x, np.ones((1, 2, 1, 1)), **options).reshape(2, 2)


@probe("layout.transposed.channels-last", "mxnet.npx")
def transposed_channels_last(x):
    return npx.deconvolution(x, np.ones((2, 1, 1, 1)), kernel=(1, 1), num_filter=1, layout="NHWC").reshape(2, 2)


@probe("layout.transposed.channels-last", "mxnet.gluon")
def transposed_channels_last_layer(x):
    return ones(gluon.nn.Conv2DTranspose(1, 1, layout="NHWC"))(x).reshape(2, 2)


@probe("layout.transposed.channels-first", "mxnet.npx")
def transposed_channels_first(x):
    return npx.deconvolution(x, np.ones((2, 1, 1, 1)), kernel=(1, 1), num_filter=1, layout="NCHW").reshape(2, 2)


@probe("layout.transposed.channels-first", "mxnet.gluon")
def transposed_channels_first_layer(x):
    return ones(gluon.nn.Conv2DTranspose(1, 1, layout="NCHW"))(x).reshape(2, 2)


@probe("layout.noticed", "mxnet.npx")
def noticed(x):
    x = x.transpose(1, 2, 0)[None]
    return npx.convolution(x, np.ones((1, 3, 1, 1)), kernel=(1, 1), num_filter=1, no_bias=True).reshape(-1)


@probe("layout.unbatched", "mxnet.npx")
def unbatched(x, k):
    return npx.convolution(x[None], k[None, None], kernel=(2, 2), num_filter=1, no_bias=True)[0]


@probe("layout.kernel", "mxnet.npx")
def kernel_layout(x, w):
    return npx.convolution(x[None], w, kernel=(2, 2), num_filter=2, no_bias=True).reshape(-1)


@probe("layout.kernel.transposed", "mxnet.npx")
def kernel_layout_transposed(x, w):
    return npx.deconvolution(x.reshape(1, 2, 1, 1), w, kernel=(2, 2), num_filter=2)[0]


@probe("layout.kernel.transposed", "mxnet.gluon")
def kernel_layout_transposed_layer(x, w):
    return load(gluon.nn.Conv2DTranspose(2, 2, in_channels=2), w)(x.reshape(1, 2, 1, 1))[0]


@probe("layout.kernel.depthwise", "mxnet.npx")
def depthwise_kernel_function():
    shapes = (6, 1, 4, 5), (4, 5, 3, 2), (4, 5, 1, 6)
    options = {"kernel": (4, 5), "num_filter": 6, "num_group": 3, "no_bias": True}
    return takes(shapes, lambda one: npx.convolution(np.ones((1, 3, 9, 9)), np.ones(one), **options).asnumpy())


@probe("layout.depthwise.order", "mxnet.npx")
def depthwise_order(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(4, 1, 1, 1)
    return npx.convolution(x, w, kernel=(1, 1), num_filter=4, num_group=2, no_bias=True).reshape(-1)


@probe("layout.depthwise.order", "mxnet.gluon")
def depthwise_order_layer(x, w):
    layer = load(gluon.nn.Conv2D(4, 1, groups=2, in_channels=2), w.reshape(4, 1, 1, 1))
    return layer(x.reshape(1, 2, 1, 1)).reshape(-1)
