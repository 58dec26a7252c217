"""The harness itself ends: killed, stopped and killed, terminated or interrupted, at any time of a run."""

import os
import signal
import time
from random import Random

from tests.faults.field import Field

SHARE = 60
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def plant(field: Field, random: Random) -> None:
    """What was computed is there, no worker is left, and `--resume` comes to the same verdicts."""
    if random.random() < 0.5:
        # A worker that stands still, or does not listen, must not outlive it either.
        field.will(random.choice(("stop", "stop", "deaf", "shut")), random.randrange(8), 0)
    chosen = random.choice(SIGNALS)
    process = field.process(*field.arguments(*(["--resume"] if random.random() < 0.3 else [])))
    try:
        started = time.monotonic()
        wait = random.random() * 2.5
        while process.poll() is None and time.monotonic() - started < wait:
            time.sleep(0.01)
        shown = field.plan.with_name("done").exists()
        if random.random() < 0.3:
            process.send_signal(signal.SIGSTOP)
        process.send_signal(chosen)
        process.send_signal(signal.SIGCONT)
        ended = field.ended(process)
    finally:
        process.kill()
    if chosen not in (signal.SIGKILL, signal.SIGQUIT):
        assert "Traceback" not in ended.err, ended
    left = field.orphans()
    if not shown:  # a worker that stopped itself when the harness had ended already: nobody could know
        for one in left:
            os.kill(one, signal.SIGCONT)
        left = field.orphans()
    for one in left:
        os.kill(one, signal.SIGKILL)
    assert not left, f"{left} are left after {chosen!r}: {ended}"
    field.resumed()
