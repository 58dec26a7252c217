"""Known differences as a reader meets them: what is a risk (bugs, precision) before what is a convention or lacks."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from reports.facts.history import board
from reports.facts.matrix import Row
from reports.facts.run import RISKS, by_kind
from reports.facts.text import counted
from reports.page.failures import Arrays, drawn
from reports.run_folder import explaining

NOUNS = {"bug": ("bug", "bugs"), "numeric": ("of precision", "of precision")}
OTHERS = {"unsupported": ("thing that it lacks", "things that it lacks"), "convention": ("convention", "conventions")}
PICTURES = 40


@dataclasses.dataclass(frozen=True)
class Entry:
    """A ledger entry with the results that it explains, a picture of its first bug, and its history, if known."""

    about: Mapping[str, Any]
    cases: Sequence[str]
    pictures: Sequence[tuple[str, Markup]]
    history: Mapping[str, Any] | None


@dataclasses.dataclass(frozen=True)
class Group:
    """The entries of one backend; `counts` says in words how many there are of each kind."""

    backend: str
    counts: str
    entries: Sequence[Entry]

    @property
    def size(self) -> int:
        return len(self.entries)


def groups(
    differences: Iterable[Mapping[str, Any]],
    rows: Iterable[Row],
    arrays: Arrays,
    history: Mapping[str, Any] | None,
) -> tuple[list[Group], list[Group]]:
    """(risks, others): for each backend its bugs and losses of precision; its conventions and what it lacks."""
    explained: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        for name in explaining(row):
            explained.setdefault((row["backend"], name), []).append(row)
    found: tuple[dict[str, list[Entry]], dict[str, list[Entry]]] = ({}, {})
    left = PICTURES
    for kind, entries in by_kind(differences):
        for about in entries:
            mine = explained.get((about["backend"], about["id"]), [])
            shown = drawn(mine[0], arrays(mine[0]))[:1] if kind == "bug" and mine and left > 0 else []
            left -= len(shown)
            entry = Entry(about, [row["case"] for row in mine], shown, _history(history, about))
            found[kind not in RISKS].setdefault(about["backend"], []).append(entry)
    return _groups(found[0], NOUNS), _groups(found[1], OTHERS)


def _groups(found: Mapping[str, Sequence[Entry]], nouns: Mapping[str, tuple[str, str]]) -> list[Group]:
    result = []
    for backend, entries in found.items():
        counts = Counter(entry.about["kind"] for entry in entries)
        words = [counted(counts[kind], *nouns[kind]) for kind in nouns if counts[kind]]
        result.append(Group(backend, ", ".join(words), entries))
    return sorted(result, key=lambda group: group.backend)


def _history(history: Mapping[str, Any] | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What `history` found of an entry: since when it is there."""
    return (history or {}).get("known", {}).get(board(about["backend"]), {}).get(about["id"])
