"""Layers of TensorFlow, made with nothing but their sizes."""

import tensorflow as tf

from backends.contract import probe
from spec.questions.layers import SHAPES

SEEDS = range(20)


def built(seed, layer, inputs):
    """The layer with weights for this number of input channels, made after the seed is set."""
    tf.keras.utils.set_random_seed(seed)
    layer.build((None, None, None, inputs) if isinstance(layer, tf.keras.layers.Conv2D) else (None, inputs))
    return layer


def spread(variables, fan_in=72):
    """[std, largest absolute value] of the values of all variables, times sqrt(fan_in)."""
    values = tf.stack([tf.convert_to_tensor(one) for one in variables])
    return tf.stack([tf.math.reduce_std(values), tf.reduce_max(abs(values))]) * fan_in**0.5


PROBES = {
    "tf.keras": {
        "layer.bias": lambda: "without bias" if built(0, tf.keras.layers.Conv2D(1, 1), 1).bias is None else "with bias",
        "layer.weights": lambda: spread([built(seed, tf.keras.layers.Conv2D(64, 3), 8).kernel for seed in SEEDS]),
        "layer.bias.values": lambda: spread([built(seed, tf.keras.layers.Conv2D(64, 3), 8).bias for seed in SEEDS]),
        "layer.dense.weights": lambda: spread([built(seed, tf.keras.layers.Dense(576), 72).kernel for seed in SEEDS]),
    },
}


@probe("layer.weights.fan", "tf.keras")
def weights_fan():
    few, many = ([built(seed, tf.keras.layers.Conv2D(64, 3), n).kernel for seed in SEEDS] for n in (8, 32))
    return (spread(few) / spread(many))[:1]


@probe("layer.transposed.weights", "tf.keras")
def transposed_weights():
    return spread([built(seed, tf.keras.layers.Conv2DTranspose(64, 3), 8).kernel for seed in SEEDS])


@probe("layer.initializer", "tf.keras.initializers")
def initializer():
    even, *long = (tf.math.reduce_std(tf.keras.initializers.HeNormal(seed=0)(shape)) for shape in SHAPES)
    return even / tf.stack(long)


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


@probe("layer.names", "tf.keras")
def names():
    net = tf.keras.Sequential([tf.keras.layers.Conv2D(16, 5, name="C3"), tf.keras.layers.Conv2D(120, 5, name="C3")])
    return "both" if len(net.layers) == 2 else "the second alone"


@probe("layer.activation", "tf.keras")
def activation(x):
    return tf.keras.layers.Conv2D(1, 1, kernel_initializer="ones")(x[:, None, None, None])[:, 0, 0, 0]
