"""How TensorFlow spells the arguments of its calls, read from their signatures."""

import inspect

import tensorflow as tf

from backends.contract import probe
from spec.questions.arguments import CANDIDATES
from spec.questions.words import spelled


@probe("arguments.stride", "tf.nn")
def stride():
    return spelled(CANDIDATES["stride"], inspect.signature(tf.nn.conv2d).parameters)


@probe("arguments.stride", "tf.keras")
def stride_layer():
    return spelled(CANDIDATES["stride"], inspect.signature(tf.keras.layers.Conv2D).parameters)


@probe("arguments.padding", "tf.nn")
def padding():
    return spelled(CANDIDATES["padding"], inspect.signature(tf.nn.conv2d).parameters)


@probe("arguments.padding", "tf.keras")
def padding_layer():
    return spelled(CANDIDATES["padding"], inspect.signature(tf.keras.layers.Conv2D).parameters)


@probe("arguments.dilation", "tf.nn")
def dilation():
    return spelled(CANDIDATES["dilation"], inspect.signature(tf.nn.conv2d).parameters)


@probe("arguments.dilation", "tf.keras")
def dilation_layer():
    return spelled(CANDIDATES["dilation"], inspect.signature(tf.keras.layers.Conv2D).parameters)


@probe("arguments.groups", "tf.nn")
def groups():
    return spelled(CANDIDATES["groups"], inspect.signature(tf.nn.conv2d).parameters)


@probe("arguments.groups", "tf.keras")
def groups_layer():
    return spelled(CANDIDATES["groups"], inspect.signature(tf.keras.layers.Conv2D).parameters)


@probe("arguments.layout", "tf.nn")
def layout():
    return spelled(CANDIDATES["layout"], inspect.signature(tf.nn.conv2d).parameters)


@probe("arguments.layout", "tf.keras")
def layout_layer():
    return spelled(CANDIDATES["layout"], inspect.signature(tf.keras.layers.Conv2D).parameters)


@probe("arguments.bias", "tf.nn")
def bias():
    return spelled(CANDIDATES["bias"], inspect.signature(tf.nn.conv2d).parameters)


@probe("arguments.bias", "tf.keras")
def bias_layer():
    return spelled(CANDIDATES["bias"], inspect.signature(tf.keras.layers.Conv2D).parameters)


@probe("arguments.kernel", "tf.nn")
def kernel():
    return spelled(CANDIDATES["kernel"], inspect.signature(tf.nn.conv2d).parameters)


@probe("arguments.kernel", "tf.keras")
def kernel_layer():
    outputs = {"filters"}  # in the layer this is the number of output channels
    return spelled(CANDIDATES["kernel"], set(inspect.signature(tf.keras.layers.Conv2D).parameters) - outputs)


@probe("arguments.inputs", "tf.keras")
def inputs():
    return spelled(CANDIDATES["inputs"], inspect.signature(tf.keras.layers.Conv2D).parameters)


@probe("arguments.outputs", "tf.keras")
def outputs():
    return spelled(CANDIDATES["outputs"], inspect.signature(tf.keras.layers.Conv2D).parameters)


@probe("arguments.window", "tf.nn")
def window():
    return spelled(CANDIDATES["window"], inspect.signature(tf.nn.max_pool2d).parameters)


@probe("arguments.window", "tf.keras")
def window_layer():
    return spelled(CANDIDATES["window"], inspect.signature(tf.keras.layers.MaxPooling2D).parameters)


@probe("arguments.output-padding", "tf.nn")
def output_padding():
    return spelled(CANDIDATES["output-padding"], inspect.signature(tf.nn.conv2d_transpose).parameters)


@probe("arguments.output-padding", "tf.keras")
def output_padding_layer():
    return spelled(CANDIDATES["output-padding"], inspect.signature(tf.keras.layers.Conv2DTranspose).parameters)
