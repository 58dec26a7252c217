"""What MXNet takes the axes of images and kernels for, by its own default calls."""

from mxnet import gluon, np, npx

from backends.contract import probe
from spec.questions.words import takes


@probe("layout.default", "mxnet.npx")
def default_layout(x):
    return npx.convolution(x, np.ones((1, 2, 1, 1)), kernel=(1, 1), num_filter=1, no_bias=True).reshape(2, 2)


@probe("layout.default", "mxnet.gluon")
def default_layout_layer(x):
    layer = gluon.nn.Conv2D(1, 1)
    layer.initialize("ones")
    return layer(x).reshape(2, 2)


@probe("layout.channels-last", "mxnet.npx")
def channels_last(x):
    options = {"kernel": (1, 1), "num_filter": 1, "no_bias": True, "layout": "NHWC"}
    return npx.convolution(x, np.ones((1, 1, 1, 2)), **options).reshape(2, 2)


@probe("layout.channels-last", "mxnet.gluon")
def channels_last_layer(x):
    layer = gluon.nn.Conv2D(1, 1, layout="NHWC")
    layer.initialize("ones")
    return layer(x).reshape(2, 2)


@probe("layout.channels-first", "mxnet.npx")
def channels_first(x):
    options = {"kernel": (1, 1), "num_filter": 1, "no_bias": True, "layout": "NCHW"}
    return npx.convolution(x, np.ones((1, 2, 1, 1)), **options).reshape(2, 2)


@probe("layout.channels-first", "mxnet.gluon")
def channels_first_layer(x):
    layer = gluon.nn.Conv2D(1, 1, layout="NCHW")
    layer.initialize("ones")
    return layer(x).reshape(2, 2)


@probe("layout.transposed.channels-last", "mxnet.npx")
def transposed_channels_last(x):
    options = {"kernel": (1, 1), "num_filter": 1, "layout": "NHWC"}
    return npx.deconvolution(x, np.ones((2, 1, 1, 1)), **options).reshape(2, 2)


@probe("layout.transposed.channels-last", "mxnet.gluon")
def transposed_channels_last_layer(x):
    layer = gluon.nn.Conv2DTranspose(1, 1, layout="NHWC")
    layer.initialize("ones")
    return layer(x).reshape(2, 2)


@probe("layout.transposed.channels-first", "mxnet.npx")
def transposed_channels_first(x):
    options = {"kernel": (1, 1), "num_filter": 1, "layout": "NCHW"}
    return npx.deconvolution(x, np.ones((2, 1, 1, 1)), **options).reshape(2, 2)


@probe("layout.transposed.channels-first", "mxnet.gluon")
def transposed_channels_first_layer(x):
    layer = gluon.nn.Conv2DTranspose(1, 1, layout="NCHW")
    layer.initialize("ones")
    return layer(x).reshape(2, 2)


@probe("layout.noticed", "mxnet.npx")
def noticed(x):
    x = x.transpose(1, 2, 0)[None]
    return npx.convolution(x, np.ones((1, 3, 1, 1)), kernel=(1, 1), num_filter=1, no_bias=True).reshape(-1)


@probe("layout.noticed", "mxnet.gluon")
def noticed_layer(x):
    layer = gluon.nn.Conv2D(1, 1)
    layer.initialize("ones")
    return layer(x.transpose(1, 2, 0)[None]).reshape(-1)


@probe("layout.noticed", "mxnet.gluon, in_channels")
def noticed_layer_with_channels(x):
    layer = gluon.nn.Conv2D(1, 1, in_channels=3)
    layer.initialize("ones")
    return layer(x.transpose(1, 2, 0)[None]).reshape(-1)


@probe("layout.pool", "mxnet.npx")
def pool_layout(x):
    return npx.pooling(x, kernel=(2, 2), stride=(2, 2))


@probe("layout.pool", "mxnet.gluon")
def pool_layout_layer(x):
    return gluon.nn.MaxPool2D()(x)


@probe("layout.pool.channels-last", "mxnet.npx")
def pool_channels_last(x):
    return npx.pooling(x, kernel=(2, 2), stride=(2, 2), layout="NHWC")


@probe("layout.pool.channels-last", "mxnet.gluon")
def pool_channels_last_layer(x):
    return gluon.nn.MaxPool2D(layout="NHWC")(x)


