"""NumPy's adapter with a fault in the cases whose first pixel is 13; the variable PLANTED names the fault.

Some faults hit the process (it dies, it hangs), some the answer (it is no array), some come late: they are
raised by whatever the framework is asked next, as MXNet does it.
"""

import ctypes
import os
import sys
import time

import numpy as np

from backends.contract import Unsupported, native
from backends.execute import NoOperator
from backends.numpy.adapter import Adapter as NumPy

FAULT = os.environ["PLANTED"]


def noise():
    """More than any pipe holds, by Python and behind its back, and then the right answer."""
    for line in ("chatter " * 8_000, "chatter " * 8_000):
        print(line)
        print(line, file=sys.stderr)
        os.write(1, line.encode())
        os.write(2, line.encode())


def failure(error):
    """A framework's error, with the native stack that some append."""
    raise error


DEATHS = {
    "exit": lambda: os._exit(7),
    "abort": os.abort,
    "segfault": lambda: ctypes.string_at(0),
    "sys.exit": lambda: sys.exit("goodbye"),
    "last words": lambda: (print("Check failed: rank == 4 (3 vs. 4)", file=sys.stderr), os._exit(1)),
    "greeting": lambda: (print("I0000 00:00:1 port.cc] all is well", file=sys.stderr), os._exit(1)),
    "hang": lambda: time.sleep(600),
    "noise": noise,
    "error": lambda: failure(RuntimeError("\nkernel larger than image\nStack trace:\n  [bt] (0) lib.so")),
    "recursion": lambda: failure(RecursionError("too deep")),
    "memory": lambda: failure(MemoryError()),
    "unsupported": lambda: failure(Unsupported("no such operator here")),
    "lacking": lambda: failure(NoOperator("no operator of the framework corresponds")),
    "name": lambda: failure(NameError("name 'np' is not defined")),
    "attribute": lambda: failure(AttributeError("module 'numpy' has no attribute 'conv2d'")),
}
ANSWERS = {
    "objects": lambda y: np.array([print, {}], dtype=object),
    "list": lambda y: y.tolist(),
    "none": lambda y: None,
    "scalar": lambda y: 3.0,
    "text": lambda y: "y",
    "nothing": lambda y: (),
    "pair": lambda y: (y, y),
    "structured": lambda y: np.zeros(2, [("re", "f4"), ("im", "f4")]),
    "flipped": lambda y: y[..., ::-1].copy(),
    "in place": lambda y: y,
    "late": lambda y: y,
}


class Adapter(NumPy):
    """NumPy, but for the marked cases."""

    def __init__(self):
        self.pending = ""
        if FAULT == "signature":
            self.conv2d = self.without_groups

    def from_numpy(self, array):
        self._raise_pending()
        return super().from_numpy(array)

    def synchronize(self):
        self._raise_pending()

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, *rest, **attrs):
        if x.flat[0] != 13:
            return super().conv2d(x, *rest, **attrs)
        if FAULT in DEATHS:
            DEATHS[FAULT]()
        if FAULT == "late":
            self.pending = "an operator failed long ago"
        y = super().conv2d(x, *rest, **attrs)
        if FAULT == "in place":
            x += 1
        return ANSWERS.get(FAULT, lambda y: y)(y)

    @native("NCHW", kernel="OIHW")
    def without_groups(self, x, w, b=None, *, stride, padding, dilation):
        return super().conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation, groups=1)

    def vjp(self, fn, tensors, cotangent):
        if FAULT == "late gradient" and tensors[0].flat[0] == 13:
            self.pending = "the rest of the gradient failed as well"
            raise RuntimeError("no gradient")
        output, gradients = super().vjp(fn, tensors, cotangent)
        if FAULT == "no gradient" and tensors[0].flat[0] == 13:
            gradients = [gradients[0], None]
        return output, gradients

    def _raise_pending(self):
        message, self.pending = self.pending, ""
        if message:
            raise RuntimeError(message)
