"""Workers: one process of a framework's own interpreter each. The only file that knows execnet."""

import atexit
import contextlib
import dataclasses
import functools
import json
import math
import os
import re
import signal
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import execnet
from execnet import gateway_bootstrap, gateway_io

from harness.workers import worker
from harness.workers.backends import ROOT, Backend
from spec.errors import shown

STARTUP_SECONDS = 300.0
PIPE = 30_000  # characters that a pipe holds for a process that does not read

# One thread per worker, so that results do not depend on the machine's load.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# Every worker's process, from before it speaks until it is closed, and the thread that started it.
RUNNING: dict[subprocess.Popen, threading.Thread] = {}
ABANDONED: weakref.WeakSet[threading.Thread] = weakref.WeakSet()  # threads for which nobody waits any more

ANSWERS = ("computed", "rejected", "unsupported", "crashed")  # what a worker may say became of a case
RENEWED = ("ready", "failed")  # and of a request to make its adapter anew


class WorkerDied(Exception):
    """The process ended or answered nonsense; the message holds what is known of why.

    `how` is the signal that ended it ("SIGABRT"), or how it left ("exit 1"); "" where it did not end by itself.
    """

    def __init__(self, message: str, how: str = "") -> None:
        super().__init__(message)
        self.how = how


class WorkerHung(Exception):
    """No answer within the time limit."""


class NotStarted(Exception):
    """The interpreter could not be started, or the adapter not imported; the message says why.

    `died` tells a process that ended by itself, for which another try may go well, from an adapter that refused.
    """

    def __init__(self, message: str, died: bool = False) -> None:
        super().__init__(message)
        self.died = died


class _Process(gateway_io.Popen2IOMaster):
    """An interpreter that waits for execnet; what it says on stderr goes to a file without a name."""

    def __init__(self, python: Path | None, environment: dict[str, str], log: IO[bytes], execmodel) -> None:
        if threading.current_thread() in ABANDONED:
            raise OSError("nobody waits for it any more")
        command = [str(python), "-u", "-c", gateway_io.popen_bootstrapline]
        pipe = subprocess.PIPE
        # In a group of its own a stopped worker is ended by the system when the harness is gone.
        self.popen = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, env=environment, process_group=0)
        RUNNING[self.popen] = threading.current_thread()
        gateway_io.Popen2IO.__init__(self, self.popen.stdin, self.popen.stdout, execmodel=execmodel)


@dataclasses.dataclass
class Worker:
    """A running worker. Every way it can fail is one of the errors above; then it must be closed."""

    group: execnet.Group
    channel: Any
    process: subprocess.Popen
    log: IO[bytes]
    description: dict[str, Any]
    seconds: float

    @classmethod
    def start(cls, backend: Backend, threads: int = 1) -> "Worker":
        """Start the backend's interpreter and import its adapter. Raises `NotStarted`."""
        if backend.python and not backend.python.is_relative_to(ROOT / ".tox"):  # tox makes none but interpreters
            check_interpreter(backend.python)
        environment = {**os.environ, **{name: str(threads) for name in THREADS}, **backend.environment}
        group, log = execnet.Group(), tempfile.TemporaryFile()  # noqa: SIM115  # closed with the worker
        atexit.unregister(group._cleanup_atexit)  # it needs new threads, which Python 3.12 has no more at its end
        process, started = None, None
        try:
            process = _Process(backend.python, environment, log, group.execmodel)
            channel = _open(group, process)
            channel.send({"root": str(ROOT), "adapter": str(backend.adapter)})
            reply = channel.receive(timeout=STARTUP_SECONDS)
            if "failed" in reply:
                raise NotStarted(reply["failed"])
            started = cls(group, channel, process.popen, log, reply["ready"], reply["seconds"])
            return started
        except (OSError, EOFError, AssertionError, channel_errors()) as error:
            why = f"{backend.python}: {_last_words(log) or _last_line(error)}"
            raise NotStarted(why, died=isinstance(error, (EOFError, AssertionError))) from error
        finally:
            if started is None:
                _end(group, process.popen if process else None, log)

    def ask(self, id: str, request: str, timeout: float, answers: Sequence[str] = ANSWERS) -> dict[str, Any]:
        """The reply to a request in JSON, which has this id; its outcome is one of `answers`.

        Raises `WorkerHung` after `timeout` seconds, `WorkerDied` on anything worse.
        """
        hung = threading.Event()
        try:
            with self._limit(timeout, hung) if len(request) > PIPE else contextlib.nullcontext():
                self.channel.send(request)
            text = self.channel.receive(timeout=timeout)
        except self.channel.TimeoutError:
            raise WorkerHung(f"no answer within {timeout:g} s") from None
        except (OSError, EOFError, channel_errors()) as error:
            if hung.is_set():
                raise WorkerHung(f"the case was not taken within {timeout:g} s") from None
            how = _how_it_ended(self.process)
            self.group.terminate(timeout=1)  # its last words are complete when it has ended
            raise WorkerDied(f"the worker died: {_last_words(self.log) or _last_line(error)}", how) from error
        try:
            reply = json.loads(text)
        except (TypeError, ValueError):
            reply = text
        if not isinstance(reply, dict) or reply.get("id") != id or not _is_answer(reply, answers):
            raise WorkerDied(f"the worker answered {shown(reply, 80)} instead of a result")
        return reply

    @contextlib.contextmanager
    def _limit(self, seconds: float, hung: threading.Event) -> Iterator[None]:
        """Kill a worker that takes longer than this to read what it is sent, and set `hung`."""

        def end() -> None:
            hung.set()
            self.process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """End the process, by force where it does not listen."""
        with contextlib.suppress(OSError):
            self.channel.send(None)
        _end(self.group, self.process, self.log)


