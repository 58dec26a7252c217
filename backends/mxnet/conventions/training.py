"""Gradients, losses and optimizers of MXNet, by its default calls."""

import numpy
from mxnet import autograd, gluon, np

from backends.contract import probe

PROBES = {
    "mxnet.gluon": {
        "loss.squared": lambda y, t: gluon.loss.L2Loss()(y, t),
        "loss.cross-entropy": lambda y, t: gluon.loss.SoftmaxCrossEntropyLoss()(y, t),
    },
}


@probe("gradient.vector", "mxnet.autograd")
def gradient_vector(x):
    x.attach_grad()
    with autograd.record():
        y = x * x
    y.backward()
    return x.grad


@probe("gradient.accumulates", "mxnet.autograd")
def gradient_accumulates(x):
    x.attach_grad()
    for _ in range(2):
        with autograd.record():
            y = (x * x).sum()
        y.backward()
    return x.grad


@probe("gradient.unused", "mxnet.autograd")
def gradient_unused(x, k):
    x.attach_grad()
    k.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    return k.grad


@probe("gradient.unused", "mxnet.autograd.grad")
def gradient_unused_grad(x, k):
    x.attach_grad()
    k.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    return autograd.grad(y, [k])[0]


@probe("gradient.assignment", "mxnet.autograd")
def gradient_assignment(x, k):
    k.attach_grad()
    with autograd.record():
        y = np.zeros((2, 2))
        for i, j in numpy.ndindex(2, 2):
            y[i, j] = (x[i : i + 2, j : j + 2] * k).sum()
        total = y.sum()
    total.backward()
    return k.grad


@probe("gradient.integers", "mxnet.autograd")
def gradient_integers(x):
    x.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    return x.grad


@probe("optimizer.batch", "mxnet.gluon")
def optimizer_batch(w, x):
    layer = gluon.nn.Dense(1, use_bias=False, in_units=2)
    layer.initialize()
    layer.weight.set_data(w[None])
    trainer = gluon.Trainer(layer.collect_params(), "sgd", {"learning_rate": 0.5})
    with autograd.record():
        y = layer(x).sum()
    y.backward()
    trainer.step(len(x))  # the size of the batch must be given
    return layer.weight.data()[0]


@probe("optimizer.rate", "mxnet.gluon")
def optimizer_rate(w):
    parameter = gluon.Parameter("w", shape=w.shape)
    parameter.initialize("zeros")
    trainer = gluon.Trainer([parameter], "sgd")
    with autograd.record():
        y = parameter.data().sum()
    y.backward()
    trainer.step(1)
    return parameter.data()
