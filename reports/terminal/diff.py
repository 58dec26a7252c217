"""Prints what changed between two stored runs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from reports.facts.diff import Change, Comparison, Operator, Pair
from reports.facts.matrix import ratio
from reports.facts.run import gist
from reports.facts.text import clean
from spec.outcomes import Outcome

MARKS = {"regression": ("✗", "red"), "mended": ("✓", "green"), "changed": ("~", "yellow")}
SHOWN = 40


def show(found: Comparison) -> None:
    """Each backend with its versions; each kind of change, worst first; what one run alone has; what is missing."""
    console = Console(highlight=False)
    for one in found.pairs:
        console.print(_backend(one), soft_wrap=True)
        for line in operators(one):
            console.print(Text(f"    {line}"), soft_wrap=True)
    groups = _alike(found.changes)
    for changes in groups[:SHOWN]:
        console.print(_line(changes), soft_wrap=True)
    if len(groups) > SHOWN:
        console.print(f"... and {sum(map(len, groups[SHOWN:]))} more")
    for folder, names in found.only.items():
        if names:
            console.print(Text(f"only in {folder}: {len(names)} results, such as {names[0]}"))
    for sentence in found.missing:
        console.print(Text(f"✗ {clean(sentence)}", style="red"), soft_wrap=True)
    counts = {kind: sum(change.kind == kind for change in found.changes) for kind in MARKS}
    console.print(", ".join(f"{count} {kind}" for kind, count in counts.items()))


def _backend(pair: Pair) -> Text:
    """Both names and versions, what else changed of how the backend describes itself, and how many bits stayed."""
    old, new = map(_named, (pair.old, pair.new), pair.version)
    line = Text(new if old == new else f"{old} -> {new}", style="bold")
    changed = [f"{name} {_word(before)} -> {_word(after)}" for name, (before, after) in pair.described.items()]
    line.append("".join(f", {words}" for words in clean(changed)), style="dim")
    shares = [
        f"{same:,} of {count:,} {what}"
        for (same, count), what in ((pair.bits, "outputs"), (pair.gradients, "gradients"))
        if count
    ]
    return line.append(f": the same bits in {' and '.join(shares)}", style="not bold") if shares else line


def operators(pair: Pair) -> list[str]:
    """A line for each operator of which bits or ratios changed."""
    found = {op: "; ".join(_changed(one)) for op, one in pair.operators.items()}
    return [f"{op}: {words}" for op, words in found.items() if words]


def _changed(one: Operator) -> Iterator[str]:
    for (same, both), what in ((one.bits, "outputs"), (one.gradients, "gradients")):
        if both - same:
            yield f"other bits in {both - same:,} of {both:,} {what}"
    before, after = (ratio(value) or "exact" for value in one.ratio)
    if before != after:
        yield f"worst error / bound {before} -> {after}"


def _named(backend: str, version: str) -> str:
    """The backend with its version, where its name does not tell that."""
    return backend if f"@{version}" in backend or not version else f"{backend} {version}"


def _word(value: Any) -> str:
    return "none" if value in (None, "") else str(value)


def _alike(changes: Sequence[Change]) -> list[list[Change]]:
    """Changes together whose words differ in numbers alone."""
    groups: dict[tuple, list[Change]] = {}
    for change in changes:
        key = change.kind, change.backend, *_both(change), gist(change.before), gist(change.after)
        groups.setdefault(key, []).append(change)
    return list(groups.values())


def _line(changes: Sequence[Change]) -> Text:
    first, *others = changes
    mark, style = MARKS[first.kind]
    line = Text(f"{mark} {first.kind} ", style=style)
    more = f" and {len(others)} alike" if others else ""
    line.append(f"{first.backend} {first.case}{more}: ", style="bold")
    line.append(" -> ".join(_both(first)))
    for message in _messages(first):
        line.append(f"  {clean(message)}", style="dim")
    return line


def _both(change: Change) -> tuple[str, str]:
    return words(change.before, change.after), words(change.after, change.before)


def _messages(change: Change) -> Iterator[str]:
    """What was said after, or, where that is nothing, before."""
    after, before = change.after.get("message"), change.before.get("message")
    if after or before:
        yield after or f"was: {before}"


def words(row: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """A result in a few words: its status, outcome, and the gradients that do not pass or are otherwise in `other`."""
    there = other.get("grad", {})
    gradients = [
        f"{name} {outcome}"
        for name, outcome in row.get("grad", {}).items()
        if not Outcome(outcome).is_right or outcome != there.get(name, outcome)
    ]
    found = f"{row['status']} ({row['outcome']}"
    return found + (f"; gradient {', '.join(gradients)})" if gradients else ")")
