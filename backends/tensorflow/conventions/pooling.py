"""Pooling in TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe

PROBES = {
    "tf.nn": {
        "pool.stride": lambda x: tf.nn.max_pool2d(x[None, ..., None], 2, padding="VALID")[0, ..., 0],
        "pool.size": lambda x: tf.nn.max_pool2d(x[None, ..., None], 2, 2, "VALID")[0, ..., 0],
        "pool.ceil": lambda x: tf.nn.max_pool2d(x[None, ..., None], (1, 2), (1, 2), "SAME")[0, ..., 0],
        "pool.average.padding": lambda x: tf.nn.avg_pool2d(x[None, ..., None], 3, 1, "SAME")[0, ..., 0],
        "pool.average.overhang": lambda x: tf.nn.avg_pool2d(x[None, ..., None], (1, 2), (1, 2), "SAME")[0, ..., 0],
        "pool.max.padding": lambda x: tf.nn.max_pool2d(x[None, ..., None], 3, 1, "SAME")[0, ..., 0],
        "pool.nan": lambda x: tf.nn.max_pool2d(x[None, ..., None], 2, 2, "VALID")[0, ..., 0],
    },
    "tf.nn.pool": {
        "pool.stride": lambda x: tf.nn.pool(x[None, ..., None], (2, 2), "MAX")[0, ..., 0],
    },
    "tf.keras": {
        "pool.stride": lambda x: tf.keras.layers.MaxPooling2D(2)(x[None, ..., None])[0, ..., 0],
        "pool.size": lambda x: tf.keras.layers.MaxPooling2D(2, 2)(x[None, ..., None])[0, ..., 0],
        "pool.ceil": lambda x: tf.keras.layers.MaxPooling2D((1, 2), padding="same")(x[None, ..., None])[0, ..., 0],
        "pool.average.padding": lambda x: tf.keras.layers.AveragePooling2D(3, 1, "same")(x[None, ..., None])[0, ..., 0],
        "pool.max.padding": lambda x: tf.keras.layers.MaxPooling2D(3, 1, "same")(x[None, ..., None])[0, ..., 0],
        "pool.nan": lambda x: tf.keras.layers.MaxPooling2D(2, 2)(x[None, ..., None])[0, ..., 0],
        "pool.global": lambda x: tf.keras.layers.GlobalAveragePooling2D()(tf.transpose(x, (1, 2, 0))[None]),
    },
    "tf.keras.ops": {
        "pool.stride": lambda x: tf.keras.ops.max_pool(x[None, ..., None], 2)[0, ..., 0],
    },
    "tf.reduce_max": {
        "pool.nan": lambda x: tf.reduce_max(tf.reshape(x, (1, 2, 3, 2)), (1, 3)),
    },
}


@probe("pool.average.overhang", "tf.keras")
def average_overhang_layer(x):
    return tf.keras.layers.AveragePooling2D((1, 2), padding="same")(x[None, ..., None])[0, ..., 0]


@probe("pool.ties", "tf.nn")
def ties(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.max_pool2d(x[None, ..., None], (2, 3), 1, "VALID")
    return tape.gradient(y, x)


@probe("pool.ties", "tf.reduce_max")
def ties_reduce(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_max(x)
    return tape.gradient(y, x)
