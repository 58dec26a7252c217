"""NumPy's adapter that cannot be started; the variable PLANTED names why."""

import os
import sys
import time

from backends.numpy.adapter import Adapter

FAULT = os.environ["PLANTED"]


def describe(self):
    """What `describe` does, by fault."""
    if FAULT == "describe fails":
        raise RuntimeError("no device found")
    return {"a list": ["1.0"], "text": "1.0", "not a number": {"version": "1.0", "share": float("nan")}}[FAULT]


if FAULT == "import":
    raise ImportError("libplanted.so: cannot open shared object file")
if FAULT == "exit":
    os._exit(3)
if FAULT == "abort":
    print("Fatal: illegal instruction", file=sys.stderr)
    os.abort()
if FAULT == "sys.exit":
    sys.exit("no licence")
if FAULT == "hang":
    time.sleep(600)
if FAULT == "no class":
    del Adapter
else:
    Adapter.describe = describe
