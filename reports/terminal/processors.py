"""Prints what the command `processors` found: a row per operator, a column per level."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.facts.processors import level, said
from reports.facts.run import clean


def show(data: Mapping[str, Any], path: Path) -> None:
    """The table; every other verdict once; what each backend really used at each level."""
    data = clean(data)
    console = Console(highlight=False)
    table = Table("operator", *(f"held to {one}" for one in data["levels"]), box=box.SIMPLE)
    for op in dict.fromkeys(op for found in data["results"].values() for op in found):
        cells = ["\n".join(_changed(data, op, one)) or "–" for one in data["levels"]]
        table.add_row(op, *(Text(cell, style="dim" if cell == "–" else "") for cell in cells))
    console.print(table)
    for name, found in data["results"].items():
        for mode, cell in found["all"].items():
            for one in cell["verdicts"]:
                more = f" and {len(one['cases']) - 1} alike" if one["cases"][1:] else ""
                why = f" (known: {', '.join(one['known'])})" if one["known"] else ""
                style = "" if one["status"] in ("pass", "known") else "red"
                words = f"{mode} {one['cases'][0]}{more}: {one['after']}{why}; {data['bases'][name]}: {one['before']}"
                console.print(Text(words, style=style), soft_wrap=True)
    for name, about in data["backends"].items():
        if about["problem"]:
            console.print(Text(f"not run: {name}: {about['problem']}", style="red"), soft_wrap=True)
        else:
            console.print(Text(f"{name} {about['version']}: {about['processor']}", style="dim"), soft_wrap=True)
    words = f"{data['processor']}: {data['cases']:,} cases, {data['seconds']:.1f} s: {path}"
    console.print(words, soft_wrap=True)


def _changed(data: Mapping[str, Any], op: str, wanted: str) -> list[str]:
    """The backends that an operator changes on at a level, each with what changes."""
    return [
        f"{name}: {words}"
        for name, found in data["results"].items()
        for mode, cell in found.get(op, {}).items()
        if level(mode) == wanted and (words := said(cell)) != "same"
    ]
