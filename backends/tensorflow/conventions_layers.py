"""Layers of Keras, gradients, losses and optimizers of TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe

SEEDS = range(20)


def built(seed, layer, inputs):
    """A layer with weights for so many input channels, made right after the seed was set."""
    tf.keras.utils.set_random_seed(seed)
    layer.build((None, None, None, inputs) if isinstance(layer, tf.keras.layers.Conv2D) else (None, inputs))
    return layer


def spread(variables, fan_in=72):
    """[std, largest absolute value] of the values of all variables, times sqrt(fan_in)."""
    values = tf.stack([tf.convert_to_tensor(one) for one in variables])
    return tf.stack([tf.math.reduce_std(values), tf.reduce_max(abs(values))]) * fan_in**0.5


def word(gradient):
    """A gradient, or the word "none"."""
    return "none" if gradient is None else gradient


@probe("layer.bias", "tf.keras")
def bias():
    return "without bias" if built(0, tf.keras.layers.Conv2D(1, 1), 1).bias is None else "with bias"


@probe("layer.weights", "tf.keras")
def weights():
    return spread([built(seed, tf.keras.layers.Conv2D(64, 3), 8).kernel for seed in SEEDS])


@probe("layer.weights.fan", "tf.keras")
def weights_fan():
    few, many = ([built(seed, tf.keras.layers.Conv2D(64, 3), n).kernel for seed in SEEDS] for n in (8, 32))
    return (spread(few) / spread(many))[:1]


@probe("layer.bias.values", "tf.keras")
def bias_values():
    return spread([built(seed, tf.keras.layers.Conv2D(64, 3), 8).bias for seed in SEEDS])


@probe("layer.dense.weights", "tf.keras")
def dense_weights():
    return spread([built(seed, tf.keras.layers.Dense(576), 72).kernel for seed in SEEDS])


@probe("layer.parameters", "tf.keras")
def parameters():
    return ", ".join(f"{one.name} {one.shape}" for one in built(0, tf.keras.layers.Conv2D(4, (2, 5)), 3).weights)


@probe("layer.transposed.parameters", "tf.keras")
def transposed_parameters():
    return str(built(0, tf.keras.layers.Conv2DTranspose(4, (2, 5)), 3).kernel.shape)


@probe("layer.lazy", "tf.keras")
def lazy():
    conv = tf.keras.layers.Conv2D(4, 1)
    conv(tf.zeros((1, 2, 2, 3)))
    return "inferred at the first call" if conv.kernel.shape == (1, 1, 3, 4) else "not inferred"


@probe("layer.activation", "tf.keras")
def activation(x):
    return tf.keras.layers.Conv2D(1, 1, kernel_initializer="ones")(x[:, None, None, None])[:, 0, 0, 0]


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


@probe("loss.squared", "tf.nn.l2_loss")
def squared(y, t):
    return tf.nn.l2_loss(y - t)


@probe("loss.squared", "tf.keras.losses.mse")
def squared_function(y, t):
    return tf.keras.losses.mse(t, y)


@probe("loss.squared", "tf.keras.losses.MeanSquaredError")
def squared_class(y, t):
    return tf.keras.losses.MeanSquaredError()(t, y)


@probe("loss.cross-entropy", "tf.nn")
def cross_entropy(y, t):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(t, y)


@probe("loss.cross-entropy", "tf.keras.losses.sparse_categorical_crossentropy")
def cross_entropy_function(y, t):
    return tf.keras.losses.sparse_categorical_crossentropy(t, y)


@probe("loss.cross-entropy", "tf.keras.losses.SparseCategoricalCrossentropy")
def cross_entropy_class(y, t):
    return tf.keras.losses.SparseCategoricalCrossentropy()(t, y)


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
