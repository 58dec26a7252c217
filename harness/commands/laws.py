"""The command `laws`: every law on every backend, in parallel, judged as it arrives.

A trial is one law in one geometry with data of one tier: with whole numbers both sides must be equal, with
reals they may differ by the sum of their worst-case bounds. No truth is needed but the size of these bounds.
"""

import concurrent.futures
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.judging.ledger import Ledger
from harness.judging.verdict import Comparison, Verdict
from harness.laws.asker import Asker, Bounds, NoAnswer, by
from harness.workers import backends, environments
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted
from harness.workers.supervisor import Supervisor
from reports.run_folder import finite, tables_folder
from spec.errors import UserError
from spec.laws import Law, Side, laws
from spec.laws.law import reading

SCHEMA_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Trial:
    """One trial of a law.

    `ratio` is the worst of |left - right| / bound, `ledger` the entry that explains what went wrong.
    """

    law: str
    name: str
    backend: str
    outcome: str
    ratio: float = 0.0
    message: str = ""
    ledger: str = ""

    @property
    def status(self) -> str:
        """pass, unsupported (the adapter says why), known (the ledger explains it), or fail."""
        if self.outcome in ("exact", "close"):
            return "pass"
        if self.outcome == "unsupported":
            return "unsupported"
        return "known" if self.ledger else "fail"


@dataclasses.dataclass
class Findings:
    """What one backend did: its trials, its version, and why it could not be run to the end, if so."""

    trials: list[Trial] = dataclasses.field(default_factory=list)
    version: str = ""
    problem: str = ""


def compare(left: Side, right: Side, exactly: bool) -> tuple[str, float, str]:
    """Outcome (exact, close, differs), worst ratio to the bound, and the element where two sides differ most."""
    left, right = reading(left), reading(right)
    if left.shape != right.shape or left.value.size == 0:
        raise ValueError(f"the sides cannot be compared: their shapes are {left.shape} and {right.shape}")
    one, other = left.value.astype(np.float64), right.value.astype(np.float64)
    same = one == other
    if same.all():
        return "exact", 0.0, ""
    with np.errstate(all="ignore"):
        ratio = np.nan_to_num(abs(one - other) / (left.bound + right.bound), nan=np.inf)
    ratio = np.where(same, 0.0, ratio)
    worst = tuple(map(int, np.unravel_index(np.argmax(ratio), ratio.shape)))
    if not exactly and ratio.max() <= 1:
        return "close", float(ratio.max()), ""
    place = f"element {list(worst)} " if worst else ""
    message = f"{place}is {one[worst]:.9g} on the left, {other[worst]:.9g} on the right"
    wrong = int((~same if exactly else ratio > 1).sum())
    return "differs", float(ratio.max()), f"{message}; {wrong} of {ratio.size} differ"


def attempt(law: Law, name: str, tier: str, asker: Asker) -> tuple[str, float, str, str]:
    """Outcome, ratio and message of one trial, and for one that went wrong which part: output or gradient."""
    asker.start(f"law/{law.name}/{name}/{tier}-float32", tier)
    try:
        left, right = law.sides(name, asker, asker.draw)
    except NoAnswer as error:
        asker.cases = [error.case]
        message = str(error) if error.case.op in str(error) else f"{error.case.op}: {error}"
        return error.outcome, 0.0, message, error.part
    return *compare(left, right, tier == "integers"), "output"


def examine(backend: Backend, chosen: Sequence[Law], bounds: Bounds, timeout: float, advance: Callable) -> Findings:
    """Try the laws on one backend; `advance` hears of every trial."""
    found, station = Findings(), Supervisor(backend, timeout)
    try:
        description = station.open().description
        found.version = str(description.get("version", ""))
        ledger, asker = Ledger.of(backend, description), Asker(by(station), bounds)
        for law in chosen:
            for name, tier in law.trials():
                outcome, ratio, message, part = attempt(law, name, tier, asker)
                entry = "" if outcome in ("exact", "close") else explained(ledger, asker, outcome, part)
                trial = Trial(law.name, f"{name}/{tier}", backend.name, outcome, ratio, message, entry)
                found.trials.append(trial)
                advance(trial)
    except NotStarted as error:
        found.problem = str(error)
    finally:
        station.close()
    return found


