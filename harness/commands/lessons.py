"""The command `lessons`: every call of every lesson is made in every framework, and the pages are written from that."""

import concurrent.futures
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.commands import conventions
from harness.commands.ready import ready
from harness.lessons import calls, versions
from harness.lessons.mistakes import exercises
from harness.lessons.pictures import picture
from harness.lessons.printed import printed
from harness.workers import backends
from harness.workers.backends import Backend
from reports.lessons.write import write
from reports.write import add
from spec.errors import UserError
from spec.lessons import lessons
from spec.lessons.lesson import Lesson
from spec.questions import questions

SCHEMA_VERSION = 1


def teach(names: tuple[str, ...], wanted: tuple[str, ...], form: str, out: Path, jobs: int, timeout: float) -> int:
    """Compute the lessons and write them; 1 if a backend could not be asked. Raises `UserError`."""
    chosen = choose(wanted)
    found = ready(backends.select(names), out)
    started = time.perf_counter()
    table = compute(found, chosen, jobs, timeout)
    table["seconds"] = round(time.perf_counter() - started, 3)
    add(out, "lessons", table)
    for path in write(out, table, form):
        print(path)
    return 1 if any("problem" in one and not one.get("excused") for one in table["backends"].values()) else 0


def choose(wanted: Sequence[str]) -> list[Lesson]:
    """The lessons of these names, all without any. Raises `UserError`."""
    for name in wanted:
        if name not in lessons():
            raise UserError(f"there is no lesson {name!r}; choose from: {', '.join(lessons())}")
    return [one for one in lessons().values() if not wanted or one.name in wanted]


def compute(asked: Sequence[Backend], chosen: list[Lesson], jobs: int, timeout: float) -> dict[str, Any]:
    """Everything that the pages show, as plain data."""
    wanted = [questions()[name] for name in dict.fromkeys(name for one in chosen for name in one.questions)]

    def of(backend: Backend) -> tuple[dict[str, Any], dict[str, Any]]:
        return calls.ask(backend, chosen, timeout), conventions.ask(backend, wanted, timeout)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        found = dict(zip((one.name for one in asked), pool.map(of, asked)))
    answers = {name: given for name, (_, given) in found.items()}
    mistakes = {}
    for one in asked:
        if (one.folder / "mutants").is_dir():  # mistakes are planted in the backend that has them
            mistakes = exercises(one, chosen, timeout)
    order = list(lessons())
    older = {one.name: versions.stored(one.folder) for one in asked}
    return {
        "schema_version": SCHEMA_VERSION,
        "lessons": [
            describe(one, order.index(one.name) + 1, len(order), answers, older) | {"mistake": mistakes.get(one.name)}
            for one in chosen
        ],
        "backends": {name: mine for name, (mine, _) in found.items()},
    }


def describe(
    lesson: Lesson, number: int, count: int, answers: Mapping[str, Mapping], older: Mapping[str, Mapping]
) -> dict[str, Any]:
    """A lesson as plain data: its prose, its pictures, its answers, and the conventions that it explains.

    `answers` are those of each backend to the questions, `older` those of other versions of it.
    """
    return {
        "name": lesson.name,
        "title": lesson.title,
        "number": number,
        "of": count,
        "seeds": [[one.document, one.section] for one in lesson.seeds],
        "intro": list(lesson.intro),
        "predict": lesson.predict,
        "choices": list(lesson.choices),
        "inputs": {
            name: {
                "role": one.role,
                "shape": list(one.array.shape),
                "dtype": one.array.dtype.name,
                "data": one.array.tolist(),
            }
            for name, one in lesson.inputs.items()
        },
        "truth": _truth(lesson.truth),
        "ways": {
            label: {"means": way.means, "proof": way.proof, "truth": _truth(way.truth) if way.truth else ""}
            for label, way in lesson.ways.items()
        },
        "panels": [picture(panel) for panel in lesson.panels()],
        "questions": [_question(name, answers, older) for name in lesson.questions],
        "cases": list(lesson.cases),
        "printed": printed(lesson),
        "operator": lesson.operator,
        "formula": lesson.formula(),
        "sizes": lesson.sizes,
        "exercises": [{"question": one.question, "answer": one.answer()} for one in lesson.exercises],
        "takeaways": list(lesson.takeaways),
    }


def _truth(of: Callable[[], Any]) -> str:
    truth = of()
    return truth if isinstance(truth, str) else calls.text(truth)


def _question(name: str, answers: Mapping[str, Mapping], older: Mapping[str, Mapping]) -> dict[str, Any]:
    """A convention: the question, who answers what and since when, why, and what to write instead."""
    question = questions()[name]
    given: dict[str, dict[str, dict[str, str]]] = {}  # answer -> backend -> interface -> since when
    for backend, found in answers.items():
        for cell in found.get(name, []):
            since = versions.since(older.get(backend, {}), name, cell["api"], cell["answer"])
            given.setdefault(cell["answer"], {}).setdefault(backend, {})[cell["api"]] = since
    return {
        "id": name,
        "text": question.text,
        "answers": {
            answer: {"who": [api for of in mine.values() for api in of], "since": versions.who(mine)}
            for answer, mine in given.items()
        },
        "explanation": question.explanation,
        "bridge": question.bridge,
    }
