"""Page section of the command `conventions`: a table per subject, a row per question, a column per backend."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.facts.conventions import agreed, cell, subjects
from reports.facts.text import anchor, counted
from reports.page.sections.parts import EMPTY, Block, Cell, Line, Section, Table

NOTE = (
    "What each framework does when it is called by default. Nothing here was written down by hand: every hypothesis "
    "is computed from the specification, every answer by the call that its cell opens to, and the hypothesis that "
    "fits is named. A question opens to its explanation."
)
LONGEST = 160
UNKNOWN = "none of these"


def section(data: Mapping[str, Any]) -> Section:
    """A table for each subject; questions to which all give one answer stand at its end."""
    answers = {name: found for name, found in data["answers"].items() if "problem" not in found}
    tables = [_table(subject, questions, answers) for subject, questions in subjects(data["questions"], answers)]
    lost = "".join(
        f" {name} was not asked: {found['problem']}." for name, found in data["answers"].items() if "problem" in found
    )
    names = list(answers) if len(answers) > 1 else []
    count = str(len(data["questions"]))
    return Section("conventions", "Conventions", NOTE + lost, tables, count, bool(lost), names, level="h3")


def _table(subject: str, questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> Table:
    lines = [_line(question, [answers[name].get(question["id"], []) for name in answers]) for question in questions]
    apart = sum(not agreed(question, answers) for question in questions)
    caption = f"{subject}: {counted(len(questions), 'question')}, {apart} with different answers"
    return Table(caption, ["question", *answers], lines, True, kind="questions")


def _line(question: Mapping[str, Any], found: Sequence[Sequence[Mapping[str, Any]]]) -> Line:
    predicted = {name: words for name, words in question["hypotheses"].items() if words != name}
    more = [
        Block(question["explanation"]),
        Block(question["bridge"], "Bridge:"),
        *(Block(array, f"{name} is", True) for name, array in question["inputs"].items()),
        *(Block(words, f"{name} would give", True) for name, words in predicted.items()),
    ]
    head = Cell(question["text"], question["id"], more=more, hint=question["bridge"])
    place = anchor(("q", question["id"]))
    return Line(
        head, [_cell(answers, _key(answers, found)) for answers in found], place, "why it matters, and how to bridge it"
    )


def _key(answers: Sequence[Mapping[str, Any]], found: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    """A backend's answers as numbers, interface:answer, by which a reader's browser compares two of them."""
    every = [one for ones in found for one in ones]
    names, said = (list(dict.fromkeys(one[part] for one in every)) for part in ("api", "answer"))
    return " ".join(f"{names.index(one['api'])}:{said.index(one['answer'])}" for one in answers)


def _cell(answers: Sequence[Mapping[str, Any]], key: str) -> Cell:
    """What a backend answers, by interface where they differ."""
    if not answers:
        return EMPTY
    text = cell(answers)
    more = [
        Block(text, label, True)
        for one in answers
        for label, text in ((one["api"], one["code"]), (_verb(one), _cut(one["output"])))
    ]
    return Cell(text, status="known" if UNKNOWN in text else "", more=more, key=key)


def _cut(text: str) -> str:
    """What a call returned or said; some errors list all arguments."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _verb(answer: Mapping[str, Any]) -> str:
    return f"raises {answer['error']}:" if answer.get("error") else "returns"
