"""Page section of the command `laws`: a row per law, a column per backend."""

from collections.abc import Mapping
from typing import Any

from reports.facts.laws import rows as rows_of
from reports.facts.text import anchor, counted
from reports.page.sections.parts import Block, Cell, Line, Section, Table

NOTE = (
    "Identities that hold whatever the data are. Each backend computes both sides: with whole numbers they must be "
    "equal, with real numbers they may be apart as far as rounding allows. A number is the worst distance, as a part "
    "of that bound. No reference is needed to see that one fails."
)
STATUSES = {"pass": "", "unsupported": "aside", "known": "known", "not-run": "not-run", "fail": "fail"}


def section(data: Mapping[str, Any]) -> Section:
    """Laws that fail somewhere first."""
    names = list(data["backends"])
    rows = rows_of(data)
    broken = [row for row in rows if any(row["cells"][name]["status"] in ("fail", "not-run") for name in names)]
    held = [row for row in rows if row not in broken]
    tables = [
        Table(caption, ["law", *names], [_line(row, names) for row in part], folded, kind="laws")
        for part, folded, caption in (
            (broken, False, f"{counted(len(broken), 'law')} not shown to hold everywhere"),
            (held, True, f"{counted(len(held), 'law')} that hold everywhere"),
        )
        if part
    ]
    return Section("laws", "Laws", NOTE, tables, str(len(broken) or len(rows)), bool(broken))


def _line(row: Mapping[str, Any], names: list[str]) -> Line:
    head = Cell(row["name"], row["sentence"], formula=row["formula"])
    return Line(head, [_cell(row["cells"][name]) for name in names], anchor(("law", row["name"])))


def _cell(cell: Mapping[str, Any]) -> Cell:
    notes = [
        Block(
            f"{note['outcome']}: {note['message']}" + (f" (known: {note['ledger']})" if note["ledger"] else ""), trials
        )
        for note in cell["notes"]
        for trials in [", ".join(note["trials"])]
    ]
    return Cell(cell["text"], status=STATUSES[cell["status"]], more=notes)
