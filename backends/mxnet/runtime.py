"""Tensors of MXNet: how they come in and go out, their gradients, the modes, and what MXNet says of itself.

Operators run later than they are called, and so do their errors; `synchronize` waits for them. Gradients come from
`autograd`: what runs inside `record` can be run backward. In this folder `np` is `mxnet.numpy`, NumPy's interface on
MXNet's own tensors; NumPy itself is `numpy`.
"""

import os
from pathlib import Path

import mxnet as mx
import numpy
from mxnet import autograd, np, npx

from backends import processor
from backends.contract import Unsupported
from spec.core import as_tuple

npx.set_np()  # NumPy's shapes and dtypes, for the whole process: gluon layers then take and give mx.np arrays

# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = np.transpose
RESHAPE = np.reshape

HYBRID = os.environ.get("CONVPARITY_MODE") == "hybridized"  # set by `modes.py`: gluon's layers as graphs
# Environment variables that choose other arithmetic or another order of it; oneDNN used to be called MKLDNN.
SWITCHES = ("MXNET_MKLDNN_ENABLED", "MXNET_ENGINE_TYPE", "MXNET_CPU_WORKER_NTHREADS", "MXNET_SUBGRAPH_BACKEND")
FEATURES = ("MKLDNN", "OPENMP", "BLAS_OPEN", "BLAS_MKL", "F16C")


class Runtime:
    """What an adapter has beside its operators."""

    def from_numpy(self, array):
        """A copy, in the dtype of the array: left to itself, `np.array` makes float32 of everything."""
        try:
            return np.array(array, dtype=array.dtype)
        except KeyError:
            raise Unsupported(f"mx.np.array has no dtype {array.dtype}") from None

    def to_numpy(self, tensor):
        """The array; `asnumpy` waits for it, and raises what went wrong on the way to it."""
        return tensor.asnumpy()

    def vjp(self, fn, tensors, cotangent):
        """`record` notes what is computed from tensors that have a place for their gradient; `backward` fills it."""
        for tensor in tensors:
            tensor.attach_grad()
        with autograd.record():
            outputs = fn(*tensors)
        as_tuple(outputs)[0].backward(cotangent)
        return outputs, [tensor.grad for tensor in tensors]

    def synchronize(self):
        """Wait for all that was called; an error that nobody asked for is raised here."""
        npx.waitall()

    def describe(self):
        """Versions, device, threads, and the switches that change the arithmetic."""
        features = mx.runtime.Features()
        switches = {"hybridized": HYBRID} | {name: os.environ.get(name, "unset") for name in SWITCHES}
        return {
            "version": mx.__version__,
            "numpy": numpy.__version__,
            "device": str(npx.current_context()),
            "threads": os.environ.get("OMP_NUM_THREADS", "unset"),
            "processor": processor.described(
                oneDNN=processor.asked(_onednn),
                BLAS=processor.asked(lambda: processor.openblas(Path(mx.__file__).parent)),
            ),
            "switches": switches | {name: features.is_enabled(name) for name in FEATURES},
        }


def _onednn():
    """What oneDNN says when it is first used."""
    image, kernel = np.ones((1, 8, 9, 9)), np.ones((8, 8, 3, 3))

    def convolve():
        npx.convolution(image, kernel, kernel=(3, 3), num_filter=8, no_bias=True)
        npx.waitall()

    return processor.onednn(convolve, "1")
