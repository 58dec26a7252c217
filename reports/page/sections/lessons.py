"""Page section of the command `lessons`: each lesson with its question, and the way to its page."""

from collections.abc import Mapping
from typing import Any

from reports.facts.text import anchor
from reports.page.sections.parts import Cell, Line, Section, Table

NOTE = "The same operator in every framework, step by step, with calls that were made and outputs that were computed."


def section(data: Mapping[str, Any]) -> Section:
    """One table of links; a backend that could not be asked is named."""
    problems = {name: one["problem"] for name, one in data["backends"].items() if "problem" in one}
    lost = "".join(f" {name} did not run: {problem}." for name, problem in problems.items())
    lines = [
        Line(
            Cell(lesson["title"], href=f"lessons/{lesson['name']}.html"),
            [Cell(lesson["predict"].replace("`", ""))],
            anchor(("lesson", lesson["name"])),
        )
        for lesson in data["lessons"]
    ]
    table = Table("Lessons", ["lesson", "predict first"], lines)
    return Section("lessons", "Lessons", NOTE + lost, [table], str(len(lines)), bool(lost), level="h3")
