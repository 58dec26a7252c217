"""Isolation: whatever a worker does costs the case it had, and no other.

The adapters are planted: NumPy's, with one fault each in the marked case.
"""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from harness.judging.oracle import Truth, truth
from harness.running.result import judged
from harness.workers import gateway
from harness.workers import worker as worker_module
from harness.workers.backends import ROOT, Backend
from harness.workers.gateway import NotStarted, Worker, WorkerDied
from harness.workers.supervisor import Supervisor

PATIENCE = 120.0  # seconds: no machine is so busy that it needs them


@pytest.fixture(scope="module")
def supervisor(planted):
    """A supervisor for all faults in turn: a worker that has survived one is given the next."""
    found = Supervisor(planted("on_marked"), PATIENCE)
    yield found
    found.close()


@pytest.fixture
def answers(supervisor, conv):
    """What becomes of three cases, of which the middle one is marked, as (outcome, status, message) each."""

    def ask(fault: str, timeout: float = PATIENCE):
        supervisor.renew({"PLANTED": fault})
        found = []
        for case in (conv("before"), conv("marked", marked=True), conv("after")):
            wanted = truth(case)
            supervisor.open()
            supervisor.timeout = timeout if case.id == "marked" else PATIENCE
            result = judged(case, "planted", supervisor.answer(case, wanted.cotangent), wanted, None)
            found.append((result.verdict.outcome, result.status, result.verdict.why))
        return found

    return ask


PASSED = ("exact", "pass", "")


def costs_only_its_own_case(found) -> tuple[str, str, str]:
    """The answer to the marked case, after the innocent ones have been seen to pass."""
    before, marked, after = found
    assert before == PASSED
    assert after == PASSED
    return marked


@pytest.mark.parametrize("fault", ["exit", "abort", "segfault", "sys.exit"])
def test_a_death_costs_one_case(answers, fault):
    outcome, status, message = costs_only_its_own_case(answers(fault))
    assert (outcome, status) == ("crashed", "fail")
    assert message.startswith("the worker died: ")


def test_a_native_abort_tells_why(answers):
    outcome, _, message = costs_only_its_own_case(answers("last words"))
    assert outcome == "crashed"
    assert message == "the worker died: Check failed: rank == 4 (3 vs. 4)"


def test_a_greeting_is_no_reason_for_a_death(answers):
    _, _, message = costs_only_its_own_case(answers("greeting"))
    assert message == "the worker died: the process ended without a word"


def test_a_hang_costs_one_case_and_its_time_limit(answers):
    started = time.perf_counter()
    outcome, status, message = costs_only_its_own_case(answers("hang", timeout=2.5))
    assert (outcome, status, message) == ("timed-out", "fail", "no answer within 2.5 s")
    assert time.perf_counter() - started < PATIENCE


@pytest.mark.parametrize(
    ("fault", "wanted", "words"),
    [
        ("objects", "crashed", "pickle"),
        ("list", "crashed", "conv2d: y came as list, not as an array"),
        ("none", "crashed", "conv2d: y came as NoneType, not as an array"),
        ("scalar", "crashed", "conv2d: y came as float, not as an array"),
        ("text", "crashed", "conv2d: y came as str, not as an array"),
        ("nothing", "crashed", "conv2d returned 0 results, not 1: y"),
        ("pair", "crashed", "conv2d returned 2 results, not 1: y"),
        ("structured", "differs", "y has shape [2]"),
    ],
)
def test_an_answer_that_is_no_result_costs_one_case(answers, fault, wanted, words):
    outcome, status, message = costs_only_its_own_case(answers(fault))
    assert (outcome, status) == (wanted, "fail")
    assert words in message


@pytest.mark.parametrize("fault", ["list", "nothing", "name", "attribute", "signature"])
def test_a_fault_of_the_adapter_is_no_refusal(supervisor, conv, fault):
    supervisor.renew({"PLANTED": fault})
    case = conv(marked=True, expect="rejected", why="the kernel is larger than the image", gradient=False)
    result = judged(case, "planted", supervisor.answer(case), Truth(rejected="too large"), None)
    assert (result.verdict.outcome, result.status) == ("crashed", "fail")


def test_a_gradient_that_is_none_is_missing(answers):
    outcome, status, message = costs_only_its_own_case(answers("no gradient"))
    assert (outcome, status, message) == ("exact", "fail", "returned no gradient for w")


def test_an_input_that_was_changed_in_place_differs_though_the_answer_is_right(answers):
    outcome, status, message = costs_only_its_own_case(answers("in place"))
    assert (outcome, status) == ("differs", "fail")
    assert "changed its input x" in message


