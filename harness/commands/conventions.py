"""The command `conventions`: every backend is asked every question, by the framework's own default call.

No answer is written by hand. The specification computes what each hypothesis predicts, a probe in the backend's
`conventions/` makes the framework's call, and the hypothesis that fits is the answer. The probe's code is stored
beside it, so that a reader sees what was called.
"""

import concurrent.futures
import fnmatch
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.commands.ready import ready
from harness.lessons import versions
from harness.source.probes import probes
from harness.workers import backends
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted
from harness.workers.supervisor import Supervisor
from harness.workers.wire import pack_all, unpack
from reports.run_folder import tables_folder
from spec.errors import UserError
from spec.questions import questions, subject
from spec.questions.question import REFUSES, Question

NONE = "none of these"


def ask_questions(
    names: tuple[str, ...], globs: tuple[str, ...], out: Path, jobs: int, timeout: float, remember: bool = False
) -> int:
    """Ask, print the answers and write them to `out`/tables/conventions.json; 1 if a backend could not be asked.

    With `remember` the answers of other versions than the pinned ones are kept beside the adapter as well.
    """
    from reports.terminal import conventions as report
    from reports.write import add

    chosen = choose(globs)
    tables_folder(out)
    table = answer(names, chosen, jobs, timeout)
    add(out, "conventions", table)
    report.show(table)
    for one in backends.select(names) if remember else ():
        if one.version and "problem" not in table["answers"][one.name]:
            print(versions.remember(one.folder, one.version, table["answers"][one.name]))
    return _complete(table)


def compare_two(source: str, target: str, globs: tuple[str, ...], jobs: int, timeout: float) -> int:
    """Ask two backends and print where they differ, with the bridge; 1 if one of them could not be asked."""
    from reports.terminal import conventions as report

    if source == target:
        raise UserError(f"{source} cannot be compared with itself")
    table = answer((source, target), choose(globs), jobs, timeout)
    report.show_differences(table)
    return _complete(table)


def choose(globs: tuple[str, ...]) -> list[Question]:
    """The questions whose ids match one of the globs, or all if there is none. Raises `UserError`."""
    for glob in globs:
        if not fnmatch.filter(questions(), glob):
            topics = dict.fromkeys(name.partition(".")[0] for name in questions())
            raise UserError(f"no question matches {glob!r}; their ids begin with: {', '.join(topics)}")
    return [one for one in questions().values() if not globs or any(fnmatch.fnmatch(one.id, glob) for glob in globs)]


def answer(names: tuple[str, ...], asked: list[Question], jobs: int, timeout: float) -> dict[str, Any]:
    """Questions and answers as plain data, `jobs` backends at a time."""
    found = ready(backends.select(names))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        answers = dict(zip((one.name for one in found), pool.map(lambda one: ask(one, asked, timeout), found)))
    return {"questions": [describe(one) for one in asked], "answers": answers}


def _complete(table: Mapping[str, Any]) -> int:
    """1 if a backend could not be asked, though this system can have it."""
    return 1 if any("problem" in found and not found.get("excused") for found in table["answers"].values()) else 0


def ask(backend: Backend, asked: list[Question], timeout: float) -> dict[str, Any]:
    """question -> list of answers, one for each interface; {"problem": why} where the backend cannot start."""
    found: dict[str, Any] = {}
    try:
        with Supervisor(backend, timeout) as supervisor:
            supervisor.open()
            sources = probes(backend.files("conventions"))
            for question in asked:
                mine = {api: source for (name, api), source in sources.items() if name == question.id}
                found[question.id] = [put(supervisor, question, api, source) for api, source in mine.items()]
    except NotStarted as error:
        return {"problem": str(error), **({"excused": True} if backend.excused else {})}
    return found


def put(supervisor: Supervisor, question: Question, api: str, source: str) -> dict[str, Any]:
    """One probe's answer: the interface, the code, the output, and the hypothesis that fits."""
    inputs = pack_all(dict(question.inputs))
    reply = supervisor.ask({"id": f"{question.id} {api}", "probe": [question.id, api], "inputs": inputs})
    cell = {"api": api, "code": source}
    if reply["outcome"] != "computed":
        answer = REFUSES if reply["outcome"] == "rejected" else reply["outcome"]
        return {**cell, "answer": answer, "error": reply.get("error_class") or "", "output": reply["message"]}
    answer = reply["answer"] if isinstance(reply["answer"], str) else unpack(reply["answer"])
    output = answer if isinstance(answer, str) else plain(answer)
    return {**cell, "answer": question.match(answer) or NONE, "output": output}


def plain(array: np.ndarray) -> str:
    """The numbers of an array in brackets, to four digits."""
    return np.array2string(array, precision=4, suppress_small=True, separator=" ", threshold=60)


def describe(question: Question) -> dict[str, Any]:
    """A question as plain data."""
    hypotheses = {name: one if isinstance(one, str) else plain(one) for name, one in question.hypotheses.items()}
    return {
        "id": question.id,
        "subject": subject(question.id),
        "text": question.text,
        "inputs": {name: plain(array) for name, array in question.inputs.items()},
        "hypotheses": hypotheses,
        "explanation": question.explanation,
        "bridge": question.bridge,
    }
