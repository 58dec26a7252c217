"""Gradients of JAX, and losses and optimizers of optax, by their default calls: JAX itself has neither."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from backends.contract import probe


@probe("gradient.vector", "jax.grad")
def gradient_vector(x):
    return jax.grad(lambda x: x * x)(x)


@probe("gradient.accumulates", "jax.grad")
def gradient_accumulates(x):
    gradient = jax.grad(lambda x: (x * x).sum())
    gradient(x)
    return gradient(x)


@probe("gradient.unused", "jax.grad")
def gradient_unused(x, k):
    return jax.grad(lambda k: (x * x).sum())(k)


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


@probe("gradient.integers", "jax.grad")
def gradient_integers(x):
    return jax.grad(lambda x: (x * x).sum())(x)


@probe("loss.squared", "optax.squared_error")
def squared_error(y, t):
    return optax.squared_error(y, t)


@probe("loss.squared", "optax.l2_loss")
def l2_loss(y, t):
    return optax.l2_loss(y, t)


@probe("loss.cross-entropy", "optax")
def cross_entropy(y, t):
    return optax.softmax_cross_entropy_with_integer_labels(y, t)


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
