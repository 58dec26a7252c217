"""Cases down, backends across: what becomes of NaN, infinities, signed zeros, subnormal numbers and overflow."""

from collections.abc import Mapping, Sequence

from reports.overview import anchor, counted, problem, said
from reports.sections.parts import Block, Cell, Line, Section, Table
from reports.tables import Row

NOTE = (
    "What IEEE 754 arithmetic makes of the definitions when an image, a kernel or a cotangent holds a special value. "
    "A tick is just that result. The sign of a zero is not judged, but zeros of the other sign are counted."
)
PREFIX = "special/"


def section(names: Sequence[str], rows: Sequence[Row]) -> Section | None:
    """The cases in which somebody returns something else first; None for a run without any."""
    cases: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["case"].startswith(PREFIX):
            cases.setdefault(row["case"], {})[row["backend"]] = row
    if not cases:
        return None
    plain = {case for case, found in cases.items() if all(row["status"] == "pass" for row in found.values())}
    tables = [
        Table(caption, ["case", *names], [_line(case, cases[case], names) for case in part], folded)
        for part, folded, caption in (
            ([case for case in cases if case not in plain], False, "somebody returns something else, or nothing"),
            ([case for case in cases if case in plain], True, "as IEEE 754 has it everywhere"),
        )
        for caption in [f"{counted(len(part), 'case')}: {caption}"]
        if part
    ]
    return Section("special", "Special values", NOTE, tables, str(len(cases) - len(plain)))


def _line(case: str, found: Mapping[str, Row], names: Sequence[str]) -> Line:
    row = next(iter(found.values()))
    head = Cell(case.removeprefix(PREFIX), row.get("why", ""), href=anchor(("op", row["op"])))
    return Line(head, [_cell(found.get(name)) for name in names])


def _cell(row: Row | None) -> Cell:
    if row is None:
        return Cell("–", status="aside")
    if row["status"] == "pass":
        zeros = row.get("zero_signs", 0)
        return Cell("✓", f"{counted(zeros, 'zero')} of the other sign" if zeros else "", "aside")
    kind, message = said(row)
    return Cell(problem(row), status=row["status"], more=[Block(message, kind)] if message else [])
