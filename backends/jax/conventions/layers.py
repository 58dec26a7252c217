"""Layers of flax, made with nothing but their sizes: `nnx`, and the older `linen` where it differs."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen, nnx

from backends.contract import probe
from spec.questions.layers import SHAPES

PROBES = {
    "flax.nnx": {
        "layer.bias": lambda: "without bias" if nnx.Conv(1, 1, (1, 1), rngs=nnx.Rngs(0)).bias is None else "with bias",
        "layer.transposed.parameters": lambda: str(nnx.ConvTranspose(3, 4, (2, 5), rngs=nnx.Rngs(0)).kernel.shape),
    },
}


@probe("layer.weights", "flax.nnx")
def layer_weights():
    layers = [nnx.Conv(8, 64, (3, 3), rngs=nnx.Rngs(seed)) for seed in range(20)]
    w = np.stack([layer.kernel[...] for layer in layers])
    return np.stack([w.std(), abs(w).max()]) * 72**0.5


@probe("layer.weights.fan", "flax.nnx")
def layer_weights_fan():
    few = np.stack([nnx.Conv(8, 64, (3, 3), rngs=nnx.Rngs(seed)).kernel[...] for seed in range(20)])
    many = np.stack([nnx.Conv(32, 64, (3, 3), rngs=nnx.Rngs(seed)).kernel[...] for seed in range(20)])
    return few.std(keepdims=True).ravel() / many.std()


@probe("layer.bias.values", "flax.nnx")
def layer_bias_values():
    layers = [nnx.Conv(8, 64, (3, 3), rngs=nnx.Rngs(seed)) for seed in range(20)]
    b = np.stack([layer.bias[...] for layer in layers])
    return np.stack([b.std(), abs(b).max()]) * 72**0.5


@probe("layer.dense.weights", "flax.nnx")
def layer_dense_weights():
    layers = [nnx.Linear(72, 576, rngs=nnx.Rngs(seed)) for seed in range(20)]
    w = np.stack([layer.kernel[...] for layer in layers])
    return np.stack([w.std(), abs(w).max()]) * 72**0.5


@probe("layer.transposed.weights", "flax.nnx")
def layer_transposed_weights():
    layers = [nnx.ConvTranspose(8, 64, (3, 3), rngs=nnx.Rngs(seed)) for seed in range(20)]
    w = np.stack([layer.kernel[...] for layer in layers])
    return np.stack([w.std(), abs(w).max()]) * 72**0.5


@probe("layer.initializer", "jax.nn.initializers")
def initializer():
    even, *long = (jax.nn.initializers.he_normal()(jax.random.key(0), shape).std() for shape in SHAPES)
    return even / jnp.stack(long)


@probe("layer.parameters", "flax.nnx")
def layer_parameters():
    parameters = nnx.to_pure_dict(nnx.state(nnx.Conv(3, 4, (2, 5), rngs=nnx.Rngs(0))))
    return ", ".join(f"{name} {w.shape}" for name, w in parameters.items())


@probe("layer.parameters", "flax.linen")
def layer_parameters_linen():
    parameters = linen.Conv(4, (2, 5)).init(jax.random.key(0), jnp.zeros((1, 8, 8, 3)))["params"]
    return ", ".join(f"{name} {w.shape}" for name, w in parameters.items())


@probe("layer.lazy", "flax.nnx")
def layer_lazy():
    layer = nnx.Conv(out_features=4, kernel_size=(2, 5), rngs=nnx.Rngs(0))
    layer(jnp.zeros((1, 8, 8, 3)))
    return "inferred at the first call"


@probe("layer.lazy", "flax.linen")
def layer_lazy_linen():
    weights = linen.Conv(features=4, kernel_size=(2, 5)).init(jax.random.key(0), jnp.zeros((1, 8, 8, 3)))
    return "inferred at the first call" if weights["params"]["kernel"].shape == (2, 5, 3, 4) else "not inferred"


@probe("layer.names", "flax.nnx")
def layer_names():
    net = nnx.Module()
    net.c3 = nnx.Conv(6, 16, (5, 5), rngs=nnx.Rngs(0))
    net.c3 = nnx.Conv(16, 120, (5, 5), rngs=nnx.Rngs(0))
    return "both" if len(nnx.state(net)) == 2 else "the second alone"


@probe("layer.activation", "flax.nnx")
def layer_activation(x):
    return nnx.Conv(1, 1, (1, 1), kernel_init=nnx.initializers.ones, rngs=nnx.Rngs(0))(x.reshape(2, 1, 1, 1)).ravel()
