"""Arrays of NumPy: how they come in and go out, their gradients, and what NumPy says of itself."""

import os
from functools import partial

import numpy as np

from backends import processor
from backends.numpy import checks
from backends.numpy.pullbacks import gradients
from spec.core import as_tuple
from spec.memory import copied

# How a layout becomes another, for the command `bridge`: (x, axes) and (x, shape).
TRANSPOSE = np.transpose
RESHAPE = np.reshape


class Runtime:
    """What an adapter has beside its operators."""

    def from_numpy(self, array):
        """A copy, so that no operator can change the caller's array; it lies in memory as that does."""
        return copied(array)

    def to_numpy(self, tensor):
        """Nothing to do."""
        return tensor

    def vjp(self, fn, tensors, cotangent):
        """The output, and the gradients by the pullback written for the operator that `fn` is."""
        output = fn(*tensors)
        checks.same_shape(cotangent, as_tuple(output)[0])
        return output, gradients(fn, tensors, cotangent)

    def synchronize(self):
        """Nothing to wait for: NumPy returns when the values are there."""

    def describe(self):
        """Version, device, threads of the BLAS, and which BLAS and vector instructions compute."""
        config = np.show_config(mode="dicts")
        blas = config["Build Dependencies"]["blas"]
        return {
            "version": np.__version__,
            "device": "cpu",
            "threads": int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count()),  # OpenBLAS reads it at import
            "processor": processor.described(
                BLAS=processor.asked(partial(processor.numpy_blas, np)),
                loops=processor.asked(partial(processor.numpy_loops, np)),
            ),
            "switches": {
                "blas": f"{blas['name']} {blas['version']}",
                "blas_configuration": blas.get("openblas configuration", ""),
                "simd": ", ".join(config["SIMD Extensions"].get("found", [])),
            },
        }
