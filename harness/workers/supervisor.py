"""Restarts a backend's worker after a crash or a time-out; only the running case is lost."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.workers.backends import Backend
from harness.workers.gateway import ANSWERS, RENEWED, NotStarted, Worker, WorkerDied, WorkerHung
from harness.workers.wire import pack, pack_all
from spec.core import Case

STARTS = 3  # tries to start a worker that dies at it


def question(case: Case, cotangent: np.ndarray | None = None) -> str:
    """The request to compute a case, in JSON."""
    request = {
        "id": case.id,
        "op": case.op,
        "attrs": dict(case.attrs),
        "inputs": pack_all(dict(case.inputs)),
        "cotangent": pack(cotangent) if cotangent is not None else None,
        **({"memory": dict(case.memory)} if case.memory else {}),
    }
    return json.dumps(request)


class Supervisor:
    """Answers case after case; a worker that dies, hangs or answers nonsense costs only the case it had.

    The worker starts with the first question. As a context manager it ends the worker on leaving.
    """

    def __init__(self, backend: Backend, timeout: float = 60.0) -> None:
        self.backend, self.timeout = backend, timeout
        self.worker: Worker | None = None

    def open(self) -> Worker:
        """The running worker, started if need be. Raises `NotStarted`."""
        if self.worker is None:
            if self.backend.problem:
                raise NotStarted(self.backend.problem)
            self.worker = self._start()
        return self.worker

    def _start(self) -> Worker:
        """A new worker; one that dies while it starts is started again, some times."""
        for _ in range(STARTS - 1):
            try:
                return Worker.start(self.backend)
            except NotStarted as error:
                if not error.died:
                    raise
        return Worker.start(self.backend)

    def answer(self, case: Case, cotangent: np.ndarray | None = None) -> dict[str, Any]:
        """The worker's reply to a case, or what became of the worker. Raises `NotStarted`."""
        return self.put(case.id, question(case, cotangent))

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The worker's reply to a request, or what became of the worker. Raises `NotStarted`."""
        return self.put(request["id"], json.dumps(request))

    def put(self, id: str, request: str, answers: Sequence[str] = ANSWERS) -> dict[str, Any]:
        """The same for a request in JSON, which has this id, and which may be answered so."""
        try:
            return self.open().ask(id, request, self.timeout, answers)
        except (WorkerDied, WorkerHung) as error:
            self.close()
            if isinstance(error, WorkerHung):
                return {"outcome": "timed-out", "message": str(error)}
            return {"outcome": "crashed", "message": str(error), "signal": error.how}

    def renew(self, environment: Mapping[str, str]) -> None:
        """Have the adapter made anew under other environment variables, without another worker. Raises `NotStarted`."""
        self.backend = dataclasses.replace(self.backend, environment=environment)
        if self.worker is None:
            self.open()
        elif (reply := self.put("", json.dumps({"id": "", "env": dict(environment)}), RENEWED))["outcome"] != "ready":
            self.close()
            raise NotStarted(reply["message"])

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker, if there is one."""
        if self.worker:
            self.worker.close()
            self.worker = None