def explained(ledger: Ledger, asker: Asker, outcome: str, part: str) -> str:
    """The ledger's entry for one of the trial's cases with this outcome, or ""."""
    gradients = {"x": Comparison(outcome)} if part == "gradient" else {}
    verdict = Verdict("exact" if gradients else outcome, gradients=gradients)
    return next((found[0] for case in asker.cases if (found := ledger.explain(case, verdict))), "")


def choose(names: Sequence[str]) -> list[Law]:
    """The laws of these names; all for none. Raises `UserError`."""
    for name in names:
        if name not in laws():
            raise UserError(f"unknown law {name!r}; choose from: {', '.join(laws())}")
    return [law for law in laws().values() if not names or law.name in names]


def perform(wanted: tuple[str, ...], names: tuple[str, ...], out: Path, jobs: int, timeout: float) -> int:
    """Carry out the command; returns the exit code. Raises `UserError`."""
    from reports import add
    from reports.terminal import laws as report
    from reports.terminal import run

    chosen = choose(names)
    selected = backends.select(wanted)
    with run.building() as progress:
        ready = environments.resolve(selected, progress)
    tables_folder(out)
    started = time.perf_counter()
    bounds, total = Bounds(), len(ready) * sum(1 for law in chosen for _ in law.trials())
    with run.running(total) as advance, concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        found = pool.map(lambda backend: examine(backend, chosen, bounds, timeout, advance), ready)
        findings = {backend.name: one for backend, one in zip(ready, found)}
    if all(trial.outcome == "unsupported" for one in findings.values() for trial in one.trials):
        for one in findings.values():
            one.problem = one.problem or "nothing was compared: the adapter expresses none of the laws"
    data = table(chosen, findings, time.perf_counter() - started)
    report.show(data, add(out, "laws", data))
    excused = {backend.name for backend in ready if backend.excused}
    lost = any(one.problem and name not in excused for name, one in findings.items())
    failed = any(trial.status == "fail" for one in findings.values() for trial in one.trials)
    return 1 if lost or failed else 0


def table(chosen: Sequence[Law], findings: Mapping[str, Findings], seconds: float) -> dict[str, Any]:
    """The results as plain data, for `tables/laws.json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "seconds": round(seconds, 3),
        "backends": {name: {"version": one.version, "problem": one.problem} for name, one in findings.items()},
        "laws": [
            {
                "name": law.name,
                "formula": law.formula,
                "sentence": law.sentence,
                "operators": list(law.operators),
                "trials": len(list(law.trials())),
                "results": {name: _result(law, one) for name, one in findings.items()},
            }
            for law in chosen
        ],
    }


def _result(law: Law, findings: Findings) -> dict[str, Any]:
    """One law on one backend: how many trials came to what, the worst ratio, and all that did not pass."""
    trials = [trial for trial in findings.trials if trial.law == law.name]
    return {
        "status": _status(law, trials),
        "exact": sum(trial.outcome == "exact" for trial in trials),
        "close": sum(trial.outcome == "close" for trial in trials),
        "ratio": finite(max((trial.ratio for trial in trials if trial.status == "pass"), default=0.0)),
        "notes": list(_notes(trials)),
    }


def _status(law: Law, trials: Sequence[Trial]) -> str:
    """fail, not-run, known, unsupported where no trial could be made at all, else pass."""
    statuses = {trial.status for trial in trials}
    if "fail" in statuses:
        return "fail"
    if len(trials) < len(list(law.trials())):
        return "not-run"
    return "known" if "known" in statuses else "unsupported" if statuses == {"unsupported"} else "pass"


def _notes(trials: Sequence[Trial]) -> Iterator[dict[str, Any]]:
    for trial in trials:
        if trial.status != "pass":
            note = {"trial": trial.name, "status": trial.status, "outcome": trial.outcome, "message": trial.message}
            yield note | ({"ledger": trial.ledger} if trial.ledger else {})
