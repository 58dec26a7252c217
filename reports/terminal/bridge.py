"""Prints the bridges: a row per source framework, a column per target, and how many bridges hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.facts.bridge import FAILS, HOLDS, INEXPRESSIBLE, Row, between, label
from reports.facts.text import counted


def show(table: Mapping[str, Any]) -> None:
    """Print which bridges hold, what cannot be expressed, and where LeNet-5's weights arrived."""
    console = Console()
    names, rows = list(table["backends"]), table["bridges"]
    cases = counted(sum(row["agree"] for row in rows), "case")
    printed = _table(f"bridges that hold, from down, to across ({cases})", names)
    for source in names:
        printed.add_row(source, *(_cell(between(rows, source, target)) for target in names))
    console.print(printed)
    for text in dict.fromkeys(
        f"∅ {label(row)} is not expressible in {row['who']}: {row['why']}"
        for row in rows
        if row["verdict"] == INEXPRESSIBLE
    ):
        console.print(Text(text))
    for row in rows:
        if row["verdict"] == FAILS:
            ends = f"from {row['source']} to {row['target']}"
            console.print(Text(f"✗ {label(row)} {ends}: {row['who']}: {row['why']}", style="red"))
    printed = _table("LeNet-5's weights, trained in down, loaded in across", names)
    for source, found in table["weights"].items():
        printed.add_row(source, *(Text(found[name] or "same logits") for name in names))
    console.print(printed)


def _table(title: str, names: Sequence[str]) -> Table:
    return Table("", *names, title=title, title_justify="left")


def _cell(rows: Sequence[Row]) -> Text:
    if not rows:
        return Text("-", style="dim")
    verdicts = [row["verdict"] for row in rows]
    cell = Text(f"{verdicts.count(HOLDS)} of {len(rows)}")
    if lacking := verdicts.count(INEXPRESSIBLE):
        cell.append(f" {lacking} ∅")
    if failing := verdicts.count(FAILS):
        cell.append(f" {failing} ✗", style="red")
    return cell