def test_a_wrong_answer_differs(answers):
    outcome, status, message = costs_only_its_own_case(answers("flipped"))
    assert (outcome, status) == ("differs", "fail")
    assert "must be exact" in message


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        ("error", ("rejected", "fail", "kernel larger than image")),
        ("recursion", ("rejected", "fail", "too deep")),
        ("memory", ("rejected", "fail", "")),
        ("unsupported", ("unsupported", "fail", "no such operator here")),
    ],
)
def test_an_error_of_the_framework_is_an_outcome(answers, fault, wanted):
    assert costs_only_its_own_case(answers(fault)) == wanted


def test_a_late_error_lands_on_the_case_that_caused_it(answers):
    assert costs_only_its_own_case(answers("late")) == ("rejected", "fail", "an operator failed long ago")


def test_a_gradient_that_fails_late_leaves_the_output_alone(answers):
    outcome, status, message = costs_only_its_own_case(answers("late gradient"))
    assert (outcome, status) == ("exact", "fail")
    assert message == "gradient for x: RuntimeError: no gradient"


def test_what_an_adapter_prints_disturbs_nothing(answers, capfd):
    assert costs_only_its_own_case(answers("noise")) == PASSED
    assert "chatter" not in "".join(capfd.readouterr())


# ---- starting ------------------------------------------------------------------------------------


def problem(backend: Backend) -> str:
    with pytest.raises(NotStarted) as caught:
        Worker.start(backend)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("import", "ImportError: libplanted.so: cannot open shared object file"),
        ("no class", "has no attribute 'Adapter'"),
        ("exit", "the process ended without a word"),
        ("abort", "Fatal: illegal instruction"),
        ("sys.exit", "no licence"),
        ("describe fails", "RuntimeError: no device found"),
        ("a list", "describe"),
        ("text", "describe"),
    ],
)
def test_an_adapter_that_cannot_be_started_says_why(planted, fault, words):
    assert words in problem(planted("at_start", fault))


def test_what_an_adapter_says_of_itself_is_plain_json(planted):
    worker = Worker.start(planted("at_start", "not a number"))
    assert worker.description == {"version": "1.0", "share": "NaN"}
    worker.close()


def test_an_adapter_that_hangs_at_import_is_given_up(planted, monkeypatch):
    """The limit is short for the adapter alone, as an interpreter may need longer where much else is running."""

    def opened(*arguments):
        channel = begin(*arguments)
        monkeypatch.setattr(gateway, "STARTUP_SECONDS", 0.5)
        return channel

    begin = gateway._open
    monkeypatch.setattr(gateway, "_open", opened)
    assert "0.5 sec" in problem(planted("at_start", "hang"))


def test_a_missing_adapter_file_says_so(planted):
    assert "no_such_file.py" in problem(planted("no_such_file"))


