"""LeNet-5 as it is written in Keras, for the command `bridge`."""

import tensorflow as tf

from backends.contract import native


@native("NHWC", kernel="HWIO", dense="IO")
def lenet5(images, *weights):
    layers = tf.keras.layers
    net = tf.keras.Sequential(
        [
            layers.Conv2D(6, kernel_size=5, padding="same", activation="relu"),
            layers.MaxPooling2D(pool_size=2),
            layers.Conv2D(16, kernel_size=5, activation="relu"),
            layers.MaxPooling2D(pool_size=2),
            layers.Flatten(),  # rows, columns, channels
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10),
        ]
    )
    net.build(images.shape)
    net.set_weights(weights)
    return net(images)
