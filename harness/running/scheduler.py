"""One run: every case on every backend, in parallel, each result judged as it arrives.

Slots (as many as `jobs`) work side by side, a worker each. A free slot starts a backend that nobody has
started yet; when all are started it helps the one with most work left, if that pays for a second start. A
worker that dies, hangs or answers nonsense costs the case it had; the slot starts another. A worker that dies while it
starts is started again, and a run ends with its last result, whatever else is still starting.
"""

import dataclasses
import queue
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from typing import Any

from harness.diagnosis.search import Memory
from harness.judging import oracle
from harness.judging.ledger import Ledger
from harness.judging.oracle import Truth
from harness.running.result import Result, judged
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted, Worker, end_processes
from harness.workers.supervisor import Supervisor, question
from spec.core import Case

# A second worker for a backend pays when the work left is worth this many of its starts.
WORTH_HELPING = 2.0
PATIENCE = 3.0  # seconds in which slots end by themselves when all results are there


Answer = tuple[Case, Backend, dict[str, Any]]  # with the worker's reply


@dataclasses.dataclass
class Run:
    """A run in progress and its totals.

    `done` and `shown` are what an earlier part of it did: (case, backend), and the ledger entries of each backend.
    `seconds` is wall time, `busy` what each backend's workers computed.
    """

    cases: list[Case]
    backends: list[Backend]
    gradients: bool = True
    timeout: float = 60.0
    jobs: int = 2
    done: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    shown: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    descriptions: dict[str, dict] = dataclasses.field(default_factory=dict)
    problems: dict[str, str] = dataclasses.field(default_factory=dict)
    busy: defaultdict[str, float] = dataclasses.field(default_factory=lambda: defaultdict(float))
    startup: defaultdict[str, float] = dataclasses.field(default_factory=lambda: defaultdict(float))
    seconds: float = 0.0
    judging: float = 0.0
    equal: dict[str, dict[str, list[int]]] = dataclasses.field(default_factory=dict)
    ledgers: dict[str, Ledger] = dataclasses.field(default_factory=dict)
    memories: defaultdict[str, Memory] = dataclasses.field(default_factory=lambda: defaultdict(Memory))

    def results(self) -> Iterator[Result]:
        """Run everything; the results in the order in which they arrive."""
        started = time.perf_counter()
        answers: queue.SimpleQueue = queue.SimpleQueue()
        truths = Truths(self.gradients)
        work = _Work(self, truths, answers)
        threads = [threading.Thread(target=work.slot, daemon=True) for _ in range(max(1, self.jobs))]
        for thread in threads:
            thread.start()
        digests: dict[str, dict[str, str]] = {}
        try:
            while work.results or work.silent:
                answer = answers.get()
                if isinstance(answer, BaseException):
                    raise answer
                if answer is None:  # a backend with nothing left has said what it is
                    continue
                before = time.perf_counter()
                case, backend, reply = answer
                ledger, memory = self.ledgers.get(backend.name), self.memories[backend.name]
                result = judged(case, backend.name, reply, truths.of(case)[0], ledger, memory)
                self._compare_bits(result, digests)
                self.judging += time.perf_counter() - before
                work.results -= 1
                yield result
        finally:
            work.abandon(threads)
        self.seconds = time.perf_counter() - started

    def _compare_bits(self, result: Result, digests: dict[str, dict[str, str]]) -> None:
        """Count, for each pair of backends, the cases in which their outputs are the same bit for bit."""
        if not result.outputs:
            return
        bits = result.bits
        others = digests.setdefault(result.case.id, {})
        counts = self.equal.setdefault(result.case.op, {})
        for name, other in others.items():
            pair = counts.setdefault("|".join(sorted((name, result.backend))), [0, 0])
            pair[0] += bits == other
            pair[1] += 1
        others[result.backend] = bits


class Truths:
    """The truth of each case, and the question to the backends, made once, whichever thread asks first."""

    def __init__(self, gradients: bool) -> None:
        self.gradients, self.lock = gradients, threading.Lock()
        self.found: dict[str, tuple[Truth, str]] = {}

    def of(self, case: Case) -> tuple[Truth, str]:
        with self.lock:
            if case.id not in self.found:
                truth = oracle.truth(case, self.gradients)
                self.found[case.id] = truth, question(case, truth.cotangent)
            return self.found[case.id]


