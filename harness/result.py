"""What became of one case on one backend: reply, verdict, and whether it is a known difference."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.judge import Verdict, judge
from harness.ledger import Ledger
from harness.oracle import Truth
from harness.wire import unpack_all
from spec.core import Case


@dataclasses.dataclass(frozen=True)
class Result:
    """One case on one backend; `ledger` is the id of the entry that explains a verdict that did not pass."""

    case: Case
    backend: str
    verdict: Verdict
    reply: Mapping[str, Any]
    outputs: Mapping[str, np.ndarray]
    ledger: str = ""

    @property
    def status(self) -> str:
        """pass, known (the ledger or the adapter explains it), or fail."""
        if self.verdict.passed:
            return "pass"
        explained = self.ledger or self.verdict.outcome == "unsupported"
        return "known" if explained else "fail"


def judged(case: Case, backend: str, reply: Mapping[str, Any], truth: Truth, ledger: Ledger | None) -> Result:
    """The result that a worker's reply comes to. Arrays that cannot be read count as a crash."""
    try:
        outputs, gradients = unpack_all(reply.get("outputs", {})), unpack_all(reply.get("gradients", {}))
    except Exception as error:
        reply = {"outcome": "crashed", "message": f"the worker answered arrays that cannot be read: {error}"}
        outputs, gradients = {}, {}
    verdict = judge(case, truth, reply, outputs, gradients)
    return Result(case, backend, verdict, reply, outputs, ledger.explain(case, verdict) if ledger else "")
