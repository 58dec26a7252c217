"""Dtypes, memory and errors of TensorFlow, by its default calls."""

import numpy as np
import tensorflow as tf

from backends.contract import arrays, probe
from spec.questions.words import when

PROBES = {
    "tf": {
        "dtype.add": lambda x, k: (x + k).dtype.name,
        "dtype.add.integers": lambda x, k: (x + k).dtype.name,
    },
    "tf.keras.ops": {
        "dtype.add": lambda x, k: tf.keras.ops.add(x, k).dtype.name,
        "dtype.add.integers": lambda x, k: tf.keras.ops.add(x, k).dtype.name,
    },
    "tf.constant": {
        "dtype.numpy": arrays(lambda x: tf.constant(x).dtype.name),
        "dtype.list": lambda: tf.constant([1.5, 2.5]).dtype.name,
    },
    "tf.convert_to_tensor": {
        "dtype.numpy": arrays(lambda x: tf.convert_to_tensor(x).dtype.name),
    },
    "tf.Variable": {
        "dtype.numpy": arrays(lambda x: tf.Variable(x).dtype.name),
    },
    "tf.keras, into a layer": {
        "dtype.numpy": arrays(lambda x: tf.keras.layers.Identity()(x).dtype.name),
    },
    "tf.linalg": {
        "errors.when": lambda x: when(lambda: tf.linalg.cholesky(x), lambda factor: factor.numpy()),
    },
}


@probe("dtype.mixed", "tf.nn")
def mixed(x, k):
    return tf.nn.conv2d(x[None, None, None], k[None, None, None], strides=1, padding="VALID").dtype.name


@probe("dtype.mixed", "tf.keras")
def mixed_layer(x, k):
    conv = tf.keras.layers.Conv2D(1, 1, use_bias=False)
    conv.build((1, 1, 1, 1))
    conv.set_weights([k[None, None, None]])
    return conv(x[None, None, None]).dtype.name


@probe("dtype.numpy-into-call", "tf.nn", arrays=True)
def numpy_into_call(x, k):
    return tf.nn.conv2d(tf.constant(x)[None, ..., None], k[..., None, None], strides=1, padding="VALID").dtype.name


@probe("dtype.integers", "tf.nn")
def integers(x, k):
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID")[0, ..., 0]


@probe("dtype.half", "tf.nn", arrays=True)
def half(x, k):
    x, k = tf.constant(x, tf.float16), tf.constant(k, tf.float16)
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID").dtype.name


@probe("dtype.bfloat16", "tf.nn", arrays=True)
def bfloat16(x, k):
    x, k = tf.constant(x, tf.bfloat16), tf.constant(k, tf.bfloat16)
    return tf.nn.conv2d(x[None, ..., None], k[..., None, None], strides=1, padding="VALID").dtype.name


@probe("memory.in", "tf.constant", arrays=True)
def memory_in(x):
    t = tf.constant(x)
    x[0] = 9
    return t


@probe("memory.in", "tf.convert_to_tensor", arrays=True)
def memory_in_convert(x):
    t = tf.convert_to_tensor(x)
    x[0] = 9
    return t


@probe("memory.in", "tf.Variable", arrays=True)
def memory_in_variable(x):
    t = tf.Variable(x)
    x[0] = 9
    return tf.convert_to_tensor(t)


@probe("memory.out", "tf.Tensor.numpy")
def memory_out(x):
    a = x.numpy()
    a[0] = 9
    return x


@probe("memory.out", "numpy.asarray")
def memory_out_asarray(x):
    a = np.asarray(x)
    a[0] = 9
    return x


@probe("memory.assign", "tf.Tensor")
def assign(x):
    x[0] = 9
    return x


@probe("memory.assign", "tf.Variable")
def assign_variable(x):
    v = tf.Variable(x)
    v[0].assign(9)
    return tf.convert_to_tensor(v)


@probe("memory.view", "tf.Tensor")
def view(x):
    part = x[:2]
    part[0] = 9
    return x


@probe("errors.shape", "tf.nn")
def shape(x, k):
    x, k = x[None, None, None], k[None, None, :, None]
    return when(lambda: tf.nn.conv2d(x, k, strides=1, padding="VALID"), lambda y: y.numpy())


@probe("errors.empty", "tf.nn")
def empty(x):
    x, k = tf.transpose(x, (0, 2, 3, 1)), tf.ones((1, 1, 1, 1))
    return when(lambda: tf.nn.conv2d(x, k, strides=1, padding="VALID"), lambda y: y.numpy())
