"""Prints what became of the planted mistakes: the survivors as they come, then a table of subjects, and the score."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

STYLES = {"killed": "", "harmless": "dim", "untouched": "dim", "survived": "bold red", "broken": "bold red"}
BAD = ("survived", "broken")
NEWS = 100  # so often a log says how far it is


@contextlib.contextmanager
def planting(total: int, every: bool = False) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Tells of every survivor at once, or of `every` mistake; on a terminal a bar shows the rest."""
    console = Console(stderr=True)
    live = console.is_terminal
    columns = TextColumn("planting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not live) as progress:
        task = progress.add_task("", total=total)

        def advance(row: Mapping[str, Any]) -> None:
            progress.update(task, advance=1)
            done = int(progress.tasks[0].completed)
            if not (live or every) and done % NEWS == 0:
                console.print(f"{done} of {total} planted")
            if every or row["status"] in BAD:
                console.print(Text(f"{row['mutant']}: {verdict(row)}", style=STYLES[row["status"]]), soft_wrap=True)

        yield advance


def verdict(row: Mapping[str, Any]) -> str:
    """killed by 12 of 101 cases, or what else became of it."""
    if row["problem"]:
        return f"broken: {row['problem']}"
    if row["status"] == "untouched":
        return "touches nothing that is computed here"
    killing, cases = sum(row["killed_by"].values()), sum(row["cases"].values())
    if row["status"] == "harmless":
        return f"survives {cases} cases"
    if row["status"] == "broken":
        return f"broken: declared harmless, killed by {killing} of {cases} cases"
    unnoticed = [op for op, count in row["killed_by"].items() if not count]
    suffix = f"; SURVIVES in {', '.join(unnoticed)}" if unnoticed else ""
    return f"killed by {killing} of {cases} cases{suffix}"


def show(report: Mapping[str, Any], path: Path, every: bool = False) -> None:
    """A line for each subject, then what survives or is broken, or `every` mistake, in full; then the score."""
    console = Console()
    if not every:
        _subjects(console, report["mutants"])
    if shown := [row for row in report["mutants"] if every or row["status"] in BAD]:
        table = Table("killed by", "mistake, and cases that find it")
        for row in shown:
            table.add_row(*_line(row))
        console.print(table)
    for case in report["unsound"]:
        console.print(Text(f"kills nothing, as the unchanged backend does not pass it: {case}", style="yellow"))
    share = 100 * report["killed"] / max(report["counted"], 1)
    console.print(
        f"mutation score {share:.1f} %: {report['killed']} of {report['counted']} mistakes killed by every operator "
        f"that feels them; {report['harmless']} harmless ones survive, {report['broken']} are broken"
    )
    console.print(Text(f"table: {path}"))


def _subjects(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """For each subject (the first part of the names) how many mistakes it has, and what became of them."""
    found: dict[str, Counter] = {}
    for row in rows:
        found.setdefault(row["mutant"].partition("/")[0], Counter())[row["status"]] += 1
    table = Table("subject", *(Column(status, justify="right") for status in STYLES))
    for subject, counts in sorted(found.items()):
        cells = [Text(str(counts[status] or ""), style=STYLES[status]) for status in STYLES]
        table.add_row(subject, *cells)
    console.print(table)


def _line(row: Mapping[str, Any]) -> tuple[Text, Text]:
    style = STYLES[row["status"]]
    mistake = Text(row["mutant"], style="bold", overflow="fold").append(f"\n{row['sentence']}", style="not bold")
    if row["same"]:
        mistake.append(f" The same: {row['same']}.", style="not bold")
    mistake.append("".join(f"\n{case}" for case in row["examples"]), style="not bold dim")
    return Text(verdict(row).removeprefix("killed by ").removesuffix(" cases"), style=style), mistake
