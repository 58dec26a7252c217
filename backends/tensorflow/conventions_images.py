"""Pooling, transposed convolution and resizing in TensorFlow, by its default calls.

`tf.nn.conv2d_transpose` wants the shape of its result, and a kernel (kh, kw, O, I).
"""

import tensorflow as tf

from backends.contract import probe


def transposed(k, **options):
    """A transposed layer from one channel to one, with the kernel k (kh, kw)."""
    weights = {"kernel_initializer": lambda *_, **__: k[..., None, None]}
    return tf.keras.layers.Conv2DTranspose(1, k.shape, **weights, **options)


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
        y = tf.nn.max_pool2d(x[None, ..., None], 2, 2, "VALID")
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


@probe("pool.global", "tf.keras")
def global_pool(x):
    return tf.keras.layers.GlobalAveragePooling2D()(tf.transpose(x, (1, 2, 0))[None])


@probe("transposed.flip", "tf.nn")
def transposed_flip(x, k):
    y = tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], (1, 1, 4, 1), strides=1, padding="VALID")
    return y[0, ..., 0]


@probe("transposed.flip", "tf.keras")
def transposed_flip_layer(x, k):
    return transposed(k)(x[None, ..., None])[0, ..., 0]


@probe("transposed.default", "tf.nn")
def transposed_default(x, k):
    return tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], (1, 1, 3, 1), strides=1)[0, ..., 0]


@probe("transposed.default", "tf.keras")
def transposed_default_layer(x, k):
    return transposed(k)(x[None, ..., None])[0, ..., 0]


@probe("transposed.default", "tf.keras.ops")
def transposed_default_ops(x, k):
    return tf.keras.ops.conv_transpose(x[None, ..., None], k[..., None, None])[0, ..., 0]


@probe("transposed.same", "tf.nn")
def transposed_same(x, k):
    y = tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], (1, 1, 4, 1), strides=(1, 2), padding="SAME")
    return y[0, ..., 0]


@probe("transposed.same", "tf.keras")
def transposed_same_layer(x, k):
    return transposed(k, strides=(1, 2), padding="same")(x[None, ..., None])[0, ..., 0]


@probe("transposed.valid", "tf.nn")
def transposed_valid(x, k):
    return tf.nn.conv2d_transpose(x[None, ..., None], k[..., None, None], strides=(1, 3), padding="VALID")[0, ..., 0]


@probe("transposed.valid", "tf.keras")
def transposed_valid_layer(x, k):
    return transposed(k, strides=(1, 3))(x[None, ..., None])[0, ..., 0]


@probe("transposed.padding", "tf.nn")
def transposed_padding(x, k):
    x, k, pads = x[None, ..., None], k[..., None, None], [[0, 0], [0, 0], [1, 1], [0, 0]]
    return tf.nn.conv2d_transpose(x, k, (1, 1, 4, 1), strides=1, padding=pads)[0, ..., 0]


@probe("transposed.padding", "tf.keras")
def transposed_padding_layer(x, k):
    return transposed(k, padding=(0, 1))(x[None, ..., None])[0, ..., 0]


@probe("transposed.output-padding", "tf.keras")
def output_padding(x, k):
    return transposed(k, strides=(1, 2), padding="same", output_padding=(0, 1))(x[None, ..., None])[0, ..., 0]


@probe("transposed.asymmetric", "tf.nn")
def transposed_asymmetric(x, k):
    x, k, pads = x[None, ..., None], k[..., None, None], [[0, 0], [0, 0], [1, 0], [0, 0]]
    return tf.nn.conv2d_transpose(x, k, (1, 1, 4, 1), strides=1, padding=pads)[0, ..., 0]


@probe("transposed.groups", "tf.nn")
def transposed_groups(x, w):
    # there is no argument: shapes that say it, as for tf.nn.conv2d
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


@probe("resize.nearest", "tf.image")
def nearest(x):
    return tf.image.resize(x[..., None], (1, 5), "nearest")[..., 0]


@probe("resize.nearest", "tf.compat.v1.image")
def nearest_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 5), tf.image.ResizeMethod.NEAREST_NEIGHBOR)[..., 0]


@probe("resize.nearest", "tf.keras")
def nearest_layer(x):
    return tf.keras.layers.Resizing(1, 5, interpolation="nearest")(x[..., None])[..., 0]


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


@probe("resize.cubic", "tf.image")
def cubic(x):
    return tf.image.resize(x[..., None], (1, 8), "bicubic")[..., 0]


@probe("resize.cubic", "tf.compat.v1.image")
def cubic_v1(x):
    return tf.compat.v1.image.resize(x[..., None], (1, 8), tf.image.ResizeMethod.BICUBIC)[..., 0]


@probe("resize.method", "tf.image")
def method(x):
    return tf.image.resize(x[..., None], (1, 4))[..., 0]


@probe("resize.method", "tf.keras.layers.Resizing")
def method_resizing(x):
    return tf.keras.layers.Resizing(1, 4)(x[..., None])[..., 0]


@probe("resize.method", "tf.keras.layers.UpSampling2D")
def method_upsampling(x):
    return tf.keras.layers.UpSampling2D((1, 2))(x[None, ..., None])[0, ..., 0]
