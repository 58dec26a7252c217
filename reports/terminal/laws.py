"""What the command `laws` found, as plain rows for every report, and in the terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.facts.matrix import ratio

STYLES = {"pass": "", "known": "yellow", "unsupported": "dim", "not-run": "red", "fail": "bold red"}


def section(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each law: name, formula, sentence, operators, trials, and for each backend a cell.

    A cell has `status` (pass, known, unsupported, not-run, fail), `text` for the table, and `notes`: for each
    reason why trials did not pass, the reason, and the names of these trials.
    """
    keys = ("name", "formula", "sentence", "operators", "trials")
    return [
        {key: law[key] for key in keys}
        | {"cells": {name: cell(result, law["trials"]) for name, result in law["results"].items()}}
        for law in data["laws"]
    ]


def cell(result: Mapping[str, Any], trials: int) -> dict[str, Any]:
    """One law on one backend."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for note in result["notes"]:
        key = note["status"], note["outcome"], note["message"], note.get("ledger", "")
        grouped.setdefault(key, []).append(note["trial"])
    notes = [
        {"status": status, "outcome": outcome, "message": message, "ledger": entry, "trials": names}
        for (status, outcome, message, entry), names in grouped.items()
    ]
    return {"status": result["status"], "text": words(result, trials), "notes": notes}


def words(result: Mapping[str, Any], trials: int) -> str:
    """exact, or the worst ratio to the bound; what failed, is known or unsupported, of how many."""
    counts = {status: sum(note["status"] == status for note in result["notes"]) for status in STYLES}
    if result["status"] == "not-run":
        return "not run"
    if counts["fail"]:
        return f"✗ {counts['fail']} of {trials}"
    held = (ratio(float(result["ratio"])) or "exact") if result["exact"] + result["close"] else ""
    more = [f"{sign}{counts[status]}" for status, sign in (("known", "~"), ("unsupported", "∅")) if counts[status]]
    return " ".join(filter(None, [held, *more]))


def show(data: Mapping[str, Any], path: Path) -> None:
    """Laws down, backends across; then what did not pass, and why."""
    console, names, rows = Console(), list(data["backends"]), section(data)
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
