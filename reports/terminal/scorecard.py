"""Prints what the command `scorecard` found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


def rows(data: Mapping[str, Any]) -> list[list[str]]:
    """A row for each rule: its name, false alarms and misses for each dtype, and the bits it refuses in each array."""
    found = []
    for rule in data["rules"]:
        row = [rule]
        for totals in data["totals"].values():
            one = totals[rule]
            row += [f"{one['false_alarms']} of {one['correct']}", f"{one['misses']} of {one['faulty']}"]
        bits = [one[rule] for one in data["resolution"].values()]
        found.append([*row, " ".join("–" if one is None else str(one) for one in bits)])
    return found


def faults(data: Mapping[str, Any]) -> list[list[str]]:
    """A row for each fault and dtype: name, dtype, in how many arrays it shows, how often our rule missed it, where."""
    ours = next(iter(data["rules"]))
    found = []
    for one in data["implementations"]:
        if one["faulty"]:
            missed = one["wrong"][ours]
            shows = f"{one['tried'] - len(one['equivalent'])} of {one['tried']}"
            found.append([one["name"], one["dtype"], shows, str(len(missed)), ", ".join(missed)])
    return found


def alarms(data: Mapping[str, Any]) -> list[str]:
    """What our rule refuses though it is correct."""
    ours = next(iter(data["rules"]))
    refused = [one for one in data["implementations"] if not one["faulty"] and one["wrong"][ours]]
    return [f"{one['name']}, {one['dtype']}: {', '.join(one['wrong'][ours])}" for one in refused]


def show(data: Mapping[str, Any], path: Path) -> None:
    """Rules down, their mistakes across; then the faults, and what could not be computed."""
    console = Console(highlight=False)
    table = Table("rule", box=box.SIMPLE, pad_edge=False)
    for dtype in data["totals"]:
        for words in ("false alarms", "misses"):
            table.add_column(f"{words}\n{dtype}", justify="right", no_wrap=True)
    table.add_column(f"bits refused in\n{' '.join(data['resolution'])}", justify="right", no_wrap=True)
    for number, row in enumerate(rows(data)):
        table.add_row(*row, style="bold" if number == 0 else "")
    console.print(table)
    table = Table("fault", "dtype", "shows in", box=box.SIMPLE, pad_edge=False)
    table.add_column("missed by our rule", max_width=60)
    for name, dtype, shows, count, where in faults(data):
        table.add_row(name, dtype, shows, Text(f"{count}: {where}" if where else count, "" if where else "dim"))
    console.print(table)
    for alarm in alarms(data):
        console.print(Text(f"✗ false alarm: {alarm}", style="red"), soft_wrap=True)
    for dtype, excess in data["excess"].items():
        if excess:
            console.print(f"{dtype}: what is missed has at most {excess:g} times the errors of the worst correct sum")
    for name, problem in data["problems"].items():
        console.print(Text(f"not computed: {name}: {problem}", style="dim"), soft_wrap=True)
    console.print(f"{data['seconds']:.1f} s: {path}", soft_wrap=True)
