"""How TensorFlow spells the arguments of its calls, read from their signatures."""

import inspect

import tensorflow as tf

from spec.questions.arguments import spelled

OUTPUTS = {"filters"}  # in the layer the number of output channels, in the function the kernel


def names(call):
    """The names of a call's arguments."""
    return inspect.signature(call).parameters.keys()


PROBES = {
    "tf.nn": {
        "arguments.stride": lambda: spelled("stride", names(tf.nn.conv2d)),
        "arguments.padding": lambda: spelled("padding", names(tf.nn.conv2d)),
        "arguments.dilation": lambda: spelled("dilation", names(tf.nn.conv2d)),
        "arguments.groups": lambda: spelled("groups", names(tf.nn.conv2d)),
        "arguments.layout": lambda: spelled("layout", names(tf.nn.conv2d)),
        "arguments.bias": lambda: spelled("bias", names(tf.nn.conv2d)),
        "arguments.kernel": lambda: spelled("kernel", names(tf.nn.conv2d)),
        "arguments.window": lambda: spelled("window", names(tf.nn.max_pool2d)),
        "arguments.output-padding": lambda: spelled("output-padding", names(tf.nn.conv2d_transpose)),
    },
    "tf.keras": {
        "arguments.stride": lambda: spelled("stride", names(tf.keras.layers.Conv2D)),
        "arguments.padding": lambda: spelled("padding", names(tf.keras.layers.Conv2D)),
        "arguments.dilation": lambda: spelled("dilation", names(tf.keras.layers.Conv2D)),
        "arguments.groups": lambda: spelled("groups", names(tf.keras.layers.Conv2D)),
        "arguments.layout": lambda: spelled("layout", names(tf.keras.layers.Conv2D)),
        "arguments.bias": lambda: spelled("bias", names(tf.keras.layers.Conv2D)),
        "arguments.kernel": lambda: spelled("kernel", names(tf.keras.layers.Conv2D) - OUTPUTS),
        "arguments.inputs": lambda: spelled("inputs", names(tf.keras.layers.Conv2D)),
        "arguments.outputs": lambda: spelled("outputs", names(tf.keras.layers.Conv2D)),
        "arguments.window": lambda: spelled("window", names(tf.keras.layers.MaxPooling2D)),
        "arguments.output-padding": lambda: spelled("output-padding", names(tf.keras.layers.Conv2DTranspose)),
    },
}
