"""Every framework computes what the specification says, or differs in a way the ledger knows."""

import pytest


def test_case(bench, case):
    result = bench.result(case)
    if result.status == "known":
        reason = f"ledger {result.ledger}" if result.ledger else "not expressible"
        pytest.xfail(f"{reason}: {result.verdict.why}")
    assert result.status == "pass", f"{result.verdict.outcome}: {result.verdict.why}"


def test_ledger_has_no_entry_that_no_longer_shows(bench, request):
    everything = not request.config.getoption("keyword") and not any("::" in arg for arg in request.config.args)
    if not everything:
        pytest.skip("needs every case")
    ledger = bench.ledger
    unseen = {known.id for known in ledger.known if ledger.covers(known)} - ledger.selected
    assert ledger.stale() == []
    assert unseen == set()
