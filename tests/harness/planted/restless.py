"""NumPy's adapter whose bits change for one reason; the variable PLANTED names it.

It adds units in the last place to the first element of what conv2d returns.
"""

import os

import numpy as np

from backends.contract import native
from backends.numpy.adapter import Adapter as NumPy

REASONS = {
    "repeat": lambda adapter, x: adapter.calls > 1,
    "processes": lambda adapter, x: os.getpid(),  # no two processes have the same
    "threads": lambda adapter, x: os.environ["OMP_NUM_THREADS"] != "1",
    "batch": lambda adapter, x: len(x) > 1,
    "nothing": lambda adapter, x: False,
}


class Adapter(NumPy):
    calls = 0

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, *weights, **attrs):
        y = NumPy.conv2d(self, x, *weights, **attrs)
        self.calls += 1
        units = int(REASONS[os.environ["PLANTED"]](self, x))
        y.flat[0] = (np.float32(y.flat[0]).view("i4") + np.int32(units)).view("f4")
        return y
