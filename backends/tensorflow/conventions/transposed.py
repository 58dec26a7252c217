"""Transposed convolution in TensorFlow, by its default calls."""

import tensorflow as tf

from backends.contract import probe


def transposed(k, **options):
    """A transposed layer from one channel to one, with the kernel k (kh, kw)."""
    weights = {"kernel_initializer": lambda *_, **__: k[..., None, None]}
    return tf.keras.layers.Conv2DTranspose(1, k.shape, **weights, **options)


PROBES = {
    "tf.keras": {
        "transposed.flip": lambda x, k: transposed(k)(x[None, ..., None])[0, ..., 0],
        "transposed.default": lambda x, k: transposed(k)(x[None, ..., None])[0, ..., 0],
        "transposed.same": lambda x, k: transposed(k, padding="same")(x[None, ..., None])[0, ..., 0],
        "transposed.valid": lambda x, k: transposed(k, strides=(1, 3))(x[None, ..., None])[0, ..., 0],
        "transposed.padding": lambda x, k: transposed(k, padding=(0, 1))(x[None, ..., None])[0, ..., 0],
        "transposed.asymmetric": lambda x, k: transposed(k, padding=[[0, 0], [1, 0]])(x[None, ..., None])[0, ..., 0],
    },
}


@probe("transposed.flip", "tf.nn")
def transposed_flip(x, k):
    y = tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], (1, 1, 4, 1), strides=1, padding="VALID")
    return y[0, ..., 0]


@probe("transposed.default", "tf.nn")
def transposed_default(x, k):
    return tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], (1, 1, 3, 1), strides=1)[0, ..., 0]


@probe("transposed.default", "tf.keras.ops")
def transposed_default_ops(x, k):
    return tf.keras.ops.conv_transpose(x[None, ..., None], k[..., None, None])[0, ..., 0]


@probe("transposed.same", "tf.nn")
def transposed_same(x, k):
    y = tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], (1, 1, 3, 1), strides=1, padding="SAME")
    return y[0, ..., 0]


@probe("transposed.same.stride", "tf.nn")
def transposed_same_stride(x, k):
    y = tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], (1, 1, 4, 1), strides=(1, 2), padding="SAME")
    return y[0, ..., 0]


@probe("transposed.same.stride", "tf.keras")
def transposed_same_stride_layer(x, k):
    return transposed(k, strides=(1, 2), padding="same")(x[None, ..., None])[0, ..., 0]


@probe("transposed.valid", "tf.nn")
def transposed_valid(x, k):
    return tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], strides=(1, 3), padding="VALID")[0, ..., 0]


@probe("transposed.padding", "tf.nn")
def transposed_padding(x, k):
    x, k, pads = x[None, ..., None], k[..., None, None], [[0, 0], [0, 0], [1, 1], [0, 0]]
    return tf.nn.conv2d_transpose(x, k, (1, 1, 4, 1), strides=1, padding=pads)[0, ..., 0]


@probe("transposed.output-padding", "tf.nn, output_shape")
def output_shape(x, k):
    y = tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], (1, 1, 4, 1), strides=(1, 2), padding="SAME")
    return y[0, ..., 0]


@probe("transposed.output-padding", "tf.keras")
def output_padding(x, k):
    return transposed(k, strides=(1, 2), padding="same", output_padding=(0, 1))(x[None, ..., None])[0, ..., 0]


@probe("transposed.asymmetric", "tf.nn")
def transposed_asymmetric(x, k):
    x, k, pads = x[None, ..., None], k[..., None, None], [[0, 0], [0, 0], [1, 0], [0, 0]]
    return tf.nn.conv2d_transpose(x, k, (1, 1, 4, 1), strides=1, padding=pads)[0, ..., 0]


@probe("transposed.groups", "tf.nn")
def transposed_groups(x, w):
    # there is no argument for groups: the shapes are those of two groups in tf.nn.conv2d
    return tf.nn.conv2d_transpose(x[None, None, None], w[None, None, None], (1, 1, 1, 2), 1, "VALID")[0, 0, 0]


@probe("transposed.groups", "tf.nn, float64")
def transposed_groups_double(x, w):
    x, w = tf.cast(x, tf.float64)[None, None, None], tf.cast(w, tf.float64)[None, None, None]
    return tf.nn.conv2d_transpose(x, w, (1, 1, 1, 2), 1, "VALID")[0, 0, 0]


@probe("transposed.groups", "tf.keras")
def transposed_groups_layer(x, w):
    weights = {"kernel_initializer": lambda *_, **__: w[None, None, None]}
    return tf.keras.layers.Conv2DTranspose(2, 1, groups=2, **weights)(x[None, None, None])[0, 0, 0]


@probe("transposed.dilation", "tf.nn")
def transposed_dilation(x, k):
    x, k = x[None, ..., None], k[..., None, None]
    return tf.nn.conv2d_transpose(x, k, (1, 1, 5, 1), (1, 2), "VALID", dilations=(1, 2))[0, ..., 0]


@probe("transposed.dilation", "tf.keras")
def transposed_dilation_layer(x, k):
    return transposed(k, strides=(1, 2), dilation_rate=(1, 2))(x[None, ..., None])[0, ..., 0]
