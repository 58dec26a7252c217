"""The frameworks held to smaller instruction sets: they say so themselves, and the ledger is true there as well.

Which cases: those in which a level can change more than the order of a sum, which the bounds allow in any case. These
are half precision, for which instructions are there or not, and NaN, infinity and subnormal numbers, which kernels
treat in their own ways. `python -m harness processors` runs all cases, at all levels.
"""

import os

import pytest

from backends import processor
from harness.cases import catalogue
from harness.running.scheduler import Run
from harness.workers import backends, held

SIZES = {"float16", "bfloat16"}
CASES = [case for case in catalogue.built_in() if case.id.startswith("special/") or case.dtype.name in SIZES]


def able(ready, level):
    """The backends, held to a level."""
    if level not in held.available():
        pytest.skip(f"this processor is {processor.architecture()} {processor.machine()}")
    return [backends.hold(one, level) for one in ready if one.is_own and not one.processor]


@pytest.fixture(scope="session", params=["avx2", "sse"])
def run(request, ready):
    """All of them over these cases: the run at its end, and the results that are neither right nor known."""
    found = Run(CASES, able(ready, request.param), True, request.config.getoption("--timeout"), os.cpu_count() or 2)
    return request.param, found, [one for one in found.results() if one.status not in ("pass", "known")]


def test_every_result_is_right_or_known(run):
    assert [f"{one.backend} {one.case.id}: {one.message}" for one in run[2]] == []
    assert not run[1].problems


def test_every_entry_shows_whose_cases_ran(run):
    ledgers = run[1].ledgers
    assert {name: (one.stale(), one.new()) for name, one in ledgers.items()} == {name: ([], []) for name in ledgers}


def test_every_part_is_held(run):
    level, found, _ = run
    order = processor.LEVELS["x86_64"]
    for name, about in found.descriptions.items():
        if "processor" not in about:  # what does not say which instructions it uses cannot be held to fewer
            continue
        used = {part: one["level"] for part, one in about["processor"]["parts"].items() if one["level"] in order}
        assert used, name
        assert {part: one for part, one in used.items() if order.index(one) > order.index(held.LEVELS[level])} == {}
        assert about["processor"]["level"] == held.LEVELS[level], name


def test_what_is_not_held_uses_more(ready, described):
    """The other way round, so that the test above can fail: as it is, a large processor is used."""
    if processor.machine() not in processor.LEVELS["x86_64"][processor.LEVELS["x86_64"].index("avx512") :]:
        pytest.skip("no processor with AVX-512")
    own = [one.name for one in ready if one.is_own and not one.processor and not one.variant and not one.version]
    levels = {name: described(name)["processor"]["level"] for name in own if "processor" in described(name)}
    assert {name: level for name, level in levels.items() if not level.startswith(("avx512", "amx"))} == {}
