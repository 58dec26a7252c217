"""The conventions in the terminal: all frameworks, by answer; or two of them, only where they differ, with the bridge.

Also what both views and the page share: how an answer and an interface are written, and when two backends differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from reports.facts.run import counted
from spec.questions.question import REFUSES

Answer = Mapping[str, Any]
Found = Mapping[str, Any]  # question -> its answers, one for each interface; or {"problem": why}


def interface(api: str) -> str:
    """The last name of an interface, and what was said to it: "functional (padding=1)"."""
    name, _, more = api.partition(", ")
    return name.rpartition(".")[2] + (f" ({more})" if more else "")


def spoken(answer: Answer) -> str:
    """An answer in words, with the class of the error where there was one."""
    return f"{answer['answer']} ({answer['error']})" if answer.get("error") else answer["answer"]


def by_answer(answers: Sequence[Answer]) -> dict[str, list[str]]:
    """What one backend answers -> the interfaces that answer so."""
    found: dict[str, list[str]] = {}
    for one in answers:
        found.setdefault(spoken(one), []).append(interface(one["api"]))
    return found


def differ(one: Sequence[Answer], other: Sequence[Answer]) -> bool:
    """Whether two backends, both asked, differ in what their interfaces answer.

    Interfaces of one framework in two modes are compared by name, those of two frameworks all together.
    """
    mine, theirs = ({answer["api"]: answer["answer"] for answer in found} for found in (one, other))
    if mine.keys() == theirs.keys():
        return mine != theirs
    return bool(mine and theirs) and set(mine.values()) != set(theirs.values())


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


def compare(table: Mapping[str, Any]) -> None:
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


def cell(answers: Sequence[Answer]) -> str:
    """The answers of one backend to one question: once where all its interfaces agree, else a line for each answer."""
    found = by_answer(answers)
    return "".join(found) if len(found) < 2 else "\n".join(f"{', '.join(who)}: {said}" for said, who in found.items())


def subjects(
    questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Found]
) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The questions of each subject; those to which all give one answer come last."""
    for subject in dict.fromkeys(one["subject"] for one in questions):
        asked = [one for one in questions if one["subject"] == subject]
        yield subject, sorted(asked, key=lambda one: agreed(one, answers))


def agreed(question: Mapping[str, Any], answers: Mapping[str, Found]) -> bool:
    """Whether all who were asked give one and the same answer."""
    return len({one["answer"] for found in answers.values() for one in found.get(question["id"], [])}) < 2


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
