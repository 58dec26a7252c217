"""The command `scorecard`: how often a rule for comparing floats is wrong.

Correct arithmetic of many kinds, and every framework with one thread and with two, against faulty arithmetic,
on data of nine kinds. A rule that refuses what is correct raises a false alarm; one that passes what is faulty
misses. Tried are `harness.judging.verdict` and the tolerances in general use.

A fault does not show in all data: TF32 is exact for small whole numbers, a dropped tap is none of a bias's. It
counts as equivalent, and as no miss, where its errors, both root mean square and largest, taken in units of B,
are no larger than those of a correct summation of the same numbers. No rule is consulted for that.

What stays hidden: arithmetic whose errors are little more than those of correct sums. In float16, whose own sums
have errors of several units, these are operands or results of bfloat16's 8 bits, and one product of the wrong sign
where all rows of an image are alike. In float32 it is nothing here, though TF32 may hide where thousands of
products are summed for a few elements only, as in the gradient of a bias. `resolution` has the bits that are seen
in random numbers.
"""

import concurrent.futures
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.judging import oracle
from harness.judging.oracle import Expected, Truth
from harness.scorecard.arithmetic import CORRECT, FAULTY, blas, cut
from harness.scorecard.data import ARRAYS, KINDS, SIZES, cases, sums
from harness.scorecard.tolerances import OURS, RULES, refusing
from harness.workers import backends, environments
from harness.workers.backends import Backend
from harness.workers.gateway import THREADS, NotStarted
from harness.workers.supervisor import Supervisor
from harness.workers.wire import unpack_all
from reports.run_folder import tables_folder
from spec.core import Case

SCHEMA_VERSION = 1
Question = tuple[str, Case, Truth]  # with the kind of data


@dataclasses.dataclass(frozen=True)
class Trial:
    """One array by one implementation, and which rules refused it.

    `rms` and `largest` are its errors in units of B; `excess` is `rms` over that of the worst correct summation.
    """

    dtype: str
    data: str
    array: str
    implementation: str
    faulty: bool
    refused: frozenset[str]
    rms: float
    largest: float
    equivalent: bool = False
    excess: float = 0.0

    @property
    def place(self) -> str:
        """Array and data."""
        return f"{self.array} {self.data}"

    def wrong(self, rule: str) -> bool:
        """Whether a rule is: a false alarm, or a miss."""
        return not self.equivalent and (rule in self.refused) != self.faulty


def expectations(truth: Truth) -> dict[str, Expected]:
    """The truth of each array."""
    return {"y": truth.outputs["y"], **{f"d{name}": one for name, one in truth.gradients.items()}}


def trial(data: str, case: Case, array: str, name: str, faulty: bool, actual: np.ndarray, expected: Expected) -> Trial:
    """Put every rule to one array."""
    refused = refusing(actual, expected, case.tier == "integers")
    with np.errstate(all="ignore"):
        error = np.where(actual == expected.value.astype(actual.dtype), 0, abs(actual.astype("f8") - expected.value))
        share = np.nan_to_num(np.divide(error, expected.scale, out=np.zeros_like(error), where=error != 0), nan=np.inf)
        rms = float(np.sqrt(np.mean(np.square(share))))
    return Trial(case.dtype.name, data, array, name, faulty, refused, rms, float(share.max()))


def emulated(data: str, case: Case, truth: Truth) -> Iterator[Trial]:
    """Every arithmetic of `harness.scorecard.arithmetic` on a case."""
    expected = expectations(truth)
    for array, left, right, shaped in sums(case):
        found = [
            trial(data, case, array, one.name, one.faulty, shaped(one.compute(array, left, right)), expected[array])
            for one in (*CORRECT, *FAULTY)
            if case.dtype.name in one.dtypes
        ]
        rms, largest = (max(getattr(one, key) for one in found if not one.faulty) for key in ("rms", "largest"))
        for one in found:
            same = one.faulty and one.rms <= rms and one.largest <= largest
            yield dataclasses.replace(one, equivalent=same, excess=one.rms / rms if rms else 0.0)


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
    station = Supervisor(dataclasses.replace(backend, environment=environment), timeout)
    name = f"{backend.name}, {threads} thread{'s' if threads > 1 else ''}"
    found = Answers(backend.name)
    try:
        found.version = str(station.open().description.get("version", ""))
        for data, case, truth in asked:
            reply = station.answer(case, truth.cotangent)
            if reply["outcome"] != "computed" or "gradient_error" in reply:
                problem = reply.get("gradient_error", reply)
                found.problems[f"{name}, {case.dtype}"] = f"{problem['outcome']}: {problem.get('message', '')}"
            arrays = unpack_all(reply.get("outputs", {}))
            arrays |= {f"d{key}": array for key, array in unpack_all(reply.get("gradients", {})).items()}
            expected = expectations(truth)
            found.trials += [trial(data, case, key, name, False, array, expected[key]) for key, array in arrays.items()]
    except NotStarted as error:
        found.problems[name] = str(error)
    finally:
        station.close()
    return found


