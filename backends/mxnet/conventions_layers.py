"""What layers, losses and trainers of gluon and the gradients of autograd are when nothing else is said."""

import mxnet as mx
import numpy
from mxnet import autograd, gluon, np

from backends.contract import probe


def statistics(arrays):
    """[standard deviation, largest absolute value] of all numbers, times sqrt(fan_in) = sqrt(72)."""
    numbers = numpy.stack(arrays)
    return np.array([numbers.std(), abs(numbers).max()]) * 72**0.5


def initial(layer, seed):
    """Its first weights, as arrays by name."""
    mx.random.seed(seed)
    layer.initialize()
    return {name.removeprefix(layer.prefix): w.data().asnumpy() for name, w in layer.collect_params().items()}


@probe("layer.bias", "mxnet.gluon")
def layer_bias():
    return "without bias" if gluon.nn.Conv2D(1, 1).bias is None else "with bias"


@probe("layer.weights", "mxnet.gluon")
def layer_weights():
    return statistics([initial(gluon.nn.Conv2D(64, 3, in_channels=8), seed)["weight"] for seed in range(20)])


@probe("layer.weights.fan", "mxnet.gluon")
def layer_weights_fan():
    few = [initial(gluon.nn.Conv2D(64, 3, in_channels=8), seed)["weight"] for seed in range(20)]
    many = [initial(gluon.nn.Conv2D(64, 3, in_channels=32), seed)["weight"] for seed in range(20)]
    return np.array([numpy.std(few) / numpy.std(many)])


@probe("layer.bias.values", "mxnet.gluon")
def layer_bias_values():
    return statistics([initial(gluon.nn.Conv2D(64, 3, in_channels=8), seed)["bias"] for seed in range(20)])


@probe("layer.dense.weights", "mxnet.gluon")
def layer_dense_weights():
    return statistics([initial(gluon.nn.Dense(576, in_units=72), seed)["weight"] for seed in range(20)])


@probe("layer.parameters", "mxnet.gluon")
def layer_parameters():
    layer = gluon.nn.Conv2D(4, (2, 5), in_channels=3)
    return ", ".join(f"{name.removeprefix(layer.prefix)} {w.shape}" for name, w in layer.collect_params().items())


@probe("layer.transposed.parameters", "mxnet.gluon")
def layer_transposed_parameters():
    return str(gluon.nn.Conv2DTranspose(4, (2, 5), in_channels=3).weight.shape)


@probe("layer.lazy", "mxnet.gluon")
def layer_lazy():
    layer = gluon.nn.Conv2D(4, (2, 5))
    layer.initialize()
    layer(np.zeros((1, 3, 8, 8)))
    return "inferred at the first call" if layer.weight.shape == (4, 3, 2, 5) else "not inferred"


@probe("layer.activation", "mxnet.gluon")
def layer_activation(x):
    layer = gluon.nn.Conv2D(1, 1)
    layer.initialize("ones")
    return layer(x.reshape(2, 1, 1, 1)).reshape(-1)


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


@probe("loss.squared", "mxnet.gluon")
def squared(y, t):
    return gluon.loss.L2Loss()(y, t)


@probe("loss.cross-entropy", "mxnet.gluon")
def cross_entropy(y, t):
    return gluon.loss.SoftmaxCrossEntropyLoss()(y, t)


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
