"""The command `scorecard`: how often a rule for comparing floats is wrong.

Correct arithmetic of many kinds, and every framework with one thread and with two, against faulty arithmetic,
on data of nine kinds. A rule that refuses what is correct raises a false alarm; one that passes what is faulty
misses. Tried are `harness.judging.verdict` and the tolerances in general use.

What stays hidden: arithmetic whose errors are little more than those of correct sums. In float16, whose own sums
have errors of several units, these are operands or results of bfloat16's 8 bits, and one product of the wrong sign
where all rows of an image are alike. In float32 it is nothing here, though TF32 may hide where thousands of
products are summed for a few elements only, as in the gradient of a bias. `resolution` has the bits that are seen
in random numbers.
"""

import concurrent.futures
import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.commands.ready import ready
from harness.judging import oracle
from harness.judging.oracle import Truth
from harness.scorecard.arithmetic import CORRECT, FAULTY
from harness.scorecard.data import ARRAYS, KINDS, cases
from harness.scorecard.tolerances import OURS, RULES
from harness.scorecard.trial import Trial, counts, emulated, expectations, resolution, trial
from harness.workers import backends
from harness.workers.backends import Backend
from harness.workers.gateway import THREADS, NotStarted
from harness.workers.supervisor import Supervisor
from harness.workers.wire import unpack_all
from reports.terminal import progress
from reports.terminal import scorecard as report
from reports.write import add
from spec.core import Case

SCHEMA_VERSION = 1
Question = tuple[str, Case, Truth]  # with the kind of data


@dataclasses.dataclass
class Answers:
    """What one framework did: its trials, its version, and what it did not compute."""

    backend: str
    trials: list[Trial] = dataclasses.field(default_factory=list)
    version: str = ""
    problems: dict[str, str] = dataclasses.field(default_factory=dict)


def framework(backend: Backend, threads: int, asked: Sequence[Question], timeout: float) -> Answers:
    """A framework on every case, with a number of threads that its environment sets."""
    environment = {**backend.environment, **dict.fromkeys(THREADS, str(threads))}
    name = f"{backend.name}, {threads} thread{'s' if threads > 1 else ''}"
    found = Answers(backend.name)
    try:
        with Supervisor(dataclasses.replace(backend, environment=environment), timeout) as supervisor:
            found.version = str(supervisor.open().description.get("version", ""))
            for data, case, truth in asked:
                reply = supervisor.answer(case, truth.cotangent)
                if reply["outcome"] != "computed" or "gradient_error" in reply:
                    problem = reply.get("gradient_error", reply)
                    found.problems[f"{name}, {case.dtype}"] = f"{problem['outcome']}: {problem.get('message', '')}"
                arrays = unpack_all(reply.get("outputs", {}))
                arrays |= {f"d{key}": array for key, array in unpack_all(reply.get("gradients", {})).items()}
                expected = expectations(truth)
                for key, array in arrays.items():
                    found.trials.append(trial(data, case, key, name, False, array, expected[key]))
    except NotStarted as error:
        found.problems[name] = str(error)
    return found


def table(trials: Sequence[Trial]) -> dict[str, Any]:
    """Everything about the trials as plain data. `excess`: how much worse than correct sums what we miss can be."""
    texts = {one.name: one.text for one in (*CORRECT, *FAULTY)}
    groups: dict[tuple[str, bool, str], list[Trial]] = {}
    for one in trials:
        groups.setdefault((one.dtype, one.faulty, one.implementation), []).append(one)
    by_dtype = {
        dtype: [one for one in trials if one.dtype == dtype] for dtype in dict.fromkeys(t.dtype for t in trials)
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "rules": {name: text for name, (text, _) in RULES.items()},
        "data": {kind.__name__: kind.__doc__ for kind in KINDS},
        "totals": {dtype: counts(found) for dtype, found in by_dtype.items()},
        "excess": {
            dtype: round(max((one.excess for one in found if one.faulty and one.wrong(OURS)), default=0.0), 2)
            for dtype, found in by_dtype.items()
        },
        "arrays": {
            dtype: {array: counts([one for one in found if one.array == array]) for array in ARRAYS}
            for dtype, found in by_dtype.items()
        },
        "kinds": {
            dtype: {kind.__name__: counts([one for one in found if one.data == kind.__name__]) for kind in KINDS}
            for dtype, found in by_dtype.items()
        },
        "implementations": [
            {
                "dtype": dtype,
                "faulty": faulty,
                "name": name,
                "text": texts.get(name, "the framework's own convolution and automatic differentiation"),
                "tried": len(found),
                "equivalent": [one.place for one in found if one.equivalent],
                "wrong": {rule: [one.place for one in found if one.wrong(rule)] for rule in RULES},
            }
            for (dtype, faulty, name), found in groups.items()
        ],
    }


def count_mistakes(wanted: tuple[str, ...], out: Path, jobs: int, timeout: float) -> int:
    """Carry out the command; returns 1 if our rule is wrong where it must not be. Raises `UserError`."""
    found = ready(backends.select(wanted), out)
    started = time.perf_counter()
    with progress.building() as tell:
        data = _data(found, jobs, timeout, tell)
    data["seconds"] = round(time.perf_counter() - started, 3)
    report.show(data, add(out, "scorecard", data))
    return 1 if failed(data["totals"]) else 0


def failed(totals: Mapping[str, Mapping[str, Mapping[str, int]]]) -> bool:
    """Whether our rule refuses what is correct, or misses a fault in float32; in float16 some cannot be seen."""
    alarms = any(found[OURS]["false_alarms"] for found in totals.values())
    return alarms or bool(totals["float32"][OURS]["misses"])


def _data(found: Sequence[Backend], jobs: int, timeout: float, tell: Callable[[str, str], None]) -> dict[str, Any]:
    """All trials, the frameworks' beside the emulated ones."""
    asked = [(data, case, oracle.truth(case)) for data, case in cases()]

    def answers(backend: Backend, threads: int) -> Answers:
        tell(backend.name, f"the framework itself, threads: {threads}")
        return framework(backend, threads, asked, timeout)

    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        pending = [pool.submit(answers, backend, threads) for backend in found for threads in (1, 2)]
        trials: list[Trial] = []
        for question in asked:
            tell("arithmetics", question[1].id)
            trials += emulated(*question)
        answered = [one.result() for one in pending]
    return table([*trials, *(one for each in answered for one in each.trials)]) | {
        "resolution": resolution(),
        "backends": {each.backend: each.version for each in answered},
        "problems": {key: problem for each in answered for key, problem in each.problems.items()},
    }
