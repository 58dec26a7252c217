"""The cases are tested with planted mistakes: every one must be found, by every operator that feels it.

All are planted in the NumPy backend. Those that show from some size on can be planted in every framework, where the
short form plants a few that are spread over the table. All of them:

    python -m pytest tests/conformance/test_mutants.py --backend torch --mutants 0
"""

import contextlib
import os

import pytest

from harness.commands.mutants import NUMPY, Examination, planted, score


def test_every_mistake_in_numpy_is_found(ready, why_not):
    chosen = [one for one in ready if one.name == NUMPY]
    if not chosen:
        pytest.skip(why_not(NUMPY))
    with contextlib.closing(Examination(chosen[0], os.cpu_count() or 2, thorough=False)) as examination:
        rows = [outcome.row() for outcome in examination.outcomes(planted())]
    wrong = {row["mutant"]: row["killed_by"] for row in rows if row["status"] not in ("killed", "harmless")}
    assert wrong == {}, "these mistakes survive: name a case that shows them"
    assert score(rows)["killed"] > 600
    assert examination.unsound == set()


def test_mistakes_of_sizes_are_found_in_every_framework(backend, ready, request):
    count = request.config.getoption("--mutants")
    every = planted(anywhere=True)
    chosen = every[:: max(len(every) // count, 1)] if count else every
    (own,) = [one for one in ready if one.name == backend]
    with contextlib.closing(Examination(own, jobs=1, thorough=False)) as examination:
        rows = [outcome.row() for outcome in examination.outcomes(chosen)]
    left = {
        row["mutant"]: row["problem"] or row["killed_by"]
        for row in rows
        if row["status"] not in ("killed", "untouched")
    }
    assert left == {}, "these mistakes survive: name a case that shows them"
    slopes = {one.name for one in chosen if one.gradients_alone}  # which some backends do not have at all
    untouched = [row["mutant"] for row in rows if row["status"] == "untouched" and row["mutant"] not in slopes]
    assert len(untouched) < len(rows) / 4, untouched
