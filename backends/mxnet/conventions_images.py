"""Pooling, transposed convolution and resizing by MXNet's own default calls.

`npx.image.resize` takes images (H, W, C) and sizes (width, height); its method is a number: 0 nearest, 2 bicubic.
"""

from mxnet import autograd, gluon, nd, np, npx

from backends.contract import probe


@probe("pool.stride", "mxnet.npx")
def pool_stride(x):
    return npx.pooling(x[None, None], kernel=(2, 2))[0, 0]


@probe("pool.stride", "mxnet.gluon")
def pool_stride_layer(x):
    return gluon.nn.MaxPool2D(2)(x[None, None])[0, 0]


@probe("pool.size", "mxnet.npx")
def pool_size(x):
    return npx.pooling(x[None, None], kernel=(2, 2), stride=(2, 2))[0, 0]


@probe("pool.ceil", "mxnet.npx")
def pool_ceil(x):
    return npx.pooling(x[None, None], kernel=(1, 2), stride=(1, 2), pooling_convention="full")[0, 0]


@probe("pool.ceil", "mxnet.gluon")
def pool_ceil_layer(x):
    return gluon.nn.MaxPool2D((1, 2), ceil_mode=True)(x[None, None])[0, 0]


@probe("pool.ceil.empty", "mxnet.npx")
def pool_ceil_empty(x):
    return npx.pooling(x[None, None], kernel=(1, 2), stride=(1, 2), pad=(0, 1), pooling_convention="full")[0, 0]


@probe("pool.average.padding", "mxnet.npx")
def average_padding(x):
    return npx.pooling(x[None, None], kernel=(3, 3), pool_type="avg", pad=(1, 1))[0, 0]


@probe("pool.average.padding", "mxnet.gluon")
def average_padding_layer(x):
    return gluon.nn.AvgPool2D(3, 1, 1)(x[None, None])[0, 0]


@probe("pool.average.overhang", "mxnet.npx")
def average_overhang(x):
    options = {"pool_type": "avg", "pooling_convention": "full"}
    return npx.pooling(x[None, None], kernel=(1, 2), stride=(1, 2), **options)[0, 0]


@probe("pool.max.padding", "mxnet.npx")
def max_padding(x):
    return npx.pooling(x[None, None], kernel=(3, 3), pad=(1, 1))[0, 0]


@probe("pool.ties", "mxnet.npx")
def ties(x):
    x.attach_grad()
    with autograd.record():  # with oneDNN, the gradient of max pooling right after x[None, None] is garbage
        y = npx.pooling(x.reshape(1, 1, 2, 2), kernel=(2, 2))
    y.backward()
    return x.grad


@probe("pool.ties", "mxnet.np")
def ties_max(x):
    x.attach_grad()
    with autograd.record():
        y = x.max()
    y.backward()
    return x.grad


@probe("pool.nan", "mxnet.npx")
def pool_nan(x):
    return npx.pooling(x[None, None], kernel=(2, 2), stride=(2, 2))[0, 0]


@probe("pool.global", "mxnet.gluon")
def pool_global(x):
    return gluon.nn.GlobalAvgPool2D()(x[None])


@probe("transposed.flip", "mxnet.npx")
def transposed_flip(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 3), num_filter=1)[0, 0]


@probe("transposed.default", "mxnet.npx")
def transposed_default(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 3), num_filter=1)[0, 0]


@probe("transposed.default", "mxnet.gluon")
def transposed_default_layer(x, k):
    layer = gluon.nn.Conv2DTranspose(1, (1, 3), in_channels=1)
    layer.initialize()
    layer.weight.set_data(k[None, None])
    return layer(x[None, None])[0, 0]


@probe("transposed.same", "mxnet.npx")
def transposed_same(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": "same"}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.same", "mxnet.npx, target_shape")
def transposed_same_target(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "target_shape": (1, 4)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.valid", "mxnet.npx")
def transposed_valid(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 1), num_filter=1, stride=(1, 3))[0, 0]


@probe("transposed.padding", "mxnet.npx")
def transposed_padding(x, k):
    return npx.deconvolution(x[None, None], k[None, None], kernel=(1, 4), num_filter=1, pad=(0, 1))[0, 0]


@probe("transposed.output-padding", "mxnet.npx")
def transposed_output_padding(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "stride": (1, 2), "pad": (0, 1), "adj": (0, 1)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.asymmetric", "mxnet.npx")
def transposed_asymmetric(x, k):
    options = {"kernel": (1, 3), "num_filter": 1, "pad": ((0, 0), (1, 0))}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("transposed.groups", "mxnet.npx")
def transposed_groups(x, w):
    x, w = x.reshape(1, 2, 1, 1), w.reshape(2, 1, 1, 1)
    return npx.deconvolution(x, w, kernel=(1, 1), num_filter=2, num_group=2).reshape(-1)


@probe("transposed.dilation", "mxnet.npx")
def transposed_dilation(x, k):
    options = {"kernel": (1, 2), "num_filter": 1, "stride": (1, 2), "dilate": (1, 2)}
    return npx.deconvolution(x[None, None], k[None, None], **options)[0, 0]


@probe("resize.nearest", "mxnet.npx.image")
def resize_nearest(x):
    return npx.image.resize(x[..., None], (5, 1), interp=0)[..., 0]


@probe("resize.bilinear", "mxnet.npx.image")
def resize_bilinear(x):
    return npx.image.resize(x[..., None], (8, 1))[..., 0]


@probe("resize.bilinear", "mxnet.nd")
def resize_bilinear_nd(x):
    return nd.contrib.BilinearResize2D(x[None, None].as_nd_ndarray(), height=1, width=8)[0, 0]


@probe("resize.antialias", "mxnet.npx.image")
def resize_smaller(x):
    return npx.image.resize(x[..., None], (4, 1))[..., 0]


@probe("resize.antialias", "mxnet.nd")
def resize_smaller_nd(x):
    return nd.contrib.BilinearResize2D(x[None, None].as_nd_ndarray(), height=1, width=4)[0, 0]


@probe("resize.cubic", "mxnet.npx.image")
def resize_cubic(x):
    return npx.image.resize(x[..., None], (8, 1), interp=2)[..., 0]


@probe("resize.method", "mxnet.npx.image")
def resize_method(x):
    return npx.image.resize(x[..., None], (4, 1))[..., 0]


@probe("resize.method", "mxnet.nd")
def resize_method_nd(x):
    return nd.UpSampling(np.repeat(x, 2, 0)[None, None].as_nd_ndarray(), scale=2)[0, 0, :1]
