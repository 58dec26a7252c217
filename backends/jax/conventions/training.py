"""Gradients of JAX, and losses and optimizers of optax, by their default calls: JAX has no losses or optimizers."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from backends.contract import probe

PROBES = {
    "jax.grad": {
        "gradient.vector": lambda x: jax.grad(lambda x: x * x)(x),
        "gradient.unused": lambda x, k: jax.grad(lambda k: (x * x).sum())(k),
        "gradient.integers": lambda x: jax.grad(lambda x: (x * x).sum())(x),
    },
    "optax.squared_error": {
        "loss.squared": lambda y, t: optax.squared_error(y, t),
    },
    "optax.l2_loss": {
        "loss.squared": lambda y, t: optax.l2_loss(y, t),
    },
    "optax": {
        "loss.cross-entropy": lambda y, t: optax.softmax_cross_entropy_with_integer_labels(y, t),
    },
}


@probe("gradient.accumulates", "jax.grad")
def gradient_accumulates(x):
    gradient = jax.grad(lambda x: (x * x).sum())
    gradient(x)
    return gradient(x)


@probe("gradient.assignment", "jax.numpy")
def gradient_assignment(x, k):
    def total(k):
        y = jnp.zeros((2, 2))
        for i, j in np.ndindex(2, 2):
            y[i, j] = (x[i : i + 2, j : j + 2] * k).sum()
        return y.sum()

    return jax.grad(total)(k)


@probe("gradient.assignment", "jax.numpy, .at[].set")
def gradient_assignment_at(x, k):
    def total(k):
        y = jnp.zeros((2, 2))
        for i, j in np.ndindex(2, 2):
            y = y.at[i, j].set((x[i : i + 2, j : j + 2] * k).sum())
        return y.sum()

    return jax.grad(total)(k)


@probe("optimizer.batch", "optax")
def optimizer_batch(w, x):
    optimizer, gradient = optax.sgd(0.5), jax.grad(lambda w: (x @ w).sum())(w)
    updates, _ = optimizer.update(gradient, optimizer.init(w))
    return optax.apply_updates(w, updates)


@probe("optimizer.rate", "optax")
def optimizer_rate(w):
    optimizer = optax.sgd()
    updates, _ = optimizer.update(jax.grad(jnp.sum)(w), optimizer.init(w))
    return optax.apply_updates(w, updates)
