"""The activations of TensorFlow and Keras, as functions of (x, slope, axis)."""

import tensorflow as tf

ACTIVATIONS = {
    "relu": lambda x, slope, axis: tf.nn.relu(x),
    "relu6": lambda x, slope, axis: tf.nn.relu6(x),
    "leaky_relu": lambda x, slope, axis: tf.nn.leaky_relu(x, alpha=slope),  # by default 0.2
    "elu": lambda x, slope, axis: tf.nn.elu(x),
    "gelu": lambda x, slope, axis: tf.nn.gelu(x),
    "gelu_tanh": lambda x, slope, axis: tf.nn.gelu(x, approximate=True),
    "silu": lambda x, slope, axis: tf.nn.silu(x),
    "sigmoid": lambda x, slope, axis: tf.math.sigmoid(x),
    "tanh": lambda x, slope, axis: tf.math.tanh(x),
    "softplus": lambda x, slope, axis: tf.math.softplus(x),
    "hard_sigmoid": lambda x, slope, axis: tf.keras.activations.hard_sigmoid(x),
    "hard_swish": lambda x, slope, axis: tf.keras.activations.hard_swish(x),
    "softmax": lambda x, slope, axis: tf.nn.softmax(x, axis=axis),
    "log_softmax": lambda x, slope, axis: tf.nn.log_softmax(x, axis=axis),
}
