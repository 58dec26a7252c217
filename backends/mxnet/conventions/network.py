"""Activations and batch normalisation of MXNet, by their default calls."""

from mxnet import autograd, gluon, nd, npx

from backends.contract import probe


def slope(function, x):
    """The gradient of function(x)."""
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward()
    return x.grad


def trained(x):
    """A layer that has seen one batch, and what it made of it; `backward` writes the running statistics."""
    layer = gluon.nn.BatchNorm()
    layer.initialize()
    x.attach_grad()
    with autograd.record():
        y = layer(x)
    y.backward()
    return layer, y.reshape(-1)


def new(x):
    """What a new layer makes of it."""
    layer = gluon.nn.BatchNorm()
    layer.initialize()
    return layer(x), layer


PROBES = {
    "mxnet.npx": {
        "activation.gelu": lambda x: npx.leaky_relu(x, act_type="gelu"),
        "activation.leaky": lambda x: npx.leaky_relu(x),
        "activation.elu": lambda x: npx.leaky_relu(x, act_type="elu"),
        "activation.softmax.axis": lambda x: npx.softmax(x),
        "activation.softmax.masked": lambda x: npx.softmax(x),
        "activation.relu.gradient": lambda x: slope(npx.relu, x),
    },
    "mxnet.nd": {
        "activation.hard-sigmoid": lambda x: nd.hard_sigmoid(x.as_nd_ndarray()).as_np_ndarray(),
    },
    "mxnet.np": {
        "activation.relu6.gradient": lambda x: slope(lambda x: x.clip(0, 6), x),
    },
    "mxnet.gluon": {
        "activation.gelu": lambda x: gluon.nn.GELU()(x),
        "activation.elu": lambda x: gluon.nn.ELU()(x),
        "norm.epsilon": lambda x: trained(x)[1],
        "norm.mode": lambda x: new(x)[0].reshape(-1),
        "norm.one-value": lambda x: trained(x)[1],
        "norm.axis": lambda x: "axis 1" if new(x)[1].gamma.shape == (x.shape[1],) else "the last axis",
    },
}


@probe("norm.momentum", "mxnet.gluon")
def momentum(x):
    return trained(x)[0].running_mean.data()


@probe("norm.variance", "mxnet.gluon")
def variance(x):
    layer, _ = trained(x)
    return 1 + (layer.running_var.data() - 1) / (layer.running_mean.data() / 4)
