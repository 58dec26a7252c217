"""The bridges as a table: from down, to across; how many cases of each operator agree."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(table: Mapping[str, Any]) -> None:
    """Print which bridges hold, and where LeNet-5's weights arrived."""
    console = Console()
    names = table["backends"]
    printed = Table("from", *(f"to {name}" for name in names), title="bridges that hold", title_justify="left")
    for source in names:
        printed.add_row(source, *(_cell(table["bridges"], source, target) for target in names))
    console.print(printed)
    for row in table["bridges"]:
        if not row["holds"]:
            console.print(Text(f"✗ {row['op']} from {row['source']} to {row['target']}: {row['problem']}", style="red"))
    printed = Table(
        "trained in", *(f"loaded in {name}" for name in names), title="LeNet-5's weights", title_justify="left"
    )
    for source, row in table["weights"].items():
        printed.add_row(source, *(Text(row[name] or "same logits") for name in names))
    console.print(printed)


def _cell(rows: list[Mapping[str, Any]], source: str, target: str) -> Text:
    if source == target:
        return Text("-", style="dim")
    mine = [row for row in rows if row["source"] == source and row["target"] == target]
    holds, agree = sum(row["holds"] for row in mine), sum(row["agree"] for row in mine)
    style = "" if holds == len(mine) else "red"
    return Text(f"{holds} of {len(mine)} operators, {agree} cases", style=style)
