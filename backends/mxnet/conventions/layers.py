"""Layers of gluon, MXNet's library of layers, made with nothing but their sizes."""

import mxnet as mx
import numpy
from mxnet import gluon, np

from backends.contract import probe
from spec.questions.layers import SHAPES


def statistics(arrays):
    """[standard deviation, largest absolute value] of all numbers, times sqrt(fan_in) = sqrt(72)."""
    numbers = numpy.stack(arrays)
    return np.array([numbers.std(), abs(numbers).max()]) * 72**0.5


def initial(layer, seed):
    """The initial weights of a layer: name -> array."""
    mx.random.seed(seed)
    layer.initialize()
    return {name.removeprefix(layer.prefix): w.data().asnumpy() for name, w in layer.collect_params().items()}


PROBES = {
    "mxnet.gluon": {
        "layer.bias": lambda: "without bias" if gluon.nn.Conv2D(1, 1).bias is None else "with bias",
        "layer.transposed.parameters": lambda: str(gluon.nn.Conv2DTranspose(4, (2, 5), in_channels=3).weight.shape),
    },
}


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


@probe("layer.transposed.weights", "mxnet.gluon")
def layer_transposed_weights():
    return statistics([initial(gluon.nn.Conv2DTranspose(64, 3, in_channels=8), seed)["weight"] for seed in range(20)])


@probe("layer.initializer", "mxnet.initializer")
def initializer():
    he = mx.initializer.Xavier("gaussian", factor_type="in", magnitude=2)
    kernels = [np.zeros(shape) for shape in SHAPES]
    for kernel in kernels:
        he("weight", kernel)
    even, *long = (kernel.std() for kernel in kernels)
    return even / np.stack(long)


@probe("layer.parameters", "mxnet.gluon")
def layer_parameters():
    layer = gluon.nn.Conv2D(4, (2, 5), in_channels=3)
    return ", ".join(f"{name.removeprefix(layer.prefix)} {w.shape}" for name, w in layer.collect_params().items())


@probe("layer.lazy", "mxnet.gluon")
def layer_lazy():
    layer = gluon.nn.Conv2D(4, (2, 5))
    layer.initialize()
    layer(np.zeros((1, 3, 8, 8)))
    return "inferred at the first call" if layer.weight.shape == (4, 3, 2, 5) else "not inferred"


@probe("layer.names", "mxnet.gluon")
def layer_names():
    net = gluon.nn.Sequential()
    net.register_child(gluon.nn.Conv2D(16, 5), "C3")
    net.register_child(gluon.nn.Conv2D(120, 5), "C3")
    return "both" if len(net) == 2 else "the second alone"


@probe("layer.activation", "mxnet.gluon")
def layer_activation(x):
    layer = gluon.nn.Conv2D(1, 1)
    layer.initialize("ones")
    return layer(x.reshape(2, 1, 1, 1)).reshape(-1)
