"""Prints what the command `determinism` found: a row per operator, a column per question."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.facts.determinism import MEANING, arrays, rows


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
