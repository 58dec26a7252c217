"""The frameworks held to smaller instruction sets: they say so themselves, and the ledger is true there as well.

All default cases are asked, with gradients. JAX compiles each of them anew for each level, minutes in all, and so it is
asked half of them at one level and half at the other; but what a level can change by more than the order of a sum it
is asked at both: half precision, for which instructions are there or not, and NaN, infinity and subnormal numbers,
which kernels treat in their own ways. `python -m harness processors` asks everything everywhere.
"""

import os
import zlib

import pytest

from backends import processor
from harness.cases import catalogue
from harness.running.scheduler import Run
from harness.workers import backends, held

LEVELS = ("avx2", "sse")
NEVER_HELD = {"MLAS"}  # ONNX Runtime's kernels take what the processor has, and no switch says otherwise
CASES = catalogue.built_in()


def compiled_elsewhere(one):
    """The cases that a backend which compiles is asked at another level; data of two kinds share a program."""
    if one.name.partition(":")[0] != "jax":
        return set()
    plain = [
        case for case in CASES if not (case.id.startswith("special/") or case.dtype.name in ("float16", "bfloat16"))
    ]
    geometries = {case.id: zlib.crc32(case.id.rpartition("/")[0].encode()) for case in plain}
    return {(id, one.name) for id, number in geometries.items() if LEVELS[number % 2] != one.processor}


@pytest.fixture(scope="session")
def run(request, ready):
    """All of them at all levels, in one run: the run at its end, and the results that are neither right nor known."""
    levels = [level for level in LEVELS if level in held.available()]
    if not levels:
        pytest.skip(f"this processor is {processor.architecture()} {processor.machine()}")
    own = [one for one in ready if one.is_own and not one.processor]
    able = [backends.hold(one, level) for level in levels for one in own]
    done = set().union(*map(compiled_elsewhere, able))
    found = Run(CASES, able, True, request.config.getoption("--timeout"), os.cpu_count() or 2, done)
    return found, [one for one in found.results() if one.status not in ("pass", "known")]


def test_every_result_is_right_or_known(run):
    found, wrong = run
    assert [f"{one.backend} {one.case.id}: {one.message}" for one in wrong] == []
    assert not found.problems


def test_every_entry_shows_whose_cases_ran(run):
    stale = {
        name: (one.stale(everything=not name.startswith("jax:")), one.new()) for name, one in run[0].ledgers.items()
    }
    assert stale == {name: ([], []) for name in stale}


def test_every_part_is_held(run):
    order = processor.LEVELS["x86_64"]
    for name, about in run[0].descriptions.items():
        if "processor" not in about:  # what does not say which instructions it uses cannot be held to fewer
            continue
        most = held.LEVELS[name.rpartition(":")[2]]
        parts = {part: one for part, one in about["processor"]["parts"].items() if part not in NEVER_HELD}
        if not parts:
            continue
        used = {part: one["level"] for part, one in parts.items() if one["level"] in order}
        assert used, name
        assert {part: one for part, one in used.items() if order.index(one) > order.index(most)} == {}
        assert about["processor"]["level"] == most, name


def test_what_is_not_held_uses_more(ready, described):
    """The other way round, so that the test above can fail: as it is, a large processor is used."""
    if processor.machine() not in processor.LEVELS["x86_64"][processor.LEVELS["x86_64"].index("avx512") :]:
        pytest.skip("no processor with AVX-512")
    own = [one.name for one in ready if one.is_own and not one.processor and not one.variant and not one.version]
    levels = {name: described(name)["processor"]["level"] for name in own if "processor" in described(name)}
    assert {name: level for name, level in levels.items() if not level.startswith(("avx512", "amx"))} == {}
