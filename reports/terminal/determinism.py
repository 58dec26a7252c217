"""What the command `determinism` found: a row for each operator, a cell for each backend."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

MANY = 4
MEANING = {
    "repeat": "called again",
    "processes": "in another process",
    "threads": "on 2 threads, not 1",
    "batch": "image by image",
}


def rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each operator its name and `cells`: backend -> {"same": bool or None, "changes": ...}.

    `changes` holds, for every question that has an answer other than "the same bits", the arrays whose bits change
    with their largest relative difference. `same` is None where nothing was computed.
    """
    names = [name for name, about in data["backends"].items() if not about["problem"]]
    operators = list(dict.fromkeys(op for name in names for op in data["results"][name]))
    return [{"op": op, "cells": {name: cell(data["results"][name][op]) for name in names}} for op in operators]


def cell(found: Mapping[str, Any]) -> dict[str, Any]:
    """One operator on one backend."""
    asked = {question: one for question, one in found.items() if question != "refused"}
    changes = {question: one["largest"] for question, one in asked.items() if one["largest"]}
    computed = any(one["same"] for one in asked.values())
    return {"same": not changes if computed else None, "changes": changes, "refused": found["refused"]}


def text(cell: Mapping[str, Any]) -> str:
    """same, or what changes the bits of which arrays: "threads: dw db", a line for each question."""
    if cell["same"] is None:
        return "–"
    lines = [f"{question}: {arrays(changed)}" for question, changed in cell["changes"].items()]
    return "\n".join(lines) or "same"


def arrays(names: Iterable[str]) -> str:
    """Names of arrays, or their number where they are many."""
    names = list(names)
    return " ".join(names) if len(names) <= MANY else f"{len(names)} arrays"


def show(data: Mapping[str, Any], path: Path) -> None:
    """Operators down, questions across: which backends return other bits, in which arrays."""
    console = Console(highlight=False)
    found, names = rows(data), [name for name, about in data["backends"].items() if not about["problem"]]
    changing = [question for question in data["questions"] if any(_changed(row, question) for row in found)]
    table = Table("operator", *(f"{MEANING[question]}:\nother bits in" for question in changing), box=box.SIMPLE)
    for row in found:
        cells = ("\n".join(_changed(row, question)) or "–" for question in changing)
        table.add_row(row["op"], *(Text(one, style="dim" if one == "–" else "") for one in cells))
    console.print(table)
    steady = [MEANING[question] for question in data["questions"] if question not in changing]
    if steady:
        console.print(f"always the same bits: {', '.join(steady)}")
    apart = [
        size
        for row in found
        for one in row["cells"].values()
        for each in one["changes"].values()
        for size in each.values()
    ]
    if apart:
        console.print(f"where bits differ: by at most {max(apart):.1g} of the largest number in the array")
    for row in found:
        for name, one in row["cells"].items():
            for case, reason in one["refused"].items():
                console.print(Text(f"not computed: {name} {case}: {reason}", style="dim"), soft_wrap=True)
    for name, about in data["backends"].items():
        if about["problem"]:
            console.print(Text(f"not run: {name}: {about['problem']}", style="red"), soft_wrap=True)
    versions = ", ".join(f"{name} {data['backends'][name]['version']}" for name in names)
    console.print(f"{versions}: {len(data['cases'])} cases, {data['seconds']:.1f} s: {path}", soft_wrap=True)


def _changed(row: Mapping[str, Any], question: str) -> list[str]:
    """The backends whose bits change, each with the arrays."""
    cells = row["cells"].items()
    return [f"{name} {arrays(one['changes'][question])}" for name, one in cells if question in one["changes"]]
