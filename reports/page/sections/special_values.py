"""Page section on NaN, infinities, signed zeros, subnormal numbers and overflow: a row per case."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.facts.matrix import Row
from reports.facts.run import problem
from reports.facts.text import anchor, counted
from reports.page.sections.parts import LONG, Cell, Line, Section, Table, explanation

NOTE = (
    "What IEEE 754 arithmetic makes of the definitions when an image, a kernel or a cotangent holds a special value. "
    "A tick is just that result. The sign of a zero is not judged, but zeros of the other sign are counted."
)
PREFIX = "special/"
VALUES = re.compile(r" is (\S+), the truth is ([^\s;]+)")  # in the judge's messages


def section(run: Mapping[str, Any], rows: Sequence[Row]) -> Section | None:
    """The cases in which somebody returns something else first; None for a run without any."""
    cases: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["case"].startswith(PREFIX):
            cases.setdefault(row["case"], {})[row["backend"]] = row
    if not cases:
        return None
    apart = [case for case, found in cases.items() if any(row["status"] != "pass" for row in found.values())]
    alike = [case for case in cases if case not in apart]
    tables = []
    for part, folded, words in (
        (apart, len(apart) > LONG, "in which somebody returns something else, or nothing"),
        (alike, True, "in which everybody returns what IEEE 754 says"),
    ):
        if part:
            lines = [_line(run, case, cases[case]) for case in part]
            tables.append(Table(f"{counted(len(part), 'case')} {words}", ["case", *run["backends"]], lines, folded))
    return Section("special", "Special values", NOTE, tables, str(len(apart)))


def _line(run: Mapping[str, Any], case: str, found: Mapping[str, Row]) -> Line:
    row = next(iter(found.values()))
    head = Cell(case.removeprefix(PREFIX), row.get("why", ""), href=anchor(("op", row["op"])))
    return Line(head, [_cell(run, found.get(name)) for name in run["backends"]])


def _cell(run: Mapping[str, Any], row: Row | None) -> Cell:
    if row is None:
        return Cell("–", status="aside")
    if row["status"] == "pass":
        zeros = row.get("zero_signs", 0)
        return Cell("✓", f"{counted(zeros, 'zero')} of the other sign" if zeros else "", "aside")
    values = VALUES.search(row.get("message", ""))
    return Cell(problem(row), f"{values[1]}, not {values[2]}" if values else "", row["status"], explanation(run, row))
