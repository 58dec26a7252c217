"""The conventions as a table: questions down, frameworks across, in each cell what fits, by interface."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


def cell(answers: list[Mapping[str, Any]]) -> str:
    """The answers of one backend to one question: once where all interfaces agree, else by interface."""
    words = {one["answer"] for one in answers}
    if len(words) <= 1:
        return "".join(words)
    return "\n".join(f"{one['api'].rsplit('.', 1)[-1]}: {one['answer']}" for one in answers)


def show(table: Mapping[str, Any]) -> None:
    """Print the table."""
    console = Console()
    names = list(table["answers"])
    printed = Table("question", *names, show_lines=True)
    for question in table["questions"]:
        found = [table["answers"][name].get(question["id"], []) for name in names]
        printed.add_row(Text(f"{question['id']}\n{question['text']}"), *(Text(cell(answers)) for answers in found))
    console.print(printed)
    for name in names:
        if problem := table["answers"][name].get("problem"):
            console.print(Text(f"not asked: {name}: {problem}", style="red"))
    asked = sum(
        len(answers) for name in names for answers in table["answers"][name].values() if isinstance(answers, list)
    )
    console.print(f"{len(table['questions'])} questions, {asked} probes, every answer from the framework's own call")
