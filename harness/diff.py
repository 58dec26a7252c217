"""The command `diff`: two stored runs, what changed and for whom.

Backends are paired by name; where a name is in one run only, by its framework, so that a run of `jax@0.4.38`
can be held against one of `jax`.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness import store
from harness.store import framework

Row = Mapping[str, Any]
ORDER = ("pass", "known", "fail")


@dataclasses.dataclass(frozen=True)
class Change:
    """A case whose result is another one; `kind` is "regression", "mended" or "changed"."""

    kind: str
    backend: str
    case: str
    before: Row
    after: Row


def compare(old: Path, new: Path) -> tuple[list[Change], dict[str, list[str]]]:
    """The changes, worst first, and the results that only one run has, by its path. Raises `UserError`."""
    before, after = list(store.rows(old)), list(store.rows(new))
    names = pair({row["backend"] for row in before}, {row["backend"] for row in after})
    earlier = {(row["case"], names.get(row["backend"], row["backend"])): row for row in before}
    later = {(row["case"], row["backend"]): row for row in after}
    changes = [
        Change(kind, key[1], key[0], earlier[key], later[key])
        for key in sorted(earlier.keys() & later.keys())
        if (kind := judge(earlier[key], later[key]))
    ]
    changes.sort(key=lambda change: ("regression", "mended", "changed").index(change.kind))
    only = {str(old): _named(earlier.keys() - later.keys()), str(new): _named(later.keys() - earlier.keys())}
    return changes, only


def judge(before: Row, after: Row) -> str:
    """What kind of change it is, or "": a status that got worse is a regression."""
    worse = ORDER.index(after["status"]) - ORDER.index(before["status"])
    if worse:
        return "regression" if worse > 0 else "mended"
    same = all(before.get(key) == after.get(key) for key in ("outcome", "grad", "ledger", "expected", "error_class"))
    return "" if same else "changed"


def pair(old: Iterable[str], new: Iterable[str]) -> dict[str, str]:
    """Old name -> new name: equal names first, then what is left of one framework, if it is one each."""
    old, new = set(old), set(new)
    found = {name: name for name in old & new}
    for name in old - new:
        rest = [other for other in new - old if framework(other) == framework(name)]
        alone = sum(framework(other) == framework(name) for other in old - new) == 1
        if len(rest) == 1 and alone:
            found[name] = rest[0]
    return found


def _named(keys: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(f"{backend} {case}" for case, backend in keys)


def perform(old: Path, new: Path) -> int:
    """Print the changes; returns 1 if there is a regression."""
    from reports import changes as report

    changes, only = compare(old, new)
    report.show(changes, only)
    return 1 if any(change.kind == "regression" for change in changes) else 0
