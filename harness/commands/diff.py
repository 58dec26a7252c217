"""The command `diff`: two stored runs, what changed and for whom; and the baseline of a run's page."""

import json
from pathlib import Path

import click

from reports import run_folder
from reports.facts.diff import as_data, compare_runs
from reports.terminal import diff as report
from reports.write import add
from spec.errors import UserError


def show_changes(old: Path, new: Path, form: str = "text") -> int:
    """Print the changes; returns 1 if there is a regression, or a run that lacks results."""
    from reports import difference  # Jinja is imported for its formats alone

    found = compare_runs(old, new)
    if form == "text":
        report.show(found)
    else:
        data = as_data(found, old, new)
        render = {"html": difference.html, "md": difference.markdown, "json": lambda one: json.dumps(one, indent=1)}[
            form
        ]
        click.echo(render(data))
    return 1 if found.missing or any(change.kind == "regression" for change in found.changes) else 0


def earlier_run(earlier: Path, out: Path) -> None:
    """Raise `UserError` for what cannot be the baseline of a run in the folder `out`, before anything is run."""
    if earlier.resolve() == out.resolve():
        raise UserError(f"--baseline {earlier} is the folder of the run itself; name an earlier run")
    run_folder.summary(earlier)


def add_baseline(folder: Path, earlier: Path) -> Path:
    """Store what changed in a run since an earlier one, and show it in the run's page. Raises `UserError`."""
    earlier_run(earlier, folder)
    return add(folder, "baseline", as_data(compare_runs(earlier, folder), earlier, folder))
