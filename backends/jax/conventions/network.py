"""Activations of JAX and batch normalisation of Flax, by their default calls."""

import jax
from flax import nnx

from backends.contract import probe

PROBES = {
    "jax.nn": {
        "activation.gelu": lambda x: jax.nn.gelu(x),
        "activation.leaky": lambda x: jax.nn.leaky_relu(x),
        "activation.elu": lambda x: jax.nn.elu(x),
        "activation.hard-sigmoid": lambda x: jax.nn.hard_sigmoid(x),
        "activation.softmax.axis": lambda x: jax.nn.softmax(x),
        "activation.softmax.masked": lambda x: jax.nn.softmax(x),
        "activation.relu.gradient": lambda x: jax.grad(lambda x: jax.nn.relu(x).sum())(x),
        "activation.relu6.gradient": lambda x: jax.grad(lambda x: jax.nn.relu6(x).sum())(x),
    },
    "flax.nnx": {
        "norm.epsilon": lambda x: nnx.BatchNorm(1, rngs=nnx.Rngs(0))(x).ravel(),
        "norm.mode": lambda x: nnx.BatchNorm(1, rngs=nnx.Rngs(0))(x).ravel(),
        "norm.one-value": lambda x: nnx.BatchNorm(1, rngs=nnx.Rngs(0))(x).ravel(),
    },
}


@probe("norm.momentum", "flax.nnx")
def momentum(x):
    layer = nnx.BatchNorm(1, rngs=nnx.Rngs(0))
    layer(x)
    return layer.mean[...]


@probe("norm.variance", "flax.nnx")
def variance(x):
    layer = nnx.BatchNorm(1, rngs=nnx.Rngs(0))
    layer(x)
    return 1 + (layer.var[...] - 1) / (layer.mean[...] / 4)


@probe("norm.axis", "flax.nnx")
def axis(x):
    nnx.BatchNorm(x.shape[-1], rngs=nnx.Rngs(0))(x)  # raises where the channels are another axis
    return "the last axis"
