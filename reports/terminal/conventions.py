"""Prints the answers to the questions; or for two frameworks the questions that they answer differently."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from reports.facts.conventions import Answer, Found, by_answer, cell, differ, spoken, subjects
from reports.facts.text import counted
from spec.questions.question import REFUSES


def show(table: Mapping[str, Any]) -> None:
    """Print each question with its answers, and who gives which."""
    console = Console(highlight=False)
    for subject, questions in subjects(table["questions"], table["answers"]):
        console.print(Text(f"\n{subject}\n", style="bold underline"))
        for question in questions:
            _heading(console, question)
            answers = {name: found.get(question["id"], []) for name, found in table["answers"].items()}
            _pairs(console, ((answer, "; ".join(who)) for answer, who in _who(answers).items()))
    _lost(console, table["answers"])
    asked = sum(
        len(answers) for found in table["answers"].values() for answers in found.values() if isinstance(answers, list)
    )
    console.print(f"{len(table['questions'])} questions, {asked} probes, every answer from the framework's own call")


def show_differences(table: Mapping[str, Any]) -> None:
    """Print the questions that the two backends of the table answer differently, each with how to bridge it."""
    console = Console(highlight=False)
    (source, start), (target, end) = table["answers"].items()
    apart = [one for one in table["questions"] if differ(start.get(one["id"], []), end.get(one["id"], []))]
    for subject, questions in subjects(apart, table["answers"]):
        console.print(Text(f"\n{subject}\n", style="bold underline"))
        for question in questions:
            _heading(console, question)
            said = [(name, cell(table["answers"][name][question["id"]])) for name in (source, target)]
            _pairs(console, [*said, ("bridge", question["bridge"])])
    _lost(console, table["answers"])
    both = sum(bool(start.get(one["id"]) and end.get(one["id"])) for one in table["questions"])
    console.print(f"{source} and {target}: {len(apart)} of {counted(both, 'question')} answered differently")


def _who(answers: Mapping[str, Sequence[Answer]]) -> dict[str, list[str]]:
    """Answer -> the backends that give it, without interfaces where all agree; refusals last, with their errors."""
    found: dict[str, list[str]] = {}
    for name, given in answers.items():
        for said, interfaces in by_answer(given).items():
            answer = next(one["answer"] for one in given if spoken(one) == said)
            whole = len(interfaces) == len(given)
            error = said[len(answer) :]
            found.setdefault(answer, []).append(name + ("" if whole else f" {', '.join(interfaces)}") + error)
    return dict(sorted(found.items(), key=lambda item: item[0] == REFUSES))


def _heading(console: Console, question: Mapping[str, Any]) -> None:
    console.print(Text.assemble((question["text"], "bold"), (f"  {question['id']}", "dim")))


def _pairs(console: Console, pairs: Any) -> None:
    """Lines of two columns."""
    grid = Table.grid(Column(max_width=32), Column(overflow="fold"), padding=(0, 3, 0, 0))
    for left, right in pairs:
        grid.add_row(Text(left), Text(right))
    console.print(Padding(grid, (0, 0, 1, 2)))


def _lost(console: Console, answers: Mapping[str, Found]) -> None:
    for name, found in answers.items():
        if problem := found.get("problem"):
            console.print(Text(f"not asked: {name}: {problem}", style="red"))