def _is_answer(reply: dict[str, Any], answers: Sequence[str]) -> bool:
    """Whether a reply has the types that `worker.py` gives it; arrays are read later."""
    texts = [reply.get(name, "") for name in ("outcome", "route", "error_class", "message")]
    seconds, failed = reply.get("seconds", 0.0), reply.get("gradient_error", {"outcome": "rejected", "message": ""})
    arrays = [reply.get("outputs", {}), reply.get("gradients", {})]
    changed = reply.get("changed", [])
    return (
        all(isinstance(text, str) for text in texts)
        and reply.get("outcome") in answers
        and isinstance(seconds, float)
        and 0 <= seconds < math.inf
        and isinstance(failed, dict)
        and failed.get("outcome") in ANSWERS
        and isinstance(failed.get("message"), str)
        and all(isinstance(one, dict) for one in arrays)
        and isinstance(changed, list)
        and all(isinstance(name, str) for name in changed)
    )


def _open(group: execnet.Group, process: _Process) -> Any:
    """The channel to a new interpreter, which calls the framework from its main thread, as frameworks expect.

    An interpreter that does not speak within the time limit is killed.
    """
    spec = execnet.XSpec("popen//python=given//execmodel=main_thread_only")
    group.allocate_id(spec)
    silence = threading.Timer(STARTUP_SECONDS, process.popen.kill)
    silence.daemon = True
    silence.start()
    try:
        gateway = gateway_bootstrap.bootstrap(process, spec)
    finally:
        silence.cancel()
    gateway.spec = spec
    group._register(gateway)
    return gateway.remote_exec(worker)


def _how_it_ended(process: subprocess.Popen) -> str:
    """The signal that ended a process, or "exit" and its status; "" for one that has not ended."""
    try:
        status = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return ""
    names = {one.value: one.name for one in signal.Signals}
    return names.get(-status, f"signal {-status}") if status < 0 else f"exit {status}"


def _end(group: execnet.Group, process: subprocess.Popen | None, log: IO[bytes]) -> None:
    """Close a worker's channel and end its process, by force where it does not listen."""
    group.terminate(timeout=1)
    if process:
        process.kill()
        process.wait()
        RUNNING.pop(process, None)
    log.close()


@atexit.register
def _end_all() -> None:
    """End the workers that nobody closed, when the harness ends."""
    for process in list(RUNNING):
        process.kill()


def end_processes(threads: Sequence[threading.Thread]) -> None:
    """End the workers that these threads started and have not closed, and let them start no others."""
    ABANDONED.update(threads)
    for process, thread in list(RUNNING.items()):
        if thread in threads:
            process.kill()
            process.wait()


@functools.cache
def check_interpreter(python: Path) -> None:
    """Raise `NotStarted` for a program that is no Python, which would be waited for without end; once a program."""
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


def _last_words(log: IO[bytes]) -> str:
    """What the process wrote to stderr at the end, which is where a native abort says why."""
    log.seek(0)
    lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    telling = [
        line for line in lines if any(word in line for word in ("Check failed", "Fatal", "terminate called", "F0"))
    ]
    serious = [line for line in lines if not re.match(r"[IW]\d{4} ", line)]  # a greeting of the logging is no reason
    return (telling or serious or [""])[-1][:300]
