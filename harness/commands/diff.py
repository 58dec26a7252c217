"""The command `diff`: two stored runs, what changed and for whom."""

from pathlib import Path

from reports.facts.diff import compare_runs
from reports.terminal import diff as report


def show_changes(old: Path, new: Path) -> int:
    """Print the changes; returns 1 if there is a regression, or a run that lacks results."""
    found = compare_runs(old, new)
    report.show(found)
    return 1 if found.missing or any(change.kind == "regression" for change in found.changes) else 0
