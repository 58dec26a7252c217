"""Tensors of TensorFlow: how they come in and go out, their gradients, the modes, and what it says of itself.

oneDNN, a second set of kernels for the same operators, changes what works, and TensorFlow switches it on or off
by the model of the CPU. Here it is on; TF_ENABLE_ONEDNN_OPTS=0 shows the other TensorFlow.
"""

import functools
import os

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # both are read when tensorflow is imported
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors, no greetings

import numpy as np
import tensorflow as tf

from backends.contract import Unsupported
from backends.tensorflow import instructions
from spec.core import as_tuple

# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = tf.transpose
RESHAPE = tf.reshape

ZERO = tf.UnconnectedGradients.ZERO  # not None, for an input that the output does not depend on

MODE = os.environ.get("CONVPARITY_MODE", "eager")  # set by `modes.py`
compiled = {
    "eager": lambda function: function,
    "function": functools.partial(tf.function, autograph=False),  # no Python here depends on a tensor's values
    "xla": functools.partial(tf.function, autograph=False, jit_compile=True),
}[MODE]


class Runtime:
    """What an adapter has beside its operators."""

    def __init__(self):
        threads = int(os.environ.get("OMP_NUM_THREADS") or 1)  # TensorFlow itself does not look at it
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)

    def in_mode(self, call):
        """The operator as the mode runs it. Training compiles its steps alone: no graph may make variables."""
        return call if call.func in (self.learn_kernel, self.lenet5) else compiled(call)

    def from_numpy(self, array):
        """A tensor with memory of its own."""
        try:
            return tf.constant(array, tf.as_dtype(array.dtype))
        except TypeError as error:
            raise Unsupported(f"TensorFlow has no dtype for NumPy's {array.dtype}") from error

    def to_numpy(self, tensor):
        """The array; `numpy()` copies, and makes a scalar of a tensor without axes."""
        return np.asarray(tensor.numpy())

    def vjp(self, fn, tensors, cotangent):
        """The output and the gradients, from a tape that watches the tensors as if they were variables."""
        fn = getattr(fn, "python_function", fn)  # one graph for both: a tape around XLA's code can corrupt memory

        @compiled
        def pullback(tensors, cotangent):
            with tf.GradientTape() as tape:
                tape.watch(tensors)
                output = fn(*tensors)
            gradients = tape.gradient(as_tuple(output)[0], tensors, cotangent, unconnected_gradients=ZERO)
            return output, gradients

        return pullback(tensors, cotangent)

    def synchronize(self):
        """Wait for the devices; on the CPU operators return when they are done."""
        tf.test.experimental.sync_devices()

    def describe(self):
        """Versions, device, threads, and the switches that change the arithmetic."""
        return {
            "version": tf.__version__,
            "keras": tf.keras.__version__,
            "device": ", ".join(device.name for device in tf.config.list_logical_devices()),
            "threads": tf.config.threading.get_intra_op_parallelism_threads(),
            "processor": instructions.found(),
            "switches": {
                "mode": MODE,
                "TF_ENABLE_ONEDNN_OPTS": os.environ["TF_ENABLE_ONEDNN_OPTS"],
                "onednn_takes_bfloat16": instructions.onednn_takes(tf.bfloat16),
                "onednn_takes_float16": instructions.onednn_takes(tf.float16),
                "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
                "tensor_float_32": tf.config.experimental.tensor_float_32_execution_enabled(),
                "jit": tf.config.optimizer.get_jit() or "off",
                "XLA_FLAGS": os.environ.get("XLA_FLAGS", ""),
            },
        }
