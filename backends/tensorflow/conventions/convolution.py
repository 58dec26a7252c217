"""Convolution in TensorFlow, by its default calls.

No call is given an argument that could be left out; the functions of `tf.nn` have no default for the strides and most
have none for the padding. `spec/questions` says what each probe gets and returns. Images are NHWC and kernels HWIO: an
image (H, W) becomes x[None, ..., None]. A layer of Keras gets its weights from its initializer.
"""

import tensorflow as tf

from backends.contract import probe


def layer(k, **options):
    """A convolutional layer from one channel to one, with the kernel k (kh, kw)."""
    return tf.keras.layers.Conv2D(1, k.shape, kernel_initializer=lambda *_, **__: k[..., None, None], **options)


PROBES = {
    "tf.keras": {
        "conv.flip": lambda x, k: layer(k)(x[None, ..., None])[0, ..., 0],
        "conv.too-large": lambda x, k: layer(k)(x[None, ..., None])[0, ..., 0],
    },
}


@probe("conv.flip", "tf.nn")
def flip(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]


@probe("convolve.default", "tf.nn.convolution")
def convolve(x, k):
    return tf.nn.convolution(x[None, :, None], k[:, None, None])[0, :, 0]  # the only function with such a name


@probe("conv.bias", "tf.nn")
def bias(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]


@probe("conv.implicit-groups", "tf.nn")
def implicit_groups(x, w):
    return tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")[0, 0, 0]


@probe("conv.groups", "tf.nn")
def groups(x, w):
    # there is no argument for groups: they follow from the shapes
    return tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")[0, 0, 0]


@probe("conv.groups", "tf.keras")
def groups_layer(x, w):
    grouped = tf.keras.layers.Conv2D(2, 1, groups=2, kernel_initializer=lambda *_, **__: w[None, None, None])
    return grouped(x[None, None, None])[0, 0, 0]


@probe("conv.groups.gradient", "tf.nn")
def groups_gradient(x, w):
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")
    return tape.gradient(y, w)


@probe("conv.groups.gradient", "tf.nn, float64")
def groups_gradient_double(x, w):
    x, w = tf.cast(x, tf.float64), tf.cast(w, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = tf.nn.conv2d(x[None, None, None], w[None, None, None], strides=1, padding="VALID")
    return tape.gradient(y, w)


@probe("conv.groups.gradient", "tf.keras")
def groups_gradient_layer(x, w):
    grouped = tf.keras.layers.Conv2D(2, 1, groups=2, kernel_initializer=lambda *_, **__: w[None, None, None])
    with tf.GradientTape() as tape:
        y = grouped(x[None, None, None])
    return tape.gradient(y, grouped.kernel)[0, 0, 0]


@probe("conv.stride-dilation", "tf.nn")
def stride_dilation(x, k):
    x, k = x[None, ..., None], k[..., None, None]
    return tf.nn.conv2d(x, k, strides=(1, 2), padding="VALID", dilations=(1, 2))[0, ..., 0]


@probe("conv.stride-dilation", "tf.keras")
def stride_dilation_layer(x, k):
    return layer(k, strides=(1, 2), dilation_rate=(1, 2))(x[None, ..., None])[0, ..., 0]


@probe("conv.too-large", "tf.nn")
def too_large(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]


@probe("conv.too-large", "tf.nn, float64")
def too_large_double(x, k):
    x, k = tf.cast(x, tf.float64), tf.cast(k, tf.float64)
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]
