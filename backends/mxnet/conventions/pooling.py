"""Pooling in MXNet, by its default calls."""

from mxnet import autograd, gluon, npx

from backends.contract import probe

PROBES = {
    "mxnet.npx": {
        "pool.stride": lambda x: npx.pooling(x[None, None], kernel=(2, 2))[0, 0],
        "pool.size": lambda x: npx.pooling(x[None, None], kernel=(2, 2), stride=(2, 2))[0, 0],
        "pool.average.padding": lambda x: npx.pooling(x[None, None], kernel=(3, 3), pool_type="avg", pad=(1, 1))[0, 0],
        "pool.max.padding": lambda x: npx.pooling(x[None, None], kernel=(3, 3), pad=(1, 1))[0, 0],
        "pool.nan": lambda x: npx.pooling(x[None, None], kernel=(2, 2), stride=(2, 2))[0, 0],
        "pool.global": lambda x: npx.pooling(x[None], global_pool=True, pool_type="avg"),
    },
    "mxnet.gluon": {
        "pool.stride": lambda x: gluon.nn.MaxPool2D(2)(x[None, None])[0, 0],
        "pool.size": lambda x: gluon.nn.MaxPool2D(2, 2)(x[None, None])[0, 0],
        "pool.ceil": lambda x: gluon.nn.MaxPool2D((1, 2), ceil_mode=True)(x[None, None])[0, 0],
        "pool.ceil.empty": lambda x: gluon.nn.MaxPool2D((1, 2), padding=(0, 1), ceil_mode=True)(x[None, None])[0, 0],
        "pool.average.padding": lambda x: gluon.nn.AvgPool2D(3, 1, 1)(x[None, None])[0, 0],
        "pool.average.overhang": lambda x: gluon.nn.AvgPool2D((1, 2), ceil_mode=True)(x[None, None])[0, 0],
        "pool.max.padding": lambda x: gluon.nn.MaxPool2D(3, 1, 1)(x[None, None])[0, 0],
        "pool.global": lambda x: gluon.nn.GlobalAvgPool2D()(x[None]),
    },
    "mxnet.np": {
        "pool.nan": lambda x: x.reshape(1, 2, 3, 2).max((1, 3)),
    },
}


@probe("pool.ceil", "mxnet.npx")
def pool_ceil(x):
    return npx.pooling(x[None, None], kernel=(1, 2), stride=(1, 2), pooling_convention="full")[0, 0]


@probe("pool.ceil.empty", "mxnet.npx")
def pool_ceil_empty(x):
    return npx.pooling(x[None, None], kernel=(1, 2), stride=(1, 2), pad=(0, 1), pooling_convention="full")[0, 0]


@probe("pool.average.overhang", "mxnet.npx")
def average_overhang(x):
    return npx.pooling(x[None, None], kernel=(1, 2), stride=(1, 2), pool_type="avg", pooling_convention="full")[0, 0]


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
