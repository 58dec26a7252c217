"""Pooling in MXNet, by its default calls."""

from mxnet import autograd, gluon, npx

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


@probe("pool.size", "mxnet.gluon")
def pool_size_layer(x):
    return gluon.nn.MaxPool2D(2, 2)(x[None, None])[0, 0]


@probe("pool.ceil", "mxnet.npx")
def pool_ceil(x):
    return npx.pooling(x[None, None], kernel=(1, 2), stride=(1, 2), pooling_convention="full")[0, 0]


@probe("pool.ceil", "mxnet.gluon")
def pool_ceil_layer(x):
    return gluon.nn.MaxPool2D((1, 2), ceil_mode=True)(x[None, None])[0, 0]


@probe("pool.ceil.empty", "mxnet.npx")
def pool_ceil_empty(x):
    return npx.pooling(x[None, None], kernel=(1, 2), stride=(1, 2), pad=(0, 1), pooling_convention="full")[0, 0]


@probe("pool.ceil.empty", "mxnet.gluon")
def pool_ceil_empty_layer(x):
    return gluon.nn.MaxPool2D((1, 2), padding=(0, 1), ceil_mode=True)(x[None, None])[0, 0]


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


@probe("pool.average.overhang", "mxnet.gluon")
def average_overhang_layer(x):
    return gluon.nn.AvgPool2D((1, 2), ceil_mode=True)(x[None, None])[0, 0]


@probe("pool.max.padding", "mxnet.npx")
def max_padding(x):
    return npx.pooling(x[None, None], kernel=(3, 3), pad=(1, 1))[0, 0]


@probe("pool.max.padding", "mxnet.gluon")
def max_padding_layer(x):
    return gluon.nn.MaxPool2D(3, 1, 1)(x[None, None])[0, 0]


@probe("pool.ties", "mxnet.npx")
def ties(x):
    x.attach_grad()
    with autograd.record():  # with oneDNN, the gradient of max pooling right after x[None, None] is garbage
        y = npx.pooling(x.reshape(1, 1, 2, 3), kernel=(2, 3))
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


@probe("pool.nan", "mxnet.np")
def nan_max(x):
    return x.reshape(1, 2, 3, 2).max((1, 3))


@probe("pool.global", "mxnet.npx")
def pool_global_function(x):
    return npx.pooling(x[None], global_pool=True, pool_type="avg")


@probe("pool.global", "mxnet.gluon")
def pool_global(x):
    return gluon.nn.GlobalAvgPool2D()(x[None])
