"""Gradients, losses and optimizers of TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe


def word(gradient):
    """A gradient, or the word "none"."""
    return "none" if gradient is None else gradient


PROBES = {
    "tf.nn.l2_loss": {
        "loss.squared": lambda y, t: tf.nn.l2_loss(y - t),
    },
    "tf.keras.losses.mse": {
        "loss.squared": lambda y, t: tf.keras.losses.mse(t, y),
    },
    "tf.keras.losses.MeanSquaredError": {
        "loss.squared": lambda y, t: tf.keras.losses.MeanSquaredError()(t, y),
    },
    "tf.nn": {
        "loss.cross-entropy": lambda y, t: tf.nn.sparse_softmax_cross_entropy_with_logits(t, y),
    },
    "tf.keras.losses.sparse_categorical_crossentropy": {
        "loss.cross-entropy": lambda y, t: tf.keras.losses.sparse_categorical_crossentropy(t, y),
    },
    "tf.keras.losses.SparseCategoricalCrossentropy": {
        "loss.cross-entropy": lambda y, t: tf.keras.losses.SparseCategoricalCrossentropy()(t, y),
    },
}


@probe("gradient.vector", "tf.GradientTape")
def vector(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


@probe("gradient.accumulates", "tf.GradientTape")
def accumulates(x):
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x)
        gradient = tape.gradient(y, x)
    return gradient


@probe("gradient.unused", "tf.GradientTape")
def unused(x, k):
    with tf.GradientTape() as tape:
        tape.watch([x, k])
        y = tf.reduce_sum(x * x)
    return word(tape.gradient(y, k))


@probe("gradient.assignment", "tf.Tensor")
def assignment(x, k):
    y = tf.zeros((2, 2))
    with tf.GradientTape() as tape:
        tape.watch(k)
        for i in range(2):
            for j in range(2):
                y[i, j] = tf.reduce_sum(x[i : i + 2, j : j + 2] * k)
        total = tf.reduce_sum(y)
    return word(tape.gradient(total, k))


@probe("gradient.assignment", "tf.Variable")
def assignment_variable(x, k):
    y = tf.Variable(tf.zeros((2, 2)))
    with tf.GradientTape() as tape:
        tape.watch(k)
        for i in range(2):
            for j in range(2):
                y[i, j].assign(tf.reduce_sum(x[i : i + 2, j : j + 2] * k))
        total = tf.reduce_sum(y)
    return word(tape.gradient(total, k))


@probe("gradient.assignment", "tf.tensor_scatter_nd_update")
def assignment_scatter(x, k):
    y = tf.zeros((2, 2))
    with tf.GradientTape() as tape:
        tape.watch(k)
        for i in range(2):
            for j in range(2):
                y = tf.tensor_scatter_nd_update(y, [[i, j]], [tf.reduce_sum(x[i : i + 2, j : j + 2] * k)])
        total = tf.reduce_sum(y)
    return word(tape.gradient(total, k))


@probe("gradient.integers", "tf.GradientTape")
def integers(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    return word(tape.gradient(y, x))


@probe("optimizer.batch", "tf.keras")
def batch(w, x):
    w = tf.Variable(w)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.linalg.matvec(x, w))
    tf.keras.optimizers.SGD(0.5).apply([tape.gradient(loss, w)], [w])
    return tf.convert_to_tensor(w)


@probe("optimizer.rate", "tf.keras")
def rate(w):
    w = tf.Variable(w)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(w)
    tf.keras.optimizers.SGD().apply([tape.gradient(loss, w)], [w])
    return tf.convert_to_tensor(w)
