"""Workers: one process of a framework's own interpreter each. The only file that knows execnet."""

import contextlib
import dataclasses
import json
import re
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import execnet

from harness.workers import worker
from harness.workers.backends import ROOT, Backend

STARTUP_SECONDS = 300.0

# One thread per worker, so that results do not depend on the machine's load.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class WorkerDied(Exception):
    """The process ended or answered nonsense; the message holds what is known of why."""


class WorkerHung(Exception):
    """No answer within the time limit."""


class NotStarted(Exception):
    """The interpreter could not be started, or the adapter not imported; the message says why."""


@dataclasses.dataclass
class Worker:
    """A running worker. Every way it can fail is one of the errors above; then it must be closed."""

    group: execnet.Group
    channel: Any
    log: Path
    description: dict[str, Any]
    seconds: float

    @classmethod
    def start(cls, backend: Backend, threads: int = 1) -> "Worker":
        """Start the backend's interpreter and import its adapter. Raises `NotStarted`."""
        if backend.python and not backend.python.is_relative_to(ROOT / ".tox"):  # tox makes none but interpreters
            check_interpreter(backend.python)
        with tempfile.NamedTemporaryFile(prefix=f"convparity-{backend.name}-", suffix=".log", delete=False) as file:
            log = Path(file.name)
        group = execnet.Group()
        started = None
        try:
            # Frameworks expect to be called from the main thread.
            python = shlex.quote(str(backend.python))
            gateway = group.makegateway(f"popen//python={python}//execmodel=main_thread_only")
            channel = gateway.remote_exec(worker)
            env = {**{name: str(threads) for name in THREADS}, **backend.environment}
            channel.send({"root": str(ROOT), "adapter": str(backend.adapter), "env": env, "log": str(log)})
            reply = channel.receive(timeout=STARTUP_SECONDS)
            if "failed" in reply:
                raise NotStarted(reply["failed"])
            started = cls(group, channel, log, reply["ready"], reply["seconds"])
            return started
        except (OSError, EOFError, channel_errors()) as error:
            raise NotStarted(f"{backend.python}: {_last_words(log) or _last_line(error)}") from error
        finally:
            if started is None:
                group.terminate(timeout=1)
                log.unlink(missing_ok=True)

    def ask(self, id: str, request: str, timeout: float) -> dict[str, Any]:
        """The reply to a request in JSON, which has this id.

        Raises `WorkerHung` after `timeout` seconds, `WorkerDied` on anything worse.
        """
        try:
            self.channel.send(request)
            text = self.channel.receive(timeout=timeout)
        except self.channel.TimeoutError:
            raise WorkerHung(f"no answer within {timeout:g} s") from None
        except (OSError, EOFError, channel_errors()) as error:
            self.group.terminate(timeout=1)
            raise WorkerDied(f"the worker died: {_last_words(self.log) or _last_line(error)}") from error
        try:
            reply = json.loads(text)
        except (TypeError, ValueError):
            reply = text
        if not isinstance(reply, dict) or reply.get("id") != id or "outcome" not in reply:
            raise WorkerDied(f"the worker answered {str(reply)[:80]!r} instead of a result")
        return reply

    def close(self) -> None:
        """End the process, by force where it does not listen."""
        with contextlib.suppress(OSError):
            self.channel.send(None)
        self.group.terminate(timeout=1)
        self.log.unlink(missing_ok=True)


def check_interpreter(python: Path) -> None:
    """Raise `NotStarted` for a program that is no Python, which would be waited for without end."""
    command = [str(python), "-c", "raise SystemExit(41)"]
    quiet = subprocess.DEVNULL
    try:
        status = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=STARTUP_SECONDS).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotStarted(f"{python} is no Python interpreter: {error}") from None
    if status != 41:
        raise NotStarted(f"{python} is no Python interpreter: it did not do what Python does")


def channel_errors() -> type[Exception]:
    """execnet's error for an exception in the worker."""
    return execnet.gateway_base.RemoteError


def _last_line(error: Exception) -> str:
    """An error from a worker comes with its traceback: only the last line says what it was."""
    if isinstance(error, EOFError):
        return "the process ended without a word"
    lines = [line for line in str(error).splitlines() if line.strip() not in ("", "None")]
    return (lines or [type(error).__name__])[-1]


def _last_words(log: Path) -> str:
    """What the process wrote to stderr at the end, which is where a native abort says why."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    telling = [
        line for line in lines if any(word in line for word in ("Check failed", "Fatal", "terminate called", "F0"))
    ]
    serious = [line for line in lines if not re.match(r"[IW]\d{4} ", line)]  # a greeting of the logging is no reason
    return (telling or serious or [""])[-1][:300]