def resolution() -> dict[str, dict[str, int | None]]:
    """array -> rule -> how many significant bits the operands may have and still be refused, for normal float32 data.

    None where the rule refuses all 24.
    """
    _, case = next(cases({"float32": SIZES["float32"]}))
    expected = expectations(oracle.truth(case))
    found: dict[str, dict[str, int | None]] = {}
    for array, left, right, shaped in sums(case):
        refused = {
            bits: refusing(shaped(blas(cut(left, bits), cut(right, bits))), expected[array], False)
            for bits in range(24, 4, -1)
        }
        seen = {name: next((bits for bits in refused if name in refused[bits]), 0) for name in RULES}
        found[array] = {name: None if bits == 24 else bits for name, bits in seen.items()}
    return found


def count(trials: Sequence[Trial], rule: str) -> dict[str, int]:
    """How often a rule is wrong, and of how many."""
    correct, faulty = ([one for one in trials if not one.equivalent and one.faulty == kind] for kind in (False, True))
    return {
        "false_alarms": sum(one.wrong(rule) for one in correct),
        "correct": len(correct),
        "misses": sum(one.wrong(rule) for one in faulty),
        "faulty": len(faulty),
    }


def counts(trials: Sequence[Trial]) -> dict[str, dict[str, int]]:
    """rule -> how often it is wrong."""
    return {rule: count(trials, rule) for rule in RULES}


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


def perform(wanted: tuple[str, ...], out: Path, jobs: int, timeout: float) -> int:
    """Carry out the command; returns 1 if our rule is wrong where it must not be. Raises `UserError`."""
    from reports import add
    from reports.terminal import run
    from reports.terminal import scorecard as report

    selected = backends.select(wanted)
    tables_folder(out)
    with run.building() as progress:
        ready = environments.resolve(selected, progress)
        started = time.perf_counter()
        data = _data(ready, jobs, timeout, progress)
    data["seconds"] = round(time.perf_counter() - started, 3)
    report.show(data, add(out, "scorecard", data))
    return 1 if failed(data["totals"]) else 0


def failed(totals: Mapping[str, Mapping[str, Mapping[str, int]]]) -> bool:
    """Whether our rule refuses what is correct, or misses a fault in float32; in float16 some cannot be seen."""
    alarms = any(found[OURS]["false_alarms"] for found in totals.values())
    return alarms or bool(totals["float32"][OURS]["misses"])


def _data(ready: Sequence[Backend], jobs: int, timeout: float, progress: Callable[[str, str], None]) -> dict[str, Any]:
    """All trials, the frameworks' beside the emulated ones."""
    asked = [(data, case, oracle.truth(case)) for data, case in cases()]

    def answers(backend: Backend, threads: int) -> Answers:
        progress(backend.name, f"the framework itself, threads: {threads}")
        return framework(backend, threads, asked, timeout)

    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        pending = [pool.submit(answers, backend, threads) for backend in ready for threads in (1, 2)]
        trials: list[Trial] = []
        for question in asked:
            progress("arithmetics", question[1].id)
            trials += emulated(*question)
        found = [one.result() for one in pending]
    return table([*trials, *(one for each in found for one in each.trials)]) | {
        "resolution": resolution(),
        "backends": {each.backend: each.version for each in found},
        "problems": {key: problem for each in found for key, problem in each.problems.items()},
    }
