"""Random valid cases: each result passes, or the ledger knows why it does not.

The short form draws the same few geometries each time. A long one, of others:

    python -m pytest tests/conformance/test_random_cases.py --backend torch --geometries 500 --seed 1

What fails is shrunk to a small case, which is written to a file for `python -m harness run --cases`.
"""

import json

import hypothesis
import pytest

from harness.diagnosis.search import Memory
from harness.judging import oracle
from harness.judging.ledger import Ledger
from harness.running.result import Result, judged
from harness.workers.supervisor import Supervisor
from spec import operators
from spec.core import Case
from tests.random_cases.case_file import content
from tests.random_cases.data import families

SHARES = {"lenet5": 0.25}  # of the geometries: it has but one
TRUTHS: dict[str, oracle.Truth] = {}  # of the cases at hand, which all backends are asked
MOST_TRUTHS = 1000


class Answers:
    """The judged answers of one backend, whose worker stays for all cases."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor, self.memory = supervisor, Memory()
        self.ledger = Ledger.of(supervisor.backend, supervisor.open().description)

    def to(self, case: Case) -> Result:
        if len(TRUTHS) > MOST_TRUTHS:
            TRUTHS.clear()
        if case.id not in TRUTHS:
            TRUTHS[case.id] = oracle.truth(case)
        reply = self.supervisor.answer(case, TRUTHS[case.id].cotangent)
        return judged(case, self.supervisor.backend.name, reply, TRUTHS[case.id], self.ledger, self.memory)


@pytest.fixture(scope="module")
def answers(ready, request):
    """Backend -> its answers."""
    supervisors = [Supervisor(backend, request.config.getoption("--timeout")) for backend in ready]
    yield {supervisor.backend.name: Answers(supervisor) for supervisor in supervisors}
    for supervisor in supervisors:
        supervisor.close()


@pytest.mark.parametrize("op", operators())
def test_the_ledger_knows_every_result_that_does_not_pass(op, backend, answers, tmp_path, request):
    count = max(2, round(request.config.getoption("--geometries") * SHARES.get(op, 1)))
    TRUTHS.clear()

    @hypothesis.seed(request.config.getoption("--seed"))
    @hypothesis.settings(
        max_examples=count,
        database=None,  # the same cases on every machine
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),  # drawing valid geometries, and compiling them, takes time
    )
    @hypothesis.given(families(operators()[op]))
    def known(family: list[Case]) -> None:
        for case in family:
            result = answers[backend].to(case)
            if result.status == "fail":
                file = tmp_path / "case.json"
                file.write_text(json.dumps(content([case])))
                pytest.fail(f"{file}: {result.verdict.outcome}: {result.message}", pytrace=False)

    known()
