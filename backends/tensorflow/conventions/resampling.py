"""Resizing images in TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe

PROBES = {
    "tf.image": {
        "resize.nearest": lambda x: tf.image.resize(x[..., None], (1, 5), "nearest")[..., 0],
        "resize.bilinear": lambda x: tf.image.resize(x[..., None], (1, 8), "bilinear")[..., 0],
        "resize.antialias": lambda x: tf.image.resize(x[..., None], (1, 4), "bilinear")[..., 0],
        "resize.cubic": lambda x: tf.image.resize(x[..., None], (1, 8), "bicubic")[..., 0],
        "resize.method": lambda x: tf.image.resize(x[..., None], (1, 4))[..., 0],
    },
    "tf.keras": {
        "resize.nearest": lambda x: tf.keras.layers.Resizing(1, 5, interpolation="nearest")(x[..., None])[..., 0],
        "resize.antialias": lambda x: tf.keras.layers.Resizing(1, 4, interpolation="bilinear")(x[..., None])[..., 0],
        "resize.cubic": lambda x: tf.keras.layers.Resizing(1, 8, interpolation="bicubic")(x[..., None])[..., 0],
    },
    "tf.keras.ops": {
        "resize.nearest": lambda x: tf.keras.ops.image.resize(x[..., None], (1, 5), interpolation="nearest")[..., 0],
    },
    "tf.keras.layers.Resizing": {
        "resize.method": lambda x: tf.keras.layers.Resizing(1, 4)(x[..., None])[..., 0],
    },
    "tf.keras.layers.UpSampling2D": {
        "resize.method": lambda x: tf.keras.layers.UpSampling2D((1, 2))(x[None, ..., None])[0, ..., 0],
    },
}


@probe("resize.nearest", "tf.compat.v1.image")
def nearest_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 5), tf.image.ResizeMethod.NEAREST_NEIGHBOR)[..., 0]


@probe("resize.bilinear", "tf.compat.v1.image")
def bilinear_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 8), tf.image.ResizeMethod.BILINEAR)[..., 0]


@probe("resize.bilinear", "tf.keras")
def bilinear_layer(x):
    return tf.keras.layers.UpSampling2D((1, 2), interpolation="bilinear")(x[None, ..., None])[0, ..., 0]


@probe("resize.antialias", "tf.compat.v1.image")
def antialias_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 4), tf.image.ResizeMethod.BILINEAR)[..., 0]


@probe("resize.cubic", "tf.compat.v1.image")
def cubic_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 8), tf.image.ResizeMethod.BICUBIC)[..., 0]
