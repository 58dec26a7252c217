"""Prints what the command `laws` found: a row per law, a column per backend."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.facts.laws import rows as rows_of

STYLES = {"pass": "", "known": "yellow", "unsupported": "dim", "not-run": "red", "fail": "bold red"}


def show(data: Mapping[str, Any], path: Path) -> None:
    """Laws down, backends across; then what did not pass, and why."""
    console, names, rows = Console(), list(data["backends"]), rows_of(data)
    console.print(Text("exact, or worst difference / bound  ∅unsupported  ~known  ✗failed", style="dim"))
    table = Table("law", box=box.SIMPLE, pad_edge=False)
    for name in names:
        table.add_column(Text(f"{name}\n{data['backends'][name]['version']}"), no_wrap=True)
    for row in rows:
        cells = (row["cells"][name] for name in names)
        table.add_row(row["name"], *(Text(one["text"], style=STYLES[one["status"]]) for one in cells))
    console.print(table)
    for name in names:
        if problem := data["backends"][name]["problem"]:
            console.print(Text(f"not run: {name}: {problem}", style="red"))
    for row in rows:
        for name in names:
            for note in row["cells"][name]["notes"]:
                _print_note(console, row, name, note)
    console.print(f"{len(rows)} laws on {len(names)} backends in {data['seconds']:.1f} s: {path}", soft_wrap=True)


def _print_note(console: Console, row: Mapping[str, Any], backend: str, note: Mapping[str, Any]) -> None:
    line = Text({"fail": "✗ ", "known": "~ ", "unsupported": "∅ "}[note["status"]], style=STYLES[note["status"]])
    line.append(f"{backend} {row['name']}", style="bold")
    line.append(f" ({', '.join(note['trials'])}) {note['outcome']}: {note['message']}", style="default")
    console.print(line, soft_wrap=True)
    if note["status"] == "fail":
        console.print(Text(f"  {row['formula']}", style="dim"), soft_wrap=True)
