"""Every framework computes what the specification says, or differs in a way the ledger knows."""

import pytest

from harness.cases import catalogue

PYTHON_SAYS = ("list index out of range", "tuple index out of range")
FROM_SCRATCH = ("corr2d", "flatten")  # in some frameworks with no more than Python's own indices


def test_case(feed, backend, case):
    result = feed.result(backend, case)
    if result.status == "known":
        reason = f"ledger {', '.join(result.ledger)}" if result.ledger else "not expressible"
        pytest.xfail(f"{reason}: {result.verdict.why}")
    assert result.status == "pass", f"{result.verdict.outcome}: {result.message}"
    if result.verdict.outcome == "rejected" and result.case.op not in FROM_SCRATCH:
        assert result.verdict.why not in PYTHON_SAYS, "the adapter stumbles before it asks the framework"


def test_ledger_has_no_entry_that_no_longer_shows(feed, backend):
    run = feed.finish()
    if any(name == backend for _, name in run.done) or len(run.cases) < len(catalogue.built_in()):
        pytest.skip("speaks of all cases, and only some were selected")
    assert run.ledgers[backend].stale(everything=True) == []
