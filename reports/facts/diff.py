"""Two stored runs compared: which results changed, and for which backends.

Backends are paired by name; where a name is in one run only, by its framework, so that a run of `jax@0.4.38`
can be held against one of `jax`.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports import run_folder
from reports.facts.run import worst_ratio
from reports.facts.text import clean
from reports.run_folder import framework, processor
from spec.errors import UserError

Row = Mapping[str, Any]
ORDER = ("pass", "known", "new", "fail")
KINDS = ("regression", "mended", "changed")
# What a backend's description holds beside what it says of itself.
MEASURED = ("problem", "unavailable", "seconds", "startup_seconds")


@dataclasses.dataclass(frozen=True)
class Change:
    """A case whose result is another one; `kind` is "regression", "mended" or "changed"."""

    kind: str
    backend: str
    case: str
    before: Row
    after: Row


@dataclasses.dataclass(frozen=True)
class Pair:
    """A backend in both runs, by its names.

    `version` is (old, new). `described` is what else it says of itself otherwise: name -> (old, new), None for what
    only one has. `bits` and `gradients` are [results with the same bits, results that both have]; `operators` holds
    the operators of which bits or ratios changed.
    """

    old: str
    new: str
    version: tuple[str, str]
    described: Mapping[str, tuple[Any, Any]]
    bits: list[int]
    gradients: list[int]
    operators: Mapping[str, "Operator"] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Operator:
    """One operator of a pair, if its bits or its ratios changed.

    `bits` and `gradients` as in `Pair`; `ratio` is the worst error of what passes in both, as a part of its bound:
    (old, new).
    """

    bits: list[int]
    gradients: list[int]
    ratio: tuple[float, float]

    @property
    def changed(self) -> int:
        """How many results have other bits, in their outputs or in their gradients."""
        return max(self.bits[1] - self.bits[0], self.gradients[1] - self.gradients[0])


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Two runs: the backends of both, the changes, worst first, and the results that only one has, by its path.

    `missing` says of each run that does not hold all its results how many it lacks: no conclusion stands on it.
    """

    pairs: list[Pair]
    changes: list[Change]
    only: dict[str, list[str]]
    missing: list[str]


def compare_runs(old: Path, new: Path) -> Comparison:
    """What changed between two stored runs. Raises `UserError`."""
    with run_folder.reading(old), run_folder.reading(new):
        return _compared(old, new)


def _compared(old: Path, new: Path) -> Comparison:
    before, after = (clean(list(run_folder.rows(folder))) for folder in (old, new))
    names = pair_backends({row["backend"] for row in before}, {row["backend"] for row in after})
    earlier = {(row["case"], names.get(row["backend"], row["backend"])): row for row in before}
    later = {(row["case"], row["backend"]): row for row in after}
    both = sorted(earlier.keys() & later.keys())
    changes = [
        Change(kind, key[1], key[0], earlier[key], later[key])
        for key in both
        if (kind := kind_of_change(earlier[key], later[key]))
    ]
    changes.sort(key=lambda change: KINDS.index(change.kind))
    only = {str(old): _named(earlier.keys() - later.keys()), str(new): _named(later.keys() - earlier.keys())}
    (facts, missing), (facts_new, missing_new) = _about(old, before), _about(new, after)
    pairs = []
    for one, other in sorted(names.items()):
        rows = [(earlier[key], later[key]) for key in both if key[1] == other]
        pairs.append(_pair(one, other, facts.get(one, {}), facts_new.get(other, {}), rows))
    return Comparison(pairs, changes, only, [*missing, *missing_new])


def _about(folder: Path, rows: Sequence[Row]) -> tuple[Mapping[str, Mapping[str, Any]], list[str]]:
    """What the backends of a run say of themselves, nothing where it was cut off; and what the run lacks."""
    try:
        run = clean(run_folder.summary(folder))
    except UserError as error:
        return {}, [str(error)]
    lacks = run_folder.lacking(run, rows)
    return run["backends"], [f"{folder}: {lacks}"] if lacks else []


