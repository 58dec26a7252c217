"""The numbers that the documents print which a lesson grew from, computed by the specification."""

import fnmatch
from typing import Any

from harness.judging import oracle
from harness.lessons.calls import text
from spec.core import Case
from spec.examples import stored
from spec.lessons.lesson import Lesson

SHOWN = 64  # numbers of an output; larger ones, weights after a training, are not printed by a document


def printed(lesson: Lesson) -> list[dict[str, Any]]:
    """The cases of the documents that belong to a lesson: what each shows, and its outputs as text."""
    return [
        {"case": case.id, "why": case.why, "output": _output(case)}
        for case in stored.cases()
        if any(fnmatch.fnmatchcase(case.id, glob) for glob in lesson.printed)
    ]


def _output(case: Case) -> str:
    truth = oracle.truth(case)
    if truth.rejected:
        return f"refused: {truth.rejected}"
    small = {name: one.value for name, one in truth.outputs.items() if one.value.size <= SHOWN}
    return "\n".join(f"{name} = {text(value)}" if len(small) > 1 else text(value) for name, value in small.items())
