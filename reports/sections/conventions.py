"""Questions down, backends across: what the command `conventions` found."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.overview import counted
from reports.sections.parts import Block, Cell, Line, Section, Table

NOTE = (
    "What each framework does when it is called by default. Nothing here was written down by hand: every hypothesis "
    "is computed from the specification, every answer by the call that its cell opens to, and the hypothesis that "
    "fits is named."
)
UNKNOWN = "none of these"


def section(data: Mapping[str, Any]) -> Section:
    """A table for each topic, which is the first word of a question's id."""
    answers = {name: found for name, found in data["answers"].items() if "problem" not in found}
    topics: dict[str, list[Mapping[str, Any]]] = {}
    for question in data["questions"]:
        topics.setdefault(question["id"].partition(".")[0], []).append(question)
    tables = [_table(topic, questions, answers) for topic, questions in topics.items()]
    lost = "".join(
        f" {name} was not asked: {found['problem']}." for name, found in data["answers"].items() if "problem" in found
    )
    return Section("conventions", "Conventions", NOTE + lost, tables, str(len(data["questions"])), bool(lost))


def _table(topic: str, questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> Table:
    lines = [_line(question, [answers[name].get(question["id"], []) for name in answers]) for question in questions]
    apart = sum(
        len({one["answer"] for found in answers.values() for one in found.get(question["id"], [])}) > 1
        for question in questions
    )
    caption = f"{topic}: {counted(len(questions), 'question')}, {apart} with different answers"
    return Table(caption, ["question", *answers], lines, True, kind="questions")


def _line(question: Mapping[str, Any], found: Sequence[Sequence[Mapping[str, Any]]]) -> Line:
    predicted = {name: words for name, words in question["hypotheses"].items() if words != name}
    more = [
        Block(question["explanation"]),
        Block(question["bridge"], "Bridge:"),
        *(Block(array, f"{name} is", True) for name, array in question["inputs"].items()),
        *(Block(words, f"{name} would give", True) for name, words in predicted.items()),
    ]
    return Line(Cell(question["text"], question["id"], more=more), [_cell(answers) for answers in found])


def _cell(answers: Sequence[Mapping[str, Any]]) -> Cell:
    """The answer, by interface where they differ."""
    if not answers:
        return Cell("–", status="aside")
    words = {one["answer"] for one in answers}
    text = words.pop() if len(words) == 1 else "\n".join(f"{_short(one['api'])}: {one['answer']}" for one in answers)
    more = [
        Block(text, label, True)
        for one in answers
        for label, text in ((one["api"], one["code"]), ("returns", one["output"]))
    ]
    return Cell(text, status="known" if UNKNOWN in text else "", more=more)


def _short(api: str) -> str:
    return api.rpartition(".")[2]
