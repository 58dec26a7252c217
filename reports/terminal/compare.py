"""Prints where two models part: the first mistake, then all layers with a mark each."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from reports.facts.text import clean

MARKS = {"same bits": "=", "rounding": "~", "carried": "~", "not judged": "?"}


def show(found: Mapping[str, Any]) -> None:
    """Print a comparison, as `compare --format json` writes it."""
    console = Console(soft_wrap=True, highlight=False)
    for side in ("a", "b"):
        about = found[side]
        gaps = f", {about['gaps']} gaps" if about["gaps"] else ""
        console.print(
            escape(clean(f"{side.upper()}: {about['folder']} ({about['framework']}, {about['layers']} layers{gaps})"))
        )
    wrong = [row for row in found["layers"] if row["findings"]]
    console.print()
    if not wrong:
        console.print("[green]no mistake: every layer does the same in both models[/]")
    for place, row in enumerate(wrong):
        title = "the models part first at" if not place else "and at"
        console.print(f"[red]{title} {escape(clean(_pair(row)))}[/]")
        for finding in row["findings"]:
            console.print(escape(clean(f"    {finding['word']}: {finding['text']}")))
        if row["remedy"]:
            console.print(escape(clean(f"    {row['remedy']}")))
    console.print()
    width = max(len(_pair(row)) for row in found["layers"])
    for row in found["layers"]:
        mark = MARKS.get(row["word"], "✗")
        note = f"  {row['note']}" if row["note"] else ""
        console.print(
            escape(clean(f"{mark} {_pair(row):{width}}  {row['kind']:16}  {row['word']:16}{_size(row)}{note}")).rstrip()
        )
    for side in ("a", "b"):
        if found["alone"][side]:
            console.print(escape(clean(f"without a partner in {side.upper()}: {', '.join(found['alone'][side])}")))
    if "weights" in found:
        _weights(console, found["weights"])


def _weights(console: Console, found: Mapping[str, Any]) -> None:
    """Which of B's layers do with A's weights what A's do."""
    lost = {name: why for name, why in found["layers"].items() if why}
    proven = len(found["layers"]) - len(lost)
    console.print(
        escape(clean(f"A's weights in B's layouts: {found['file']}, {proven} of {len(found['layers'])} layers proven"))
    )
    for name, why in lost.items():
        console.print(escape(clean(f"    {name}: {why}")))


def _pair(row: Mapping[str, Any]) -> str:
    return row["a"] if row["a"] == row["b"] else f"{row['a']} | {row['b']}"


def _size(row: Mapping[str, Any]) -> str:
    gap = row["output"]
    return "" if gap is None or not gap["relative"] else f"differs by {gap['relative']:.1e} of its norm"
