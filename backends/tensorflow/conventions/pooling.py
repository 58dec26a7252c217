"""Pooling in TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe


@probe("pool.stride", "tf.nn")
def pool_stride(x):
    return tf.nn.max_pool2d(x[None, ..., None], 2, padding="VALID")[0, ..., 0]


@probe("pool.stride", "tf.nn.pool")
def pool_stride_any(x):
    return tf.nn.pool(x[None, ..., None], (2, 2), "MAX")[0, ..., 0]


@probe("pool.stride", "tf.keras")
def pool_stride_layer(x):
    return tf.keras.layers.MaxPooling2D(2)(x[None, ..., None])[0, ..., 0]


@probe("pool.stride", "tf.keras.ops")
def pool_stride_ops(x):
    return tf.keras.ops.max_pool(x[None, ..., None], 2)[0, ..., 0]


@probe("pool.size", "tf.nn")
def pool_size(x):
    return tf.nn.max_pool2d(x[None, ..., None], 2, 2, "VALID")[0, ..., 0]


@probe("pool.size", "tf.keras")
def pool_size_layer(x):
    return tf.keras.layers.MaxPooling2D(2, 2)(x[None, ..., None])[0, ..., 0]


@probe("pool.ceil", "tf.nn")
def pool_ceil(x):
    return tf.nn.max_pool2d(x[None, ..., None], (1, 2), (1, 2), "SAME")[0, ..., 0]


@probe("pool.ceil", "tf.keras")
def pool_ceil_layer(x):
    return tf.keras.layers.MaxPooling2D((1, 2), padding="same")(x[None, ..., None])[0, ..., 0]


@probe("pool.average.padding", "tf.nn")
def average_padding(x):
    return tf.nn.avg_pool2d(x[None, ..., None], 3, 1, "SAME")[0, ..., 0]


@probe("pool.average.padding", "tf.keras")
def average_padding_layer(x):
    return tf.keras.layers.AveragePooling2D(3, 1, "same")(x[None, ..., None])[0, ..., 0]


@probe("pool.average.overhang", "tf.nn")
def average_overhang(x):
    return tf.nn.avg_pool2d(x[None, ..., None], (1, 2), (1, 2), "SAME")[0, ..., 0]


@probe("pool.average.overhang", "tf.keras")
def average_overhang_layer(x):
    return tf.keras.layers.AveragePooling2D((1, 2), padding="same")(x[None, ..., None])[0, ..., 0]


@probe("pool.max.padding", "tf.nn")
def max_padding(x):
    return tf.nn.max_pool2d(x[None, ..., None], 3, 1, "SAME")[0, ..., 0]


@probe("pool.max.padding", "tf.keras")
def max_padding_layer(x):
    return tf.keras.layers.MaxPooling2D(3, 1, "same")(x[None, ..., None])[0, ..., 0]


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


@probe("pool.nan", "tf.nn")
def nan(x):
    return tf.nn.max_pool2d(x[None, ..., None], 2, 2, "VALID")[0, ..., 0]


@probe("pool.nan", "tf.keras")
def nan_layer(x):
    return tf.keras.layers.MaxPooling2D(2, 2)(x[None, ..., None])[0, ..., 0]


@probe("pool.nan", "tf.reduce_max")
def nan_reduce(x):
    return tf.reduce_max(tf.reshape(x, (1, 2, 3, 2)), (1, 3))


@probe("pool.global", "tf.keras")
def global_pool(x):
    return tf.keras.layers.GlobalAveragePooling2D()(tf.transpose(x, (1, 2, 0))[None])
