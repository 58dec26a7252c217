"""What a run prints: the progress of environments and cases, then the summary."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from reports import tables

NAMED_FAILURES = 20


@contextlib.contextmanager
def building() -> Iterator[Callable[[str, str], None]]:
    """Shows which environment is being built and at which step: a live line each, or plain lines to a file."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda name, step: print(f"{name}: {step}", file=sys.stderr, flush=True)
        return
    columns = TextColumn("[bold]{task.fields[name]:>12}"), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, Any] = {}

        def show(name: str, step: str) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(step, name=name, total=None)
            progress.update(tasks[name], description=step)

        yield show


@contextlib.contextmanager
def running(total: int) -> Iterator[Callable[[Any], None]]:
    """A bar over all results, with the failures so far."""
    columns = (
        TextColumn("running"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, note="")
        failed = 0

        def advance(result: Any) -> None:
            nonlocal failed
            failed += result.status == "fail"
            progress.update(
                task, advance=1, note=f"{result.backend} {'[red]' + str(failed) + ' failed' if failed else ''}"
            )

        yield advance


def summary(run: Mapping[str, Any], rows: Sequence[tables.Row], folder: Path) -> None:
    """Operators down, backends across; then what failed, what could not run, and the times."""
    console = Console()
    names = list(run["backends"])
    table = Table(title="passed  ~known  ✗failed  worst error / bound", title_justify="left", title_style="dim")
    table.add_column("operator")
    for name in names:
        table.add_column(Text(f"{name} {run['backends'][name].get('version', '')}"))
    for op, cells in tables.matrix(rows).items():
        table.add_row(op, *(_cell(cells.get(name)) for name in names))
    console.print(table)
    for name in names:
        if problem := run["backends"][name]["problem"]:
            console.print(Text(f"not run: {name}: {problem}", style="red"))
    _failures(console, tables.failures(rows))
    for entry in run["stale"]:
        console.print(Text(f"ledger: {entry} no longer shows; remove or correct the entry", style="red"))
    pairs = run["coverage"].values()
    if pairs:
        covered, possible = (sum(found[i] for found in pairs) for i in (0, 1))
        console.print(
            f"pairwise coverage of attribute values: {100 * covered / max(possible, 1):.0f} % ({covered} of {possible})"
        )
    times, counts = run["times"], run["counts"]
    console.print(
        f"{run['cases']} cases on {len(names)} backends: "
        + ", ".join(f"{counts.get(status, 0)} {status}" for status in ("pass", "known", "fail"))
    )
    console.print(
        f"{times['wall_seconds']:.1f} s with {run['jobs']} workers; "
        f"the frameworks took {times['framework_seconds']:.1f} s of worker time, "
        f"the harness {times['harness_ms_per_result']:.2f} ms of processor time per result"
    )
    console.print(Text(f"report: {folder / 'index.html'}"))


def _cell(cell: tables.Cell | None) -> Text:
    if cell is None:
        return Text("-", style="dim")
    text = Text(str(cell.statuses["pass"]))
    if cell.statuses["known"]:
        text.append(f" ~{cell.statuses['known']}", style="yellow")
    if cell.statuses["fail"]:
        text.append(f" ✗{cell.statuses['fail']}", style="bold red")
    text.append(f"  {tables.ratio(cell.worst_bound)}", style="dim")
    return text


def _failures(console: Console, rows: Sequence[tables.Row]) -> None:
    for row in rows[:NAMED_FAILURES]:
        line = Text("✗ ", style="red")
        line.append(f"{row['backend']} {row['case']}", style="bold")
        line.append(f" {row['outcome']}: {row.get('message', '')}", style="default")
        console.print(line)
    if len(rows) > NAMED_FAILURES:
        console.print(f"... and {len(rows) - NAMED_FAILURES} more; all are in the report")
