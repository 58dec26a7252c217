"""Mistakes that show from some size on, planted in every framework: the cases that are there for them find them.

The short form plants a few that are spread over the table. All of them:

    python -m pytest tests/conformance/test_mutants.py --backend torch --mutants 0
"""

import contextlib

from harness.commands.mutants import Examination, planted


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
    untouched = [row["mutant"] for row in rows if row["status"] == "untouched"]
    assert len(untouched) < len(rows) / 4, untouched
