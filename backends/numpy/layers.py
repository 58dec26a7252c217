"""What a network is made of in this backend: layers that keep their weights, and the loss."""

from collections.abc import Callable

import numpy as np

from backends.numpy import checks
from backends.numpy.pullbacks import gradients


class Layer:
    """An operator with weights of its own; after `Sequential.backward` it has their gradients too."""

    def __init__(self, operator: Callable, *weights: np.ndarray) -> None:
        self.operator = operator
        self.weights = [weight.copy() for weight in weights]
        self.gradients: list[np.ndarray] = []

    def __call__(self, x: np.ndarray) -> np.ndarray:
        self.x = x  # the derivative by the weights depends on it
        return self.operator(x, *self.weights)

    def step(self, lr: float) -> None:
        """One step of gradient descent."""
        for weight, gradient in zip(self.weights, self.gradients):
            weight -= lr * gradient


class Sequential:
    """Layers one after the other; the chain rule runs through them backwards."""

    def __init__(self, *layers: Layer) -> None:
        self.layers = layers

    def __call__(self, x: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, dy: np.ndarray) -> None:
        """dl/dw of each layer from dl/dy of the last, each for its last x; kept in the layer's `gradients`."""
        for layer in reversed(self.layers):
            dy, *layer.gradients = gradients(layer.operator, [layer.x, *layer.weights], dy)

    def step(self, lr: float) -> None:
        for layer in self.layers:
            layer.step(lr)

    @property
    def weights(self) -> list[np.ndarray]:
        return [weight for layer in self.layers for weight in layer.weights]


def relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0)."""
    return np.maximum(x, 0)


def dense(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """x @ w^T + b for x (N, in), w (out, in), b (out,): the weights lie as in torch and gluon."""
    checks.ranked(2, x=x, w=w)
    checks.bias_fits(b, len(w))
    return x @ w.T + b


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of -log softmax(logits)[label] over the batch, and its derivative (softmax - one_hot) / N.

    logits (N, classes), labels (N,) whole numbers. The largest logit is subtracted so that exp cannot overflow.
    """
    checks.labels_fit(labels, *logits.shape)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_softmax = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    slope = np.exp(log_softmax)
    slope[rows, labels] -= 1
    return -log_softmax[rows, labels].mean(), slope / len(labels)
