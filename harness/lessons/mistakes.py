"""The exercise "which mistake gives this output?": a mistake planted in the NumPy backend, on a lesson's inputs."""

from typing import Any

import numpy as np

from harness.lessons.calls import text
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted
from harness.workers.mistaken import catalogue, mistaken, planting
from harness.workers.supervisor import Supervisor
from harness.workers.wire import unpack_all
from spec import operators
from spec.core import Case
from spec.lessons.lesson import Lesson

CHOICES = 3


def exercises(numpy: Backend, chosen: list[Lesson], timeout: float) -> dict[str, dict[str, Any]]:
    """lesson -> the wrong output, the sentences of some mistakes, and which of them it was; none without a mistake."""
    try:
        with Supervisor(mistaken(numpy), timeout) as supervisor:
            found = {one.name: _of(supervisor, one) for one in chosen if one.operator and one.attrs}
    except NotStarted:
        return {}
    return {name: one for name, one in found.items() if one}


def _of(supervisor: Supervisor, lesson: Lesson) -> dict[str, Any]:
    """The first mistakes whose outputs on the inputs of the lesson are wrong, and differ from each other."""
    given = case(lesson)
    seen: dict[str, str] = {compute(supervisor, given, ""): ""}
    for mutant in catalogue().values():
        if lesson.operator in mutant.operators and not mutant.same:
            output = compute(supervisor, given, mutant.name)
            if output:
                seen.setdefault(output, mutant.sentence)
        if len(seen) > CHOICES:
            break
    wrong = [(output, sentence) for output, sentence in seen.items() if sentence]
    if not wrong:
        return {}
    output, answer = wrong[len(lesson.name) % len(wrong)]  # not always the first
    return {"output": output, "choices": [sentence for _, sentence in wrong], "answer": answer}


def case(lesson: Lesson) -> Case:
    """The inputs of a lesson as a case of its operator."""
    inputs = {name: one.array.astype(np.float64) for name, one in lesson.inputs.items()}
    attrs = operators()[lesson.operator].complete(lesson.attrs)
    return Case(f"lesson/{lesson.name}", lesson.operator, attrs, inputs, gradient=False)


def compute(supervisor: Supervisor, case: Case, mutant: str) -> str:
    """The output under a mistake, as text; "" where it is refused."""
    supervisor.renew(planting(supervisor.backend, mutant))
    outputs = unpack_all(supervisor.answer(case).get("outputs", {}))
    return text(next(iter(outputs.values()))) if outputs else ""
