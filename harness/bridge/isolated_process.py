"""Runs generated code in a framework's interpreter, without this project on its path."""

import dataclasses
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.source.standalone import Snippet
from harness.workers.backends import Backend
from harness.workers.gateway import THREADS
from harness.workers.worker import first_line

# Started with `python -I`, the folder of the jobs, and the number of the first job. A line for each job, at once: it
# must be known which one ended the process.
RUNNER = """
import json, pathlib, sys
import numpy
folder, first = pathlib.Path(sys.argv[1]), int(sys.argv[2])
convert, texts = {}, {}
exec((folder / "convert.py").read_text(), convert)
with open(folder / "found.jsonl", "a") as found:
    print("ready", flush=True)
    for job in json.loads((folder / "jobs.json").read_text())[first:]:
        try:
            if job["code"] not in texts:
                texts[job["code"]] = {"__name__": "text"}
                exec((folder / job["code"]).read_text(), texts[job["code"]])
            inputs = [convert["from_numpy"](numpy.load(folder / name)) for name in job["inputs"]]
            numpy.save(folder / job["output"], convert["to_numpy"](texts[job["code"]][job["function"]](*inputs)))
            said = ["computed", "", ""]
        except Exception as error:
            own = isinstance(error, (NameError, AttributeError, ImportError, SyntaxError))  # a fault of the text itself
            raised = type(error).__name__
            said = ["unsupported" if raised == "Unsupported" else "crashed" if own else "rejected", raised, str(error)]
        print(json.dumps(said), file=found, flush=True)
"""


@dataclasses.dataclass(frozen=True)
class Job:
    """A function of generated code, called with arrays by position."""

    code: str
    function: str
    inputs: Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Answer:
    """The result of a call: "computed" with an array; "rejected", "unsupported", "crashed" or "timed-out" with why."""

    outcome: str
    message: str = ""
    array: np.ndarray | None = None


def run(backend: Backend, jobs: Sequence[Job], timeout: float) -> list[Answer]:
    """The answer of each job, all in one process. A process that dies or hangs costs only the running job.

    `timeout`: seconds for all jobs that one process does.
    """
    with tempfile.TemporaryDirectory(prefix="convparity-") as name:
        folder = Path(name)
        _write(folder, backend, jobs)
        found: list[Answer] = []
        while len(found) < len(jobs):
            ready, end = _process(folder, backend, len(found), timeout)
            found = _found(folder)
            if len(found) < len(jobs):
                if not ready:
                    return found + [end] * (len(jobs) - len(found))
                with open(folder / "found.jsonl", "a") as file:
                    print(json.dumps([end.outcome, "", end.message]), file=file)
                found.append(end)
        return found


def _write(folder: Path, backend: Backend, jobs: Sequence[Job]) -> None:
    convert = Snippet(backend.adapter)
    convert.add("from_numpy")
    convert.add("to_numpy")
    (folder / "convert.py").write_text(convert.text())
    (folder / "runner.py").write_text(RUNNER)
    names = {code: f"text-{number}.py" for number, code in enumerate(dict.fromkeys(job.code for job in jobs))}
    for code, name in names.items():
        (folder / name).write_text(code)
    listed: list[dict[str, Any]] = []
    for number, job in enumerate(jobs):
        inputs = []
        for name, array in job.inputs.items():
            inputs.append(f"{number}-{name}.npy")
            np.save(folder / inputs[-1], array, allow_pickle=False)
        listed.append({"code": names[job.code], "function": job.function, "inputs": inputs, "output": f"{number}.npy"})
    (folder / "jobs.json").write_text(json.dumps(listed))


def _process(folder: Path, backend: Backend, first: int, timeout: float) -> tuple[bool, Answer]:
    """Run the jobs from number `first` on: whether the process started, and how it ended."""
    command = [str(backend.python), "-I", str(folder / "runner.py"), str(folder), str(first)]
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), **backend.environment}
    with open(folder / "stderr", "w+") as errors, open(folder / "stdout", "w+") as output:
        try:
            done = subprocess.run(command, cwd=folder, stdout=output, stderr=errors, timeout=timeout, env=environment)
            lines = (folder / "stderr").read_text(errors="replace").strip().splitlines()
            end = Answer("crashed", (lines or [f"exit code {done.returncode}"])[-1][:300])
        except subprocess.TimeoutExpired:
            end = Answer("timed-out", f"no answer within {timeout:g} s")
    return "ready" in (folder / "stdout").read_text(errors="replace"), end


def _found(folder: Path) -> list[Answer]:
    """The answers so far."""
    path, found = folder / "found.jsonl", []
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else []):
        outcome, kind, message = json.loads(line)
        array = np.load(folder / f"{number}.npy", allow_pickle=False) if outcome == "computed" else None
        name = f"{kind}: " if kind and outcome != "unsupported" else ""
        found.append(Answer(outcome, name + first_line(message), array))
    return found
