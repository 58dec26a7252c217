"""Page section of the command `processors`: a table per framework, a row per operator, a column per level."""

from collections.abc import Mapping
from typing import Any

from reports.facts.processors import level, said
from reports.page.sections.parts import EMPTY, Block, Cell, Line, Section, Table

NOTE = (
    "What changes when a framework is held to a smaller instruction set than the processor has, by the switches of its "
    "own parts: in how many cases the bits of the output are others (and of the gradients, ∇), in how many the verdict "
    "is another one, and how many are refused there alone. Cases with another verdict open on demand."
)


def section(data: Mapping[str, Any]) -> Section:
    """A table for each framework; a backend that could not be run is named."""
    problems = {name: about["problem"] for name, about in data["backends"].items() if about["problem"]}
    lost = "".join(f" {name} did not run: {problem}." for name, problem in problems.items())
    tables = [_table(data, name, found) for name, found in data["results"].items()]
    others = [
        len(one["cases"])
        for found in data["results"].values()
        for cell in found["all"].values()
        for one in cell["verdicts"]
    ]
    note = f"{NOTE} This processor is {data['processor']}.{lost}"
    return Section("processors", "Processors", note, tables, str(sum(others)), bool(lost))


def _table(data: Mapping[str, Any], name: str, found: Mapping[str, Any]) -> Table:
    modes = list(found["all"])
    used = Line(Cell("in use"), [Cell(data["backends"][mode]["processor"], status="aside") for mode in modes])
    lines = [Line(Cell(op), [_cell(cells.get(mode)) for mode in modes]) for op, cells in found.items()]
    base = data["bases"][name]
    title = f"{name}: held to less than {data['backends'][base]['processor']}"
    return Table(title, ["operator", *map(level, modes)], [used, *lines])


def _cell(cell: Mapping[str, Any] | None) -> Cell:
    if cell is None:
        return EMPTY
    more = [
        block
        for one in cell["verdicts"]
        for block in (
            Block(", ".join(one["cases"]), f"{len(one['cases'])}:"),
            Block(one["before"], "as it is:"),
            Block(one["after"], "here:"),
            *(Block(entry, "Known:") for entry in one["known"]),
        )
    ]
    words = said(cell)
    bad = any(one["status"] not in ("pass", "known") for one in cell["verdicts"])
    return Cell(words, status="fail" if bad else "aside" if words == "same" else "known", more=more)