@probe("layout.pool.channels-first", "mxnet.npx")
def pool_channels_first(x):
    return npx.pooling(x, kernel=(2, 2), stride=(2, 2), layout="NCHW")


@probe("layout.pool.channels-first", "mxnet.gluon")
def pool_channels_first_layer(x):
    return gluon.nn.MaxPool2D(layout="NCHW")(x)


@probe("layout.unbatched", "mxnet.npx")
def unbatched(x, k):
    return npx.convolution(x[None], k[None, None], kernel=(2, 2), num_filter=1, no_bias=True)[0]


@probe("layout.unbatched", "mxnet.gluon")
def unbatched_layer(x, k):
    layer = gluon.nn.Conv2D(1, 2, in_channels=1)
    layer.initialize()
    layer.weight.set_data(k[None, None])
    return layer(x[None])[0]


@probe("layout.kernel", "mxnet.npx")
def kernel_layout(x, w):
    return npx.convolution(x[None], w, kernel=(2, 2), num_filter=2, no_bias=True).reshape(-1)


@probe("layout.kernel", "mxnet.gluon")
def kernel_layout_layer(x, w):
    layer = gluon.nn.Conv2D(2, 2, in_channels=2)
    layer.initialize()
    layer.weight.set_data(w)
    return layer(x[None]).reshape(-1)


@probe("layout.kernel.transposed", "mxnet.npx")
def kernel_layout_transposed(x, w):
    return npx.deconvolution(x.reshape(1, 2, 1, 1), w, kernel=(2, 2), num_filter=2)[0]


@probe("layout.kernel.transposed", "mxnet.gluon")
def kernel_layout_transposed_layer(x, w):
    layer = gluon.nn.Conv2DTranspose(2, 2, in_channels=2)
    layer.initialize()
    layer.weight.set_data(w)
    return layer(x.reshape(1, 2, 1, 1))[0]


@probe("layout.kernel.depthwise", "mxnet.npx")
def depthwise_kernel_function():
    shapes = (6, 1, 4, 5), (4, 5, 3, 2), (4, 5, 1, 6)
    options = {"kernel": (4, 5), "num_filter": 6, "num_group": 3, "no_bias": True}
    return takes(shapes, lambda one: npx.convolution(np.ones((1, 3, 9, 9)), np.ones(one), **options).asnumpy())


@probe("layout.kernel.depthwise", "mxnet.gluon")
def depthwise_kernel():
    return str(gluon.nn.Conv2D(6, (4, 5), groups=3, in_channels=3).weight.shape)


@probe("layout.depthwise.order", "mxnet.npx")
def depthwise_order(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(4, 1, 1, 1)
    return npx.convolution(x, w, kernel=(1, 1), num_filter=4, num_group=2, no_bias=True).reshape(-1)


@probe("layout.depthwise.order", "mxnet.gluon")
def depthwise_order_layer(x, w):
    layer = gluon.nn.Conv2D(4, 1, groups=2, in_channels=2)
    layer.initialize()
    layer.weight.set_data(w.reshape(4, 1, 1, 1))
    return layer(x.reshape(1, 2, 1, 1)).reshape(-1)


@probe("layout.flatten", "mxnet.npx")
def flatten(x):
    return npx.batch_flatten(x[None])[0]


@probe("layout.flatten", "mxnet.gluon")
def flatten_layer(x):
    return gluon.nn.Flatten()(x[None])[0]


@probe("layout.dense", "mxnet.npx")
def dense(x, w):
    return npx.fully_connected(x[None], w, num_hidden=2, no_bias=True)[0]


@probe("layout.dense", "mxnet.gluon")
def dense_layer(x, w):
    layer = gluon.nn.Dense(2, in_units=2)
    layer.initialize()
    layer.weight.set_data(w)
    return layer(x[None])[0]


@probe("layout.dense.axes", "mxnet.npx")
def dense_axes(x):
    return npx.fully_connected(x, np.ones((1, 4)), num_hidden=1, no_bias=True)


@probe("layout.dense.axes", "mxnet.gluon")
def dense_axes_layer(x):
    layer = gluon.nn.Dense(1)
    layer.initialize("ones")
    return layer(x)


@probe("layout.dense.axes", "mxnet.gluon, flatten=False")
def dense_axes_asked(x):
    layer = gluon.nn.Dense(1, flatten=False)
    layer.initialize("ones")
    return layer(x)