def interpreter(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize("script", ["exit 3", "echo no python here", "exec cat"])
def test_an_interpreter_that_is_no_python_says_so(planted, tmp_path, script):
    python = interpreter(tmp_path / "python", script)
    backend = Backend("planted", planted("on_marked").adapter, python)
    assert problem(backend) == f"{python} is no Python interpreter: it did not do what Python does"


def test_an_interpreter_that_never_speaks_is_given_up(planted, tmp_path, monkeypatch):
    monkeypatch.setattr(gateway, "STARTUP_SECONDS", 1.0)
    python = interpreter(tmp_path / "python", "exec sleep 600")
    started = time.perf_counter()
    message = problem(Backend("planted", planted("on_marked").adapter, python))
    assert message.startswith(f"{python} is no Python interpreter: ")
    assert time.perf_counter() - started < PATIENCE


def test_a_missing_interpreter_says_so(planted, tmp_path):
    backend = Backend("planted", planted("on_marked").adapter, tmp_path / "nowhere" / "python")
    assert "is no Python interpreter: [Errno 2] No such file" in problem(backend)


def test_the_folder_of_an_interpreter_may_have_spaces(planted, tmp_path):
    python = interpreter(tmp_path / "my own" / "pythons" / "python", f'exec "{sys.executable}" "$@"')
    backend = Backend("planted", planted("on_marked").adapter, python, environment={"PLANTED": ""})
    worker = Worker.start(backend)
    assert worker.description["version"]
    worker.close()


def test_a_backend_with_a_problem_is_not_started(planted):
    backend = Backend("planted", planted("on_marked").adapter, problem="no Python 3.11 here")
    with pytest.raises(NotStarted, match=r"no Python 3\.11 here"):
        Supervisor(backend).open()


# ---- the process and the channel -----------------------------------------------------------------


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def pid_of(worker: Worker) -> int:
    return worker.process.pid


def test_closing_ends_the_process_and_its_log(planted):
    worker = Worker.start(planted("on_marked"))
    pid = pid_of(worker)
    assert is_running(pid)
    worker.close()
    assert not is_running(pid)
    assert worker.log.closed  # a file without a name: nothing of it stays
    assert worker.process not in gateway.RUNNING


UNCLOSED = """
import sys
from pathlib import Path
from harness.workers.backends import Backend
from harness.workers.gateway import Worker

adapter = Path("backends/numpy/adapter.py").resolve()
worker = Worker.start(Backend("numpy", adapter, Path(sys.executable)))
print(worker.process.pid)
"""


def test_a_worker_that_nobody_closed_ends_with_the_harness_and_in_silence():
    done = subprocess.run([sys.executable, "-c", UNCLOSED], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    until = time.monotonic() + 60
    while is_running(int(done.stdout)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(int(done.stdout))


def test_a_process_that_does_not_listen_is_killed(planted, conv):
    supervisor = Supervisor(planted("on_marked", "hang"), timeout=0.5)
    pid = pid_of(supervisor.open())
    case = conv(marked=True)
    assert supervisor.answer(case, truth(case).cotangent)["outcome"] == "timed-out"
    assert supervisor.worker is None
    assert not is_running(pid)


def test_a_process_that_takes_no_question_is_killed(planted, conv):
    """More than a pipe holds, for a process that does not read."""
    supervisor = Supervisor(planted("on_marked"), timeout=0.5)
    pid = pid_of(supervisor.open())
    os.kill(pid, signal.SIGSTOP)
    large = conv(inputs={"x": np.zeros((1, 2, 300, 300), "f4"), "w": np.zeros((3, 2, 2, 3), "f4")})
    assert supervisor.answer(large)["outcome"] == "timed-out"
    assert not is_running(pid)


def test_a_process_killed_from_outside_is_replaced(planted, conv):
    supervisor, case = Supervisor(planted("on_marked")), conv()
    pid = pid_of(supervisor.open())
    os.kill(pid, signal.SIGKILL)
    assert supervisor.answer(case, truth(case).cotangent)["outcome"] == "crashed"
    assert supervisor.answer(case, truth(case).cotangent)["outcome"] == "computed"
    assert pid_of(supervisor.open()) != pid
    supervisor.close()


def test_one_thread_per_worker(planted):
    worker = Worker.start(planted("on_marked"))
    assert worker.description["threads"] == 1
    worker.close()


class Channel:
    """A worker's channel that answers whatever it is told to."""

    TimeoutError = TimeoutError

    def __init__(self, reply) -> None:
        self.reply = reply

    def send(self, request) -> None:
        pass

    def receive(self, timeout):
        return self.reply


@pytest.mark.parametrize(
    "reply",
    [
        *(None, 7, "", "computed", "7", "[]", "{}", '{"id": "mine"}', '{"id": "other", "outcome": "computed"}'),
        '{"id": "mine", "outcome": ["computed"]}',
        '{"id": "mine", "outcome": "computed", "seconds": "1"}',
        '{"id": "mine", "outcome": "computed", "seconds": NaN}',
        '{"id": "mine", "outcome": "computed", "message": null}',
        '{"id": "mine", "outcome": "computed", "outputs": []}',
        '{"id": "mine", "outcome": "computed", "gradient_error": {"outcome": "rejected"}}',
    ],
)
def test_a_reply_that_is_none_to_the_request_is_a_death(reply):
    worker = Worker(None, Channel(reply), None, None, {}, 0.0)
    with pytest.raises(WorkerDied, match="instead of a result"):
        worker.ask("mine", '{"id": "mine"}', 1.0)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n  kernel is larger than the image  \nStack trace:\n  [bt] (0) lib.so", "kernel is larger than the image"),
        ("Graph execution error:\n\nDetected at node conv\nNegative dimension size", "Negative dimension size"),
        ("Traceback (most recent call last):\n  File x.py, line 3\nwrong rank", "wrong rank"),
        ("Stack trace:\n[bt] (0) lib.so", "Stack trace:"),  # better than nothing
        ("", ""),
        ("x" * 600, "x" * 500),
    ],
)
def test_of_an_error_its_own_message_is_kept(text, line):
    assert worker_module.first_line(RuntimeError(text)) == line


def test_arrays_that_cannot_be_read_are_a_crash(conv):
    case = conv()
    damaged = {"dtype": "<f4", "shape": [9], "base64": "no array"}
    reply = {"id": case.id, "outcome": "computed", "outputs": {"y": damaged}}
    result = judged(case, "planted", reply, truth(case), None)
    assert (result.verdict.outcome, result.status) == ("crashed", "fail")
    assert "arrays that cannot be read" in result.verdict.why
