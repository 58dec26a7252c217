"""Activations and batch normalisation of TensorFlow and Keras, by their default calls."""

import tensorflow as tf

from backends.contract import probe


def slope(function, x):
    """The gradient of function(x)."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


def flat(x):
    """All numbers in a row."""
    return tf.reshape(x, [-1])


PROBES = {
    "tf.nn": {
        "activation.gelu": lambda x: tf.nn.gelu(x),
        "activation.leaky": lambda x: tf.nn.leaky_relu(x),
        "activation.elu": lambda x: tf.nn.elu(x),
        "activation.softmax.axis": lambda x: tf.nn.softmax(x),
        "activation.softmax.masked": lambda x: tf.nn.softmax(x),
        "activation.relu.gradient": lambda x: slope(tf.nn.relu, x),
        "activation.relu6.gradient": lambda x: slope(tf.nn.relu6, x),
    },
    "tf.keras": {
        "activation.gelu": lambda x: tf.keras.activations.gelu(x),
        "activation.leaky": lambda x: tf.keras.layers.LeakyReLU()(x),
        "activation.elu": lambda x: tf.keras.activations.elu(x),
        "activation.hard-sigmoid": lambda x: tf.keras.activations.hard_sigmoid(x),
        "activation.softmax.axis": lambda x: tf.keras.layers.Softmax()(x),
        "norm.epsilon": lambda x: flat(tf.keras.layers.BatchNormalization()(x, training=True)),
        "norm.mode": lambda x: flat(tf.keras.layers.BatchNormalization()(x)),
        "norm.one-value": lambda x: flat(tf.keras.layers.BatchNormalization()(x, training=True)),
    },
}


@probe("norm.momentum", "tf.keras")
def momentum(x):
    layer = tf.keras.layers.BatchNormalization()
    layer(x, training=True)
    return tf.convert_to_tensor(layer.moving_mean)


@probe("norm.variance", "tf.keras")
def variance(x):
    layer = tf.keras.layers.BatchNormalization()
    layer(x, training=True)
    return 1 + (tf.convert_to_tensor(layer.moving_variance) - 1) / (layer.moving_mean / 4)


@probe("norm.axis", "tf.keras")
def axis(x):
    layer = tf.keras.layers.BatchNormalization()
    layer(x)
    return "the last axis" if layer.gamma.shape == (x.shape[-1],) else "axis 1"
