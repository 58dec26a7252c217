"""What MXNet does in the mode of this process."""

import ctypes
import re
from pathlib import Path

import mxnet as mx
import numpy as np

from backends.execute import execute
from backends.mxnet.adapter import Adapter
from spec import operators
from tests.conformance.modes.calling import tell

forward, graphs = mx.gluon.nn.Conv2D.hybrid_forward, []


def spy(self, F, *arguments, **options):
    graphs.append(F.__name__ == "mxnet.symbol")
    return forward(self, F, *arguments, **options)


def has_onednn():
    """Whether a batch of no images is refused, as oneDNN alone does it."""
    try:
        mx.npx.batch_flatten(mx.np.ones((0, 3, 4)))
        mx.npx.waitall()
    except mx.MXNetError:
        return True
    return False


def threads():
    """What the OpenMP that came with MXNet would start."""
    libraries = re.findall(r"/\S*(?:gomp|iomp|libomp)\S*", Path("/proc/self/maps").read_text())
    return ctypes.CDLL(libraries[0]).omp_get_max_threads()


mx.gluon.nn.Conv2D.hybrid_forward = spy
operator = operators()["conv2d_layer"]
inputs = {"x": np.ones((1, 2, 5, 5), np.float32), "w": np.ones((3, 2, 3, 3), np.float32)}
execute(Adapter(), operator, operator.complete({}), inputs, np.ones((1, 3, 3, 3), np.float32))
tell(graph=graphs[0], onednn=has_onednn(), threads=threads())
