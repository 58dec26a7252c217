"""Compares the modes and versions of one framework: in which cases bits change, and in which the verdict does.

One of them is the base: the framework as it runs by default, or, where the run has it in other modes alone, the
first of these.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.facts import run as overview
from reports.facts.matrix import Row
from reports.facts.text import counted
from reports.run_folder import framework
from spec.outcomes import Outcome


@dataclasses.dataclass
class Parity:
    """The results of some cases in one mode, compared with those in the base.

    Of the `compared` cases, which have outputs in both, `same` have the same bits; `gradients` are the same two
    numbers of their gradients. `moved` have other bits, and `apart` (base, mode) another verdict.
    """

    compared: int = 0
    same: int = 0
    gradients: list[int] = dataclasses.field(default_factory=lambda: [0, 0])
    moved: list[Row] = dataclasses.field(default_factory=list)
    apart: list[tuple[Row, Row]] = dataclasses.field(default_factory=list)

    def add(self, base: Row, row: Row) -> None:
        """Count one case."""
        if _verdict(base) != _verdict(row):
            self.apart.append((base, row))
        elif base.get("bits") and row.get("bits"):
            self.compared += 1
            same = base["bits"] == row["bits"]
            self.same += same
            if not same:
                self.moved.append(row)
        if base.get("grad_bits") and row.get("grad_bits"):
            self.gradients[0] += base["grad_bits"] == row["grad_bits"]
            self.gradients[1] += 1

    @property
    def within(self) -> int:
        """How many have other bits, and are within the bounds with both."""
        return sum(_verdict(row)[0] == "right" for row in self.moved)


@dataclasses.dataclass
class Family:
    """The modes of one framework in a run: operator -> mode -> what becomes of its cases; `totals` by mode."""

    base: str
    modes: list[str]
    operators: dict[str, dict[str, Parity]]
    totals: dict[str, Parity]


def families(run: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Family]:
    """framework -> its modes and versions, of each framework of which the run holds several."""
    names: dict[str, list[str]] = {}
    for name in run["backends"]:
        names.setdefault(framework(name), []).append(name)
    found = {(row["backend"], row["case"]): row for row in rows if not overview.is_lost(row)}
    several = {one: members for one, members in names.items() if len(members) > 1}
    return {one: _family(one if one in members else members[0], members, found) for one, members in several.items()}


def _family(base: str, members: Iterable[str], found: Mapping[tuple[str, str], Row]) -> Family:
    modes = [name for name in members if name != base]
    family = Family(base, modes, {}, {mode: Parity() for mode in modes})
    for (name, case), row in sorted(found.items(), key=lambda item: item[1]["op"]):
        if name in modes and (base, case) in found:
            cells = family.operators.setdefault(row["op"], {})
            for cell in (cells.setdefault(name, Parity()), family.totals[name]):
                cell.add(found[base, case], row)
    return family


def _verdict(row: Row) -> tuple:
    """What two results must have in common to have the same verdict."""
    slopes = {name: _kind(outcome) for name, outcome in row.get("grad", {}).items()}
    return _kind(row["outcome"]), slopes, row.get("expected", "")


def _kind(outcome: str) -> str:
    return "right" if outcome and Outcome(outcome).is_right else outcome


def groups(apart: Iterable[tuple[Row, Row]]) -> list[list[tuple[Row, Row]]]:
    """Groups of pairs whose messages differ only in numbers."""
    found: dict[tuple, list[tuple[Row, Row]]] = {}
    for base, row in apart:
        key = *_likeness(base), *_likeness(row)
        found.setdefault(key, []).append((base, row))
    return list(found.values())


def _likeness(row: Row) -> tuple:
    outcome, slopes, _ = _verdict(row)
    return outcome, frozenset(slopes.values()), overview.gist(row)


def words(row: Row, other: Row) -> str:
    """A result in words: its outcome, its message, and the gradients whose outcome is another in `other`."""
    slopes = [
        f"gradient for {name} {outcome}"
        for name, outcome in row.get("grad", {}).items()
        if _kind(outcome) != _kind(other.get("grad", {}).get(name, ""))
    ]
    said = ": ".join(filter(None, overview.said(row)))
    return "; ".join(filter(None, [row["outcome"], *slopes, said, row.get("grad_message", "")]))


def sentence(mode: str, base: str, total: Parity) -> str:
    """A mode in one line."""
    same, compared = total.gradients
    slopes = f", ∇ {same:,} of {compared:,}" if compared else ""
    return (
        f"{mode} beside {base}: {total.same:,} of {total.compared:,} with the same bits{slopes}; "
        f"{counted(len(total.apart), 'other verdict')}"
    )
