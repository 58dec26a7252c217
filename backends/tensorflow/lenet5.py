"""LeNet-5 as it is written in Keras: the adapter trains it, and the command `bridge` shows it."""

import functools

import tensorflow as tf

from backends.contract import native


@native("NHWC", kernel="HWIO", dense="IO")
def lenet5(images, *weights):
    c5 = tf.keras.layers.Flatten(), tf.keras.layers.Dense(120, activation="relu")  # rows, columns, channels
    return network(c5, weights, images)(images)


def network(c5, weights, images):
    """The layers with their weights. C5 sees all 5 x 5 pixels: a convolution, or a dense layer behind a flatten."""
    dtype = images.dtype  # otherwise Keras casts everything to float32
    convolution = functools.partial(tf.keras.layers.Conv2D, kernel_size=5, activation="relu", dtype=dtype)
    pooling = functools.partial(tf.keras.layers.MaxPooling2D, pool_size=2, dtype=dtype)
    dense = functools.partial(tf.keras.layers.Dense, dtype=dtype)
    net = tf.keras.Sequential(
        [
            convolution(6, padding="same"),
            pooling(),
            convolution(16),
            pooling(),
            *c5,
            dense(84, activation="relu"),
            dense(10),
        ]
    )
    net.build(images.shape)
    net.set_weights(weights)
    return net
