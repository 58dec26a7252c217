"""What changed between two stored runs, for the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

MARKS = {"regression": ("✗", "red"), "mended": ("✓", "green"), "changed": ("~", "yellow")}
SHOWN = 40


def show(changes: Sequence[Any], only: Mapping[str, Sequence[str]]) -> None:
    """A line for each change, worst first; then how many results only one run has."""
    console = Console()
    for change in changes[:SHOWN]:
        mark, style = MARKS[change.kind]
        line = Text(f"{mark} {change.kind} ", style=style)
        line.append(f"{change.backend} {change.case}: ", style="bold")
        line.append(f"{words(change.before, change.after)} -> {words(change.after, change.before)}")
        if message := change.after.get("message"):
            line.append(f"  {message}", style="dim")
        console.print(line)
    if len(changes) > SHOWN:
        console.print(f"... and {len(changes) - SHOWN} more")
    for folder, names in only.items():
        if names:
            console.print(Text(f"only in {folder}: {len(names)} results, such as {names[0]}"))
    counts = {kind: sum(change.kind == kind for change in changes) for kind in MARKS}
    console.print(", ".join(f"{count} {kind}" for kind, count in counts.items()))


def words(row: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """A result in a few words: its status, outcome, and the gradients that do not pass or are otherwise in `other`."""
    there = other.get("grad", {})
    gradients = [
        f"{name} {outcome}"
        for name, outcome in row.get("grad", {}).items()
        if outcome not in ("exact", "close") or outcome != there.get(name, outcome)
    ]
    found = f"{row['status']} ({row['outcome']}"
    return found + (f"; gradient {', '.join(gradients)})" if gradients else ")")
