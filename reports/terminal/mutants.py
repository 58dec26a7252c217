"""Prints what became of the planted mistakes: each as it comes, then the table and the score."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

STYLES = {"killed": "", "harmless": "dim", "untouched": "dim", "survived": "bold red", "broken": "bold red"}


@contextlib.contextmanager
def planting(total: int) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Tells of every survivor at once; on a terminal a bar shows the rest, elsewhere every mistake is a line."""
    console = Console(stderr=True)
    live = console.is_terminal
    columns = TextColumn("planting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not live) as progress:
        task = progress.add_task("", total=total)

        def advance(row: Mapping[str, Any]) -> None:
            progress.update(task, advance=1)
            if not live:
                print(f"{row['mutant']}: {verdict(row)}", file=sys.stderr, flush=True)
            elif STYLES[row["status"]].endswith("red"):
                console.print(Text(f"{row['mutant']}: {verdict(row)}", style=STYLES[row["status"]]))

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


def show(report: Mapping[str, Any], path: Path) -> None:
    """Every mistake with its sentence and the cases that kill it, then the score."""
    console = Console()
    table = Table("killed by", "mistake, and cases that find it")
    for row in report["mutants"]:
        style = STYLES[row["status"]]
        mistake = Text(row["mutant"], style="bold", overflow="fold").append(f"\n{row['sentence']}", style="not bold")
        if row["same"]:
            mistake.append(f" The same: {row['same']}.", style="not bold")
        mistake.append("".join(f"\n{case}" for case in row["examples"]), style="not bold dim")
        table.add_row(Text(verdict(row).removeprefix("killed by ").removesuffix(" cases"), style=style), mistake)
    console.print(table)
    for case in report["unsound"]:
        console.print(Text(f"kills nothing, as the unchanged backend does not pass it: {case}", style="yellow"))
    share = 100 * report["killed"] / max(report["counted"], 1)
    console.print(
        f"mutation score {share:.1f} %: {report['killed']} of {report['counted']} mistakes killed by every operator "
        f"that feels them; {report['harmless']} harmless ones survive, {report['broken']} are broken"
    )
    console.print(Text(f"table: {path}"))