def _pair(old: str, new: str, before: Mapping, after: Mapping, rows: Sequence[tuple[Row, Row]]) -> Pair:
    facts = dict(_flat(before)), dict(_flat(after))
    version = str(facts[0].pop("version", "")), str(facts[1].pop("version", ""))
    names = facts[0] | facts[1] if before and after else {}
    described = {name: (facts[0].get(name), facts[1].get(name)) for name in names}
    described = {name: values for name, values in described.items() if values[0] != values[1]}
    return Pair(old, new, version, described, _same(rows, "bits"), _same(rows, "grad_bits"), dict(_operators(rows)))


def _operators(rows: Sequence[tuple[Row, Row]]) -> Iterator[tuple[str, Operator]]:
    """The operators of which something changed, by name."""
    for op in sorted({after["op"] for _, after in rows}):
        mine = [pair for pair in rows if pair[1]["op"] == op]
        right = [pair for pair in mine if all(row["status"] == "pass" for row in pair)]
        ratio = tuple(max((worst_ratio(pair[side]) for pair in right), default=0.0) for side in (0, 1))
        found = Operator(_same(mine, "bits"), _same(mine, "grad_bits"), (ratio[0], ratio[1]))
        if found.changed or ratio[0] != ratio[1]:
            yield op, found


def _flat(description: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values of a description; the switches as if they stood beside the rest."""
    for name, value in description.items():
        if name == "processor":
            yield name, processor(description)
        elif isinstance(value, Mapping):
            yield from _flat(value)
        elif name not in MEASURED:
            yield name, value


def _same(rows: Iterable[tuple[Row, Row]], name: str) -> list[int]:
    both = [(before[name], after[name]) for before, after in rows if before.get(name) and after.get(name)]
    return [sum(one == other for one, other in both), len(both)]


def kind_of_change(before: Row, after: Row) -> str:
    """What kind of change it is, or "": a status that got worse is a regression."""
    worse = ORDER.index(after["status"]) - ORDER.index(before["status"])
    if worse:
        return "regression" if worse > 0 else "mended"
    same = all(before.get(key) == after.get(key) for key in ("outcome", "grad", "expected", "error_class"))
    return "" if same and run_folder.explaining(before) == run_folder.explaining(after) else "changed"


def pair_backends(old: Iterable[str], new: Iterable[str]) -> dict[str, str]:
    """Old name -> new name: equal names first, then what is left of one framework, if it is one each."""
    old, new = set(old), set(new)
    found = {name: name for name in old & new}
    for name in old - new:
        rest = [other for other in new - old if framework(other) == framework(name)]
        alone = sum(framework(other) == framework(name) for other in old - new) == 1
        if len(rest) == 1 and alone:
            found[name] = rest[0]
    return found


KEPT = ("status", "outcome", "grad", "expected", "error_class", "message", "grad_message", "ledger", "ledger_more")


def as_data(found: Comparison, old: Path, new: Path) -> dict[str, Any]:
    """A comparison as plain data, for `diff --format json` and for the page of a run that has a baseline."""
    return {
        "schema_version": 1,
        "old": _whole(old),
        "new": _whole(new),
        "counts": {kind: sum(change.kind == kind for change in found.changes) for kind in KINDS},
        "backends": [
            {
                **dataclasses.asdict(pair),
                "operators": {op: dataclasses.asdict(one) for op, one in pair.operators.items()},
            }
            for pair in found.pairs
        ],
        "changes": [
            {
                "kind": change.kind,
                "backend": change.backend,
                "case": change.case,
                "op": change.after["op"],
                **{side: {key: row[key] for key in KEPT if key in row} for side, row in _sides(change)},
            }
            for change in found.changes
        ],
        "only": dict(zip(("old", "new"), found.only.values())),
        "missing": found.missing,
    }


def _sides(change: Change) -> list[tuple[str, Row]]:
    return [("before", change.before), ("after", change.after)]


def _whole(folder: Path) -> dict[str, str]:
    """A run by its name and the time when it started, "" where it was cut off."""
    try:
        started = run_folder.summary(folder).get("started", "")
    except UserError:
        started = ""
    return {"folder": folder.name, "started": started}


def _named(keys: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(f"{backend} {case}" for case, backend in keys)
