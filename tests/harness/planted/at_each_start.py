"""NumPy's adapter, slowed down, whose starts go as the variable PLANTED says: "FILE PLAN".

Each letter of the plan is one start, the last one all that follow: `o` goes well, `d` ends the process, `s` stops it.
FILE counts the starts.
"""

import os
import signal
import time
from pathlib import Path

from backends.contract import native
from backends.numpy.adapter import Adapter as NumPy

file, plan = os.environ["PLANTED"].split()
with Path(file).open("a+b") as count:  # appended to by several processes at once
    count.write(b".")
    number = count.tell()
letter = plan[min(number, len(plan)) - 1]
if letter == "d":
    os._exit(3)
if letter == "s":
    os.kill(os.getpid(), signal.SIGSTOP)


class Adapter(NumPy):
    @native("NCHW", kernel="OIHW")
    def conv2d(self, *tensors, **attrs):
        time.sleep(0.05)
        return super().conv2d(*tensors, **attrs)
