"""What became of one case on one backend: reply, verdict, and whether it is a known difference."""

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.diagnosis.search import Diagnosis, Memory, diagnose
from harness.judging.instead import Seen
from harness.judging.ledger import Ledger
from harness.judging.oracle import Truth
from harness.judging.verdict import Verdict, judge
from harness.workers.wire import unpack_all
from spec.core import Case
from spec.outcomes import Outcome, Status


@dataclasses.dataclass(frozen=True)
class Result:
    """One case on one backend; `ledger` are the ids of the entries that explain a verdict that did not pass.

    `objections` say why others, which speak of the case, do not.
    `tried` says whether the ledger was ever tried on the processor.
    `gradients`, `truth` and `memory`, of what explained other results of the backend, are there for the diagnosis.
    """

    case: Case
    backend: str
    verdict: Verdict
    reply: Mapping[str, Any]
    outputs: Mapping[str, np.ndarray]
    ledger: tuple[str, ...] = ()
    tried: bool = True
    gradients: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    truth: Truth | None = None
    memory: Memory | None = None
    objections: tuple[str, ...] = ()

    @functools.cached_property
    def diagnosis(self) -> Diagnosis:
        """What a wrong result looks like that nothing explains yet.

        It is searched when it is first asked for. A search that fails is told, and ends no run.
        """
        if self.status not in ("fail", "new") or self.truth is None or not self.outputs:
            return Diagnosis()
        try:
            if self.verdict.outcome.is_right and self.verdict.expected == "differs" and self.case.expected:
                return self._of_the_file(self.truth)
            return diagnose(self.case, self.truth, self.outputs, self.gradients, self.memory)
        except Exception as error:
            return Diagnosis(f"the search for a cause failed: {type(error).__name__}: {error}")

    def _of_the_file(self, truth: Truth) -> Diagnosis:
        """What the values look like that a case file states and a right result is not."""
        stated = {name: array.astype(self.case.dtype) for name, array in self.case.expected.items()}
        found = diagnose(self.case, truth, stated)
        return dataclasses.replace(found, sentence=f"in the case file, {found.sentence}") if found.sentence else found

    @functools.cached_property
    def bits(self) -> str:
        """What only outputs of the same dtypes, shapes and bits have in common; "" without any."""
        return _digest(self.outputs)

    @functools.cached_property
    def gradient_bits(self) -> str:
        """The same of the gradients."""
        return _digest(self.gradients)

    @property
    def message(self) -> str:
        """Why the verdict is what it is, why known differences do not explain it, and the diagnosis."""
        return "; ".join(part for part in (self.verdict.why, *self.objections, self.diagnosis.sentence) if part)

    @property
    def status(self) -> Status:
        """What the verdict means, once known differences are considered."""
        if self.verdict.passed:
            return Status.PASS
        if self.ledger or self.reply.get("error_class") == "NoOperator":
            return Status.KNOWN
        return Status.FAIL if self.tried or self.verdict.outcome is Outcome.NOT_RUN else Status.NEW


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    if not arrays:
        return ""
    digest = hashlib.sha1()
    for array in arrays.values():
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def judged(
    case: Case,
    backend: str,
    reply: Mapping[str, Any],
    truth: Truth,
    ledger: Ledger | None = None,
    memory: Memory | None = None,
) -> Result:
    """The result that a worker's reply comes to. Arrays that cannot be read count as a crash."""
    try:
        outputs, gradients = unpack_all(reply.get("outputs", {})), unpack_all(reply.get("gradients", {}))
    except Exception as error:
        reply = {"outcome": "crashed", "message": f"the worker answered arrays that cannot be read: {error}"}
        outputs, gradients = {}, {}
    verdict = judge(case, truth, reply, outputs, gradients)
    known = ledger.explain(case, verdict, Seen(truth, reply, outputs, gradients)) if ledger else ()
    tried = ledger.tried if ledger else True
    objections = ledger.objections if ledger else ()
    return Result(case, backend, verdict, reply, outputs, known, tried, gradients, truth, memory, objections)
