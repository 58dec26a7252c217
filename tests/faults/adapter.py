"""NumPy's adapter with a fault at a certain call of an operator; the file that FAULTS names says which, as JSON.

    {"at": 3, "fault": "kill", "seed": 7}      the third call in this process; 0: while it starts

A file "done" beside it means that the fault was shown: it is shown once, so that another try goes well. Images that
begin with 13 are answered by a wrong result, whatever the plan, so that a run holds failures as well.
"""

import contextlib
import json
import os
import random
import resource
import signal
import stat
import sys
import time
from pathlib import Path

import numpy as np

from backends.contract import Unsupported, native
from backends.numpy.adapter import Adapter as NumPy

PLAN = Path(os.environ.get("FAULTS", "none"))
MARK = 13


def plan():
    """The plan, {} where none is left."""
    done = PLAN.with_name("done")
    return json.loads(PLAN.read_text()) if PLAN.is_file() and not done.exists() else {}


def pipes():
    """The descriptors of this process that are pipes: the wire is among them."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and stat.S_ISFIFO(os.fstat(int(name)).st_mode):
                found.append(int(name))
        except OSError:
            pass
    return found


def garbage(noise):
    """Bytes that nobody asked for, on every pipe that can be written."""
    for pipe in pipes():
        with contextlib.suppress(OSError):
            os.write(pipe, noise.randbytes(noise.choice((1, 9, 40, 3000))))
    if noise.random() < 0.5:
        os._exit(1)


def shut(noise):
    """No pipe is left, and the process lives on."""
    for pipe in pipes():
        os.close(pipe)
    time.sleep(600)


def deaf(noise):
    """All signals that can be ignored are, and nothing is answered."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    time.sleep(600)


def memory(noise):
    """No memory is left for what comes."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + noise.choice((0, 2**16, 2**22)),) * 2)
    np.ones(2**27).sum()


def reply(noise):
    """The next reply is another JSON value than the one that was meant."""
    right = json.dumps

    def dumps(value, **more):
        text = right(value, **more)
        if "outcome" not in value:
            return text
        json.dumps = right
        return changed(text, noise)

    json.dumps = dumps


def changed(text, noise):
    """A reply with something else in it."""
    value = json.loads(text)
    how = noise.randrange(9)
    if how == 0:
        return noise.choice(("", "nothing", "[]", "null", "7", '{"id": 1}', "{" * 5000, "\x00"))
    if how == 1:
        return text[: noise.randrange(len(text))]
    if how == 2:
        value["id"] = noise.choice(("another", None, 3, []))
    if how == 3:
        value["outcome"] = noise.choice(("wonderful", None, 3, [], "not-run", "failed", "ready"))
    odd = (None, 3, "text", [], {}, -1.5, True, [None], {"y": None}, 10**400, "a" * 10**5)
    if how == 4:
        value[noise.choice(sorted(value))] = noise.choice(odd)
    if how == 5:
        value.pop(noise.choice(sorted(value)))
    outputs = value.get("outputs") or value.get("gradients")
    if how >= 6 and outputs:
        array = outputs[noise.choice(sorted(outputs))]
        key = noise.choice(sorted(array))
        array[key] = noise.choice((*odd, [2**62], [-1], "<f4", "|O", "bfloat16", "<U7", "=", [3, "x"]))
    return json.dumps(value)


FAULTS = {
    "kill": lambda noise: os.kill(os.getpid(), signal.SIGKILL),
    "stop": lambda noise: os.kill(os.getpid(), signal.SIGSTOP),
    "terminate": lambda noise: os.kill(os.getpid(), signal.SIGTERM),
    "interrupt": lambda noise: os.kill(os.getpid(), signal.SIGINT),
    "segfault": lambda noise: os.kill(os.getpid(), signal.SIGSEGV),
    "exit": lambda noise: os._exit(noise.choice((0, 1, 255))),
    "abort": lambda noise: os.abort(),
    "deaf": deaf,
    "garbage": garbage,
    "shut": shut,
    "memory": memory,
    "reply": reply,
    "shout": lambda noise: (sys.stderr.write("\x1b[31m\x00 no more " * 20_000), os._exit(1)),
}


def show(call):
    """The planned fault, if it is this call's turn."""
    wanted = plan()
    if wanted.get("at") == call:
        if wanted.get("once", True):
            PLAN.with_name("done").touch()
        FAULTS[wanted["fault"]](random.Random(wanted["seed"]))


show(0)


class Adapter(NumPy):
    calls = 0

    def from_numpy(self, array):
        if array.dtype == np.float16:
            raise Unsupported("no half precision here")
        return super().from_numpy(array)

    @native("NCHW", kernel="OIHW")
    def conv2d(self, x, *rest, **attrs):
        Adapter.calls += 1
        show(Adapter.calls)
        y = super().conv2d(x, *rest, **attrs)
        return y[..., ::-1].copy() if x.flat[0] == MARK else y
