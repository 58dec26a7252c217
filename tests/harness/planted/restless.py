"""NumPy's adapter whose bits change for one reason; the variable PLANTED names it.

It adds one unit in the last place to the first element of what conv2d returns.
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
        for _ in range(int(REASONS[os.environ["PLANTED"]](self, x)) % 1000):
            y.flat[0] = np.nextafter(y.flat[0], np.float32(9))
        return y
