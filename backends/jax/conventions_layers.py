"""What layers of flax, gradients of JAX, and losses and optimizers of optax are when nothing else is said."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen, nnx

from backends.contract import probe


@probe("layer.bias", "flax.nnx")
def layer_bias():
    return "without bias" if nnx.Conv(1, 1, (1, 1), rngs=nnx.Rngs(0)).bias is None else "with bias"


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


@probe("layer.parameters", "flax.nnx")
def layer_parameters():
    parameters = nnx.to_pure_dict(nnx.state(nnx.Conv(3, 4, (2, 5), rngs=nnx.Rngs(0))))
    return ", ".join(f"{name} {w.shape}" for name, w in parameters.items())


@probe("layer.transposed.parameters", "flax.nnx")
def layer_transposed_parameters():
    return str(nnx.ConvTranspose(3, 4, (2, 5), rngs=nnx.Rngs(0)).kernel.shape)


@probe("layer.lazy", "flax.nnx")
def layer_lazy():
    layer = nnx.Conv(out_features=4, kernel_size=(2, 5), rngs=nnx.Rngs(0))
    layer(jnp.zeros((1, 8, 8, 3)))
    return "inferred at the first call"


@probe("layer.lazy", "flax.linen")
def layer_lazy_linen():
    weights = linen.Conv(features=4, kernel_size=(2, 5)).init(jax.random.key(0), jnp.zeros((1, 8, 8, 3)))
    return "inferred at the first call" if weights["params"]["kernel"].shape == (2, 5, 3, 4) else "not inferred"


@probe("layer.activation", "flax.nnx")
def layer_activation(x):
    return nnx.Conv(1, 1, (1, 1), kernel_init=nnx.initializers.ones, rngs=nnx.Rngs(0))(x.reshape(2, 1, 1, 1)).ravel()


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