class _Work:
    """What is left to do, shared by the slots."""

    def __init__(self, run: Run, truths: Truths, answers: queue.SimpleQueue) -> None:
        self.run, self.truths, self.answers = run, truths, answers
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)  # what a slot that waits may want to know
        self.left = {
            backend.name: deque(case for case in run.cases if (case.id, backend.name) not in run.done)
            for backend in run.backends
        }
        self.waiting = deque(run.backends)  # also those with nothing left: each says what it is
        self.silent = {backend.name for backend in run.backends}  # those that have not said it yet
        self.results = sum(map(len, self.left.values()))  # that are still to come
        self.slots: Counter = Counter()
        self.answered: Counter = Counter()
        self.alone: set[str] = set()  # backends of which a worker could not be started: no other slot helps them
        self.over = False

    def slot(self) -> None:
        """One slot: backends one after the other until nothing is left."""
        try:
            while backend := self._choose():
                self._serve(backend)
        except BaseException as error:  # the main thread must hear of it, or it would wait for ever
            self.answers.put(error)

    def abandon(self, slots: list[threading.Thread]) -> None:
        """Let the slots end; what they still start or wait for when all results are there is ended by force."""
        with self.lock:
            self.over = True
            self.changed.notify_all()
        deadline = time.monotonic() + (0 if self.results else PATIENCE)
        for slot in slots:
            slot.join(max(0.0, deadline - time.monotonic()))
        end_processes(slots)

    def _choose(self) -> Backend | None:
        """The next backend for a slot, which waits as long as nobody can tell whether its help would pay."""
        with self.lock:
            while not self.over:
                backend = self.waiting.popleft() if self.waiting else self._worth_helping()
                if backend:
                    self.slots[backend.name] += 1
                    return backend
                if not any(self.left[one.name] and not self.answered[one.name] for one in self.run.backends):
                    return None
                self.changed.wait()
            return None

    def _worth_helping(self) -> Backend | None:
        """The backend with most work left, if that pays for starting another worker."""
        known = [one for one in self.run.backends if self.answered[one.name] and one.name not in self.alone]
        slowest = max(known, key=lambda one: self._seconds_left(one.name), default=None)
        if slowest is None or len(self.left[slowest.name]) <= self.slots[slowest.name]:
            return None
        worth = self._seconds_left(slowest.name) >= WORTH_HELPING * self.run.startup[slowest.name]
        return slowest if worth else None

    def _seconds_left(self, name: str) -> float:
        """What the rest of a backend's cases will take, judged by those it has answered."""
        return len(self.left[name]) * self.run.busy[name] / self.answered[name]

    def _next(self, backend: Backend, helper: bool) -> Case | None:
        """The next case; a helping slot takes from the other end, so that both keep neighbours together."""
        with self.lock:
            left = self.left[backend.name]
            return (left.pop() if helper else left.popleft()) if left else None

    def _serve(self, backend: Backend) -> None:
        """Work off a backend's cases with a worker of its own."""
        helper = self.slots[backend.name] > 1
        case = None
        try:
            with Supervisor(backend, self.run.timeout) as supervisor:
                self._welcome(backend, supervisor.open())
                while not self.over and (case := self._next(backend, helper)):
                    reply = supervisor.put(case.id, self.truths.of(case)[1])
                    with self.lock:
                        self.answered[backend.name] += 1
                        self.run.busy[backend.name] += reply.get("seconds", 0.0)
                        self.changed.notify_all()
                    self.answers.put((case, backend, reply))
        except NotStarted as error:
            self._retreat(backend, case, str(error))
        finally:
            with self.lock:
                self.slots[backend.name] -= 1

    def _welcome(self, backend: Backend, worker: Worker) -> None:
        """Note what a new worker says of itself."""
        self.run.descriptions[backend.name] = worker.description
        self.run.startup[backend.name] += worker.seconds
        shown = self.run.shown.get(backend.name, ())
        self.run.ledgers.setdefault(backend.name, Ledger.of(backend, worker.description, shown))
        self._has_spoken(backend)

    def _retreat(self, backend: Backend, case: Case | None, problem: str) -> None:
        """No worker of the backend can be started here: others go on, or all that it has left is not-run."""
        with self.lock:
            self.alone.add(backend.name)
            left = self.left[backend.name]
            if case:
                left.appendleft(case)
            if self.slots[backend.name] > 1 or not (left or backend.name in self.silent):
                return
            self.run.problems[backend.name] = problem
            lost = [*left]
            left.clear()
            self.changed.notify_all()
        for case in lost:
            self.answers.put((case, backend, {"outcome": "not-run", "message": problem}))
        self._has_spoken(backend)

    def _has_spoken(self, backend: Backend) -> None:
        """Note that a backend has said what it is, or why it cannot."""
        self.silent.discard(backend.name)
        self.answers.put(None)
