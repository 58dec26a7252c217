"""NumPy's adapter whose starts go as the variable PLANTED says: "FILE PLAN".

Each letter of the plan is one start, the last one all that follow: `o` goes well, `d` ends the process, `s` stops it.
FILE counts the starts. From its second call on an adapter waits until there were as many as the plan has letters, so
that none depends on how fast the machine is.
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
    calls = 0

    @native("NCHW", kernel="OIHW")
    def conv2d(self, *tensors, **attrs):
        self.calls += 1
        while self.calls > 1 and Path(file).stat().st_size < len(plan):
            time.sleep(0.01)
        time.sleep(0.05)
        return super().conv2d(*tensors, **attrs)
