"""What MXNet does by default: each probe is its own call, without any argument that could be left out.

Here convolution and padding; `conventions_*.py` go on with layouts, pooling, and so on. What the probes get and return
is written in `spec/questions`. An image (H, W) becomes x[None, None], with a batch and a channel axis. `nd` is the
older interface, which has functions of its own for padding and resizing.
"""

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


@probe("conv.stride-dilation", "mxnet.gluon")
def stride_dilation_layer(x, k):
    return layer(k, strides=(1, 2), dilation=(1, 2))(x[None, None])[0, 0]


@probe("conv.too-large", "mxnet.npx")
def too_large(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(3, 3), num_filter=1, no_bias=True)[0, 0]


@probe("conv.too-large", "mxnet.gluon")
def too_large_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("padding.default", "mxnet.npx")
def default_padding(x, k):
    return npx.convolution(x[None, None], k[None, None], kernel=(3, 3), num_filter=1, no_bias=True)[0, 0]


@probe("padding.default", "mxnet.gluon")
def default_padding_layer(x, k):
    return layer(k)(x[None, None])[0, 0]


@probe("padding.default.pool", "mxnet.npx")
def default_padding_pool(x):
    return npx.pooling(x[None, None], kernel=(3, 3), stride=(1, 1))[0, 0]


@probe("padding.default.pool", "mxnet.gluon")
def default_padding_pool_layer(x):
    return gluon.nn.MaxPool2D(3, 1)(x[None, None])[0, 0]


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


@probe("padding.same.stride", "mxnet.gluon")
def same_stride_layer(x, k):
    return layer(k, strides=(1, 2), padding="same")(x[None, None])[0, 0]


@probe("padding.same.stride", "mxnet.npx, pad=1")
def same_stride_by_number(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": (0, 1), "no_bias": True}
    return npx.convolution(x[None, None], k[None, None], **options)[0, 0]


@probe("padding.same.pool", "mxnet.npx")
def same_pool(x):
    return npx.pooling(x[None, None], kernel=(1, 2), pad="same")[0, 0]


@probe("padding.same.pool", "mxnet.gluon")
def same_pool_layer(x):
    return gluon.nn.MaxPool2D((1, 2), 1, "same")(x[None, None])[0, 0]


@probe("padding.same.pool", "mxnet.npx, pooling_convention")
def same_pool_convention(x):
    return npx.pooling(x[None, None], kernel=(1, 2), pooling_convention="same")[0, 0]


@probe("padding.same.pool.stride", "mxnet.npx")
def same_pool_stride(x):
    return npx.pooling(x[None, None], kernel=(1, 3), stride=(1, 2), pad="same")[0, 0]


@probe("padding.same.pool.stride", "mxnet.gluon")
def same_pool_stride_layer(x):
    return gluon.nn.MaxPool2D((1, 3), (1, 2), "same")(x[None, None])[0, 0]


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


@probe("padding.same.lower", "mxnet.gluon")
def same_lower_layer(x, k):
    return layer(k, padding="same_lower")(x[None, None])[0, 0]


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


@probe("padding.asymmetric.pool", "mxnet.gluon")
def asymmetric_pool_layer(x):
    return gluon.nn.MaxPool2D(2, 1, ((1, 0), (1, 0)))(x[None, None])[0, 0]


@probe("padding.order", "mxnet.np")
def order(x):
    return np.pad(x, ((1, 2), (3, 4)))


@probe("padding.order", "mxnet.nd")
def order_nd(x):
    x = x[None, None].as_nd_ndarray()
    return nd.pad(x, mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 3, 4))[0, 0]


@probe("padding.order", "mxnet.nd, image of two axes")
def order_nd_plane(x):
    return nd.pad(x.as_nd_ndarray(), mode="constant", pad_width=(1, 2, 3, 4))


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


@probe("padding.reflect", "mxnet.gluon")
def reflect_layer(x):
    return gluon.nn.ReflectionPad2D((0, 0, 0, 0, 0, 0, 2, 2))(x[None, None])[0, 0]


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
