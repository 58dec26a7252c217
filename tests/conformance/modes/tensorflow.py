"""What TensorFlow does in the mode of this process."""

import functools

from backends.tensorflow.adapter import Adapter  # sets what must be set before tensorflow is imported

import tensorflow as tf  # isort: skip

from tests.conformance.modes.calling import call, tell

flatten, graphs = Adapter.flatten, []


def spy(self, x, *, layout):
    graphs.append(not tf.executing_eagerly())
    return flatten(self, x, layout=layout)


def is_compiled(function):
    """Whether TensorFlow can show what XLA made of it."""
    try:
        return "HloModule" in function.experimental_get_compiler_ir(tf.ones([2]))(stage="hlo")
    except (AttributeError, ValueError):  # no graph, or a graph that is not compiled
        return False


def has_onednn():
    """Whether the gradient of a grouped convolution is there, which oneDNN alone has."""
    x, w = tf.ones([1, 4, 4, 4]), tf.ones([2, 2, 2, 4])
    try:
        with tf.GradientTape() as tape:
            tape.watch(w)
            y = tf.nn.conv2d(x, w, strides=1, padding="SAME")
        return tape.gradient(y, w) is not None
    except tf.errors.InvalidArgumentError:
        return False


Adapter.flatten = spy
adapter = Adapter()
call(adapter)
tell(
    graph=graphs[0],
    xla=is_compiled(adapter.in_mode(functools.partial(lambda x: -x))),
    onednn=has_onednn(),
    threads=tf.config.threading.get_intra_op_parallelism_threads(),
)
