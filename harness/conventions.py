"""The command `conventions`: every backend is asked every question, by the framework's own default call.

Nothing is asserted by hand: each hypothesis is computed by the specification, each answer comes from a probe in
the backend's `conventions.py`, and what fits is named. A cell holds the probe's own text, so that a reader sees
what was called.
"""

import ast
import concurrent.futures
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness import backends, envs
from harness.backends import Backend
from harness.errors import UserError
from harness.gateway import NotStarted
from harness.station import Station
from harness.store import tables_folder
from harness.wire import pack_all, unpack
from spec.questions import questions
from spec.questions.core import REFUSES, Question

NONE = "none of these"


def perform(names: tuple[str, ...], chosen: tuple[str, ...], out: Path, jobs: int, timeout: float) -> int:
    """Ask, print the table and write it to `out`/tables/conventions.json; 1 if a backend could not be asked."""
    from reports import add, terminal
    from reports import conventions as report

    for name in chosen:
        if name not in questions():
            raise UserError(f"unknown question {name!r}; choose from: {', '.join(questions())}")
    with terminal.building() as progress:
        ready = envs.resolve(backends.select(names), progress)
    tables_folder(out)
    asked = [question for question in questions().values() if not chosen or question.id in chosen]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        answers = dict(zip((one.name for one in ready), pool.map(lambda one: ask(one, asked, timeout), ready)))
    table = {"questions": [describe(question) for question in asked], "answers": answers}
    add(out, "conventions", table)
    report.show(table)
    return 1 if any("problem" in found for found in answers.values()) else 0


def ask(backend: Backend, asked: list[Question], timeout: float) -> dict[str, Any]:
    """question -> list of answers, one for each interface; {"problem": why} where the backend cannot start."""
    station = Station(backend, timeout)
    found: dict[str, Any] = {}
    try:
        station.open()
        sources = probes(backend.folder / "conventions.py")
        for question in asked:
            mine = {api: source for (name, api), source in sources.items() if name == question.id}
            found[question.id] = [put(station, question, api, source) for api, source in mine.items()]
    except NotStarted as error:
        return {"problem": str(error)}
    finally:
        station.close()
    return found


def put(station: Station, question: Question, api: str, source: str) -> dict[str, Any]:
    """One probe's answer: the interface, its code, what came out, and the hypothesis that fits."""
    inputs = pack_all(dict(question.inputs))
    reply = station.ask({"id": f"{question.id} {api}", "probe": [question.id, api], "inputs": inputs})
    cell = {"api": api, "code": source}
    if reply["outcome"] != "computed":
        words = ": ".join(part for part in (reply.get("error_class"), reply["message"]) if part)
        answer = REFUSES if reply["outcome"] == "rejected" else reply["outcome"]
        return {**cell, "answer": answer, "output": words}
    answer = reply["answer"] if isinstance(reply["answer"], str) else unpack(reply["answer"])
    output = answer if isinstance(answer, str) else plain(answer)
    return {**cell, "answer": question.match(answer) or NONE, "output": output}


def plain(array: np.ndarray) -> str:
    """An array as a reader wants to see it: its numbers in brackets, to four digits."""
    return np.array2string(array, precision=4, suppress_small=True, separator=" ", threshold=60)


def describe(question: Question) -> dict[str, Any]:
    """A question as plain data."""
    hypotheses = {name: one if isinstance(one, str) else plain(one) for name, one in question.hypotheses.items()}
    return {
        "id": question.id,
        "text": question.text,
        "inputs": {name: plain(array) for name, array in question.inputs.items()},
        "hypotheses": hypotheses,
        "explanation": question.explanation,
        "bridge": question.bridge,
    }


def probes(path: Path) -> Mapping[tuple[str, str], str]:
    """(question, interface) -> source text of each probe, read without importing it.

    The probes stand in the file `path` (`conventions.py`) and in those beside it whose names begin alike.
    """
    found = {}
    for file in sorted(path.parent.glob(f"{path.stem}*.py")):
        text = file.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            for decorator in getattr(node, "decorator_list", []):
                if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "probe":
                    question, api = (argument.value for argument in decorator.args[:2])  # type: ignore[attr-defined]
                    found[question, api] = ast.get_source_segment(text, node) or ""
    return found
