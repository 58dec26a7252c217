"""Page section of the command `mutants`: a row per planted mistake, and the cases that notice it."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from reports.facts.text import counted
from reports.page.pictures import grid
from reports.page.sections.parts import Block, Cell, Line, Section, Table

NOTE = (
    "The cases are tested themselves: with one mistake at a time planted in the NumPy backend, some case of every "
    "operator that feels it must notice. A mistake that provably changes no result must survive."
)
PARTS = {
    "survived": "that not every operator notices",
    "broken": "that could not be tried, or are noticed where they should not be",
    "killed": "that every operator notices",
    "harmless": "that change no result, and survive",
    "untouched": "that touch nothing the framework computes",
}
BAD = ("survived", "broken")


def section(data: Mapping[str, Any]) -> Section:
    """The mistakes that nobody notices first."""
    tables = []
    for status, meaning in PARTS.items():
        rows = [row for row in data["mutants"] if row["status"] == status]
        if rows:
            caption = f"{counted(len(rows), 'mistake')} {meaning}"
            columns = ["mistake", "cases that notice it", "such as"]
            lines = _subjects(rows) if status == "killed" else [_line(row) for row in rows]
            tables.append(Table(caption, columns, lines, status not in BAD, kind="mistakes"))
    score = f" {data['killed']:,} of {data['counted']:,} mistakes are noticed by every operator that feels them."
    unfit = data["unsound"]
    if unfit:
        score += f" {counted(len(unfit), 'case')} count for nothing, as the unchanged backend does not pass them."
    worry = any(row["status"] in BAD for row in data["mutants"])
    count = f"{data['killed']}/{data['counted']}"
    return Section("mutants", "Planted mistakes", NOTE + score, tables, count, worry, pictures=[_picture(data)])


def _picture(data: Mapping[str, Any]) -> tuple[str, Markup]:
    """Subjects of mistakes against operators: the share of the cases, of those that feel a mistake, that notice it."""
    noticed: dict[tuple[str, str], list[int]] = {}
    for row in data["mutants"]:
        if row["status"] in ("killed", "survived"):
            for op, cases in row["cases"].items():
                pair = noticed.setdefault((row["mutant"].partition("/")[0], op), [0, 0])
                pair[0] += row["killed_by"].get(op, 0)
                pair[1] += cases
    shares = {key: found / cases for key, (found, cases) in noticed.items() if cases}
    rows, columns = (sorted({key[place] for key in shares}) for place in (0, 1))
    label = "Of the cases of an operator that feel a mistake of a subject, how many in a hundred notice it"
    return label, grid(rows, columns, shares, label) if shares else Markup()


def _subjects(rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """A line for each subject: there are hundreds of mistakes, which open on demand."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["mutant"].partition("/")[0], []).append(row)
    lines = []
    for subject, mine in sorted(found.items()):
        noticed, felt = (sum(sum(row[part].values()) for row in mine) for part in ("killed_by", "cases"))
        sentences = [Block(" ".join(row["sentence"] for row in mine))]
        cells = [Cell(f"{noticed:,} of {felt:,}", counted(len(mine), "mistake"), more=sentences)]
        lines.append(Line(Cell(subject), [*cells, Cell("", ", ".join(mine[0]["examples"]))]))
    return lines


def _line(row: Mapping[str, Any]) -> Line:
    killed, cases = row["killed_by"], row["cases"]
    by_operator = [Block(f"{op}: {killed.get(op, 0)} of {count} cases") for op, count in cases.items()]
    noticed = f"{sum(killed.values())} of {sum(cases.values())}"
    unnoticed = ", ".join(op for op in cases if not killed.get(op))
    wrong = row["status"] in BAD
    aside = row["problem"] or (f"not by {unnoticed}" if wrong and unnoticed else "")
    return Line(
        Cell(row["sentence"], row["mutant"], more=[Block(row["same"], "The same:")] if row["same"] else []),
        [
            Cell(noticed, aside, "fail" if wrong else "", by_operator if len(by_operator) > 1 else ()),
            Cell("", ", ".join(row["examples"])),
        ],
    )
