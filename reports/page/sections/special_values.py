"""Page section on NaN, infinities, signed zeros, subnormal numbers and overflow: a row per case."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.facts.matrix import Row
from reports.facts.run import problem
from reports.facts.text import counted
from reports.page.sections.cases import by_case, notable, tables
from reports.page.sections.parts import Cell, Section
from spec.outcomes import Status

NOTE = (
    "What IEEE 754 arithmetic makes of the definitions when an image, a kernel or a cotangent holds a special value. "
    "A tick is just that result. The sign of a zero is not judged, but zeros of the other sign are counted."
)
PREFIX = "special/"
VALUES = re.compile(r" is (\S+), the truth is ([^\s;]+)")  # in the judge's messages


def section(run: Mapping[str, Any], rows: Sequence[Row]) -> Section | None:
    """The cases in which somebody returns something else first; None for a run without any."""
    cases = by_case(rows, lambda case: case.startswith(PREFIX))
    if not cases:
        return None
    apart = notable(cases, lambda row: row["status"] != Status.PASS)
    words = "in which somebody returns something else, or nothing", "in which everybody returns what IEEE 754 says"
    found = tables(run, cases, apart, words, lambda case: case.removeprefix(PREFIX), _cell)
    return Section("special", "Special values", NOTE, found, str(len(apart)))


def _cell(row: Row) -> Cell:
    if row["status"] == Status.PASS:
        zeros = row.get("zero_signs", 0)
        return Cell("✓", f"{counted(zeros, 'zero')} of the other sign" if zeros else "", "aside")
    values = VALUES.search(row.get("message", ""))
    return Cell(problem(row), f"{values[1]}, not {values[2]}" if values else "", row["status"])
