"""Page section on modes and versions: a table per framework, a row per operator, a column per mode."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.facts.matrix import Row
from reports.facts.modes import Family, Parity, families, groups, words
from reports.facts.text import anchor, counted
from reports.page.sections.parts import EMPTY, Block, Cell, Line, Section, Table, known
from spec.outcomes import Status

NOTE = (
    "One framework in several modes or versions. In how many cases a mode returns the very bits of the framework as "
    "it runs by default (and the same for the gradients, ∇), in how many the bits differ but both are within the "
    "bounds, and in how many the verdict is another one: refused here, wrong there. These cases open on demand."
)


def section(run: Mapping[str, Any], rows: Sequence[Row]) -> Section | None:
    """None for a run without a framework that it holds twice."""
    found = families(run, rows)
    if not found:
        return None
    apart = sum(len(total.apart) for family in found.values() for total in family.totals.values())
    tables = [_table(run, name, family) for name, family in found.items()]
    return Section("parity", "Modes and versions", NOTE, tables, str(apart))


def _table(run: Mapping[str, Any], name: str, family: Family) -> Table:
    lines = [
        Line(Cell(op, href=anchor(("op", op))), [_cell(run, family.base, cells.get(mode)) for mode in family.modes])
        for op, cells in family.operators.items()
    ]
    total = Line(Cell("all"), [_cell(run, family.base, family.totals[mode]) for mode in family.modes])
    return Table(f"{name}: beside {family.base}", ["operator", *family.modes], [*lines, total])


def _cell(run: Mapping[str, Any], base: str, parity: Parity | None) -> Cell:
    if parity is None:
        return EMPTY
    moved = len(parity.moved)
    same, slopes = parity.gradients
    asides = [
        f"∇ {same} of {slopes}" if slopes else "",
        f"{parity.within} within the bounds" if parity.within else "",
        f"{moved - parity.within} wrong in both" if moved > parity.within else "",
        counted(len(parity.apart), "other verdict") if parity.apart else "",
    ]
    worst = max((row["status"] for _, row in parity.apart), key=list(Status).index, default="")
    text = f"{parity.same} of {parity.compared} same bits"
    return Cell(text, " · ".join(filter(None, asides)), worst, _more(run, base, parity))


def _more(run: Mapping[str, Any], base: str, parity: Parity) -> list[Block]:
    """The cases with another verdict and what was said in both, then those with other bits."""
    blocks = []
    for pairs in groups(parity.apart):
        before, after = pairs[0]
        cases = ", ".join(row["case"] for _, row in pairs)
        blocks.append(Block(cases, f"{counted(len(pairs), 'other verdict')}:"))
        blocks += [Block(words(before, after), f"{base}:"), Block(words(after, before), "here:"), *known(run, after)]
    if parity.moved:
        blocks.append(Block(", ".join(row["case"] for row in parity.moved), "other bits:"))
    return blocks
