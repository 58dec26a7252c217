"""Page section of the command `determinism`: a row per operator, a column per backend."""

from collections.abc import Mapping
from typing import Any

from reports.facts.determinism import MEANING, arrays, rows
from reports.page.sections.parts import Block, Cell, Line, Section, Table

NOTE = (
    "Whether a framework returns the same bits when a call is repeated, in another process, with two threads instead "
    "of one, and for one image at a time instead of the batch. Measured, not judged: correct sums in another order "
    "may differ in their last bits. Named are the arrays whose bits change (dx is the gradient for x), and on "
    "demand the largest difference, as a part of the array's largest number."
)


def section(data: Mapping[str, Any]) -> Section:
    """One table; a backend that could not be run is named."""
    lines, names = rows(data), [name for name, about in data["backends"].items() if not about["problem"]]
    problems = {name: about["problem"] for name, about in data["backends"].items() if about["problem"]}
    lost = "".join(f" {name} did not run: {problem}." for name, problem in problems.items())
    table = Table(
        "What changes the bits of which arrays",
        ["operator", *names],
        [Line(Cell(row["op"]), [_cell(row["cells"][name]) for name in names]) for row in lines],
    )
    changing = sum(not cell["same"] for row in lines for cell in row["cells"].values() if cell["same"] is not None)
    return Section("determinism", "Determinism", NOTE + lost, [table], str(changing), bool(lost))


def _cell(cell: Mapping[str, Any]) -> Cell:
    refused = [Block(reason, case) for case, reason in cell["refused"].items()]
    if not cell["changes"]:
        return Cell("–" if cell["same"] is None else "same", status="aside", more=refused)
    changes = [
        Block(", ".join(f"{name} {float(apart):.1g}" for name, apart in changed.items()), f"{MEANING[question]}:")
        for question, changed in cell["changes"].items()
    ]
    text = "\n".join(f"{MEANING[question]}: {arrays(changed)}" for question, changed in cell["changes"].items())
    return Cell(text, status="known", more=[*changes, *refused])
