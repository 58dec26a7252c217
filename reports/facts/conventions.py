"""Facts on conventions that all reports share: answers and interfaces in words, and when two backends differ."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Answer = Mapping[str, Any]


Found = Mapping[str, Any]  # question -> its answers, one for each interface; or {"problem": why}


def interface(api: str) -> str:
    """The last name of an interface with its arguments: "functional (padding=1)"."""
    name, _, more = api.partition(", ")
    return name.rpartition(".")[2] + (f" ({more})" if more else "")


def spoken(answer: Answer) -> str:
    """An answer in words, with the class of the error if there was one."""
    return f"{answer['answer']} ({answer['error']})" if answer.get("error") else answer["answer"]


def by_answer(answers: Sequence[Answer]) -> dict[str, list[str]]:
    """Answer of one backend -> the interfaces that give it."""
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
    """Whether all backends give the same answer."""
    return len({one["answer"] for found in answers.values() for one in found.get(question["id"], [])}) < 2
