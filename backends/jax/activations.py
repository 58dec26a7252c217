"""The activations of JAX, as functions of (x, slope, axis)."""

import jax
import jax.numpy as jnp

ACTIVATIONS = {
    "relu": lambda x, slope, axis: jax.nn.relu(x),
    "relu6": lambda x, slope, axis: jax.nn.relu6(x),
    "leaky_relu": lambda x, slope, axis: jax.nn.leaky_relu(x, negative_slope=slope),
    "elu": lambda x, slope, axis: jax.nn.elu(x),
    "gelu": lambda x, slope, axis: jax.nn.gelu(x, approximate=False),  # by default the other one
    "gelu_tanh": lambda x, slope, axis: jax.nn.gelu(x),
    "silu": lambda x, slope, axis: jax.nn.silu(x),
    "sigmoid": lambda x, slope, axis: jax.nn.sigmoid(x),
    "tanh": lambda x, slope, axis: jnp.tanh(x),
    "softplus": lambda x, slope, axis: jax.nn.softplus(x),
    "hard_sigmoid": lambda x, slope, axis: jax.nn.hard_sigmoid(x),
    "hard_swish": lambda x, slope, axis: jax.nn.hard_swish(x),
    "softmax": lambda x, slope, axis: jax.nn.softmax(x, axis=axis),
    "log_softmax": lambda x, slope, axis: jax.nn.log_softmax(x, axis=axis),
}
