"""Resizing images in TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe


@probe("resize.nearest", "tf.image")
def nearest(x):
    return tf.image.resize(x[..., None], (1, 5), "nearest")[..., 0]


@probe("resize.nearest", "tf.compat.v1.image")
def nearest_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 5), tf.image.ResizeMethod.NEAREST_NEIGHBOR)[..., 0]


@probe("resize.nearest", "tf.keras")
def nearest_layer(x):
    return tf.keras.layers.Resizing(1, 5, interpolation="nearest")(x[..., None])[..., 0]


@probe("resize.nearest", "tf.keras.ops")
def nearest_ops(x):
    return tf.keras.ops.image.resize(x[..., None], (1, 5), interpolation="nearest")[..., 0]


@probe("resize.bilinear", "tf.image")
def bilinear(x):
    return tf.image.resize(x[..., None], (1, 8), "bilinear")[..., 0]


@probe("resize.bilinear", "tf.compat.v1.image")
def bilinear_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 8), tf.image.ResizeMethod.BILINEAR)[..., 0]


@probe("resize.bilinear", "tf.keras")
def bilinear_layer(x):
    return tf.keras.layers.UpSampling2D((1, 2), interpolation="bilinear")(x[None, ..., None])[0, ..., 0]


@probe("resize.antialias", "tf.image")
def antialias(x):
    return tf.image.resize(x[..., None], (1, 4), "bilinear")[..., 0]


@probe("resize.antialias", "tf.keras")
def antialias_layer(x):
    return tf.keras.layers.Resizing(1, 4, interpolation="bilinear")(x[..., None])[..., 0]


@probe("resize.antialias", "tf.compat.v1.image")
def antialias_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 4), tf.image.ResizeMethod.BILINEAR)[..., 0]


@probe("resize.cubic", "tf.image")
def cubic(x):
    return tf.image.resize(x[..., None], (1, 8), "bicubic")[..., 0]


@probe("resize.cubic", "tf.compat.v1.image")
def cubic_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 8), tf.image.ResizeMethod.BICUBIC)[..., 0]


@probe("resize.cubic", "tf.keras")
def cubic_layer(x):
    return tf.keras.layers.Resizing(1, 8, interpolation="bicubic")(x[..., None])[..., 0]


@probe("resize.method", "tf.image")
def method(x):
    return tf.image.resize(x[..., None], (1, 4))[..., 0]


@probe("resize.method", "tf.keras.layers.Resizing")
def method_resizing(x):
    return tf.keras.layers.Resizing(1, 4)(x[..., None])[..., 0]


@probe("resize.method", "tf.keras.layers.UpSampling2D")
def method_upsampling(x):
    return tf.keras.layers.UpSampling2D((1, 2))(x[None, ..., None])[0, ..., 0]
