"""The command `laws`: every law on every backend, in parallel, judged as it arrives."""

import concurrent.futures
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.commands.ready import ready
from harness.judging.ledger import Ledger
from harness.laws.asker import Asker, Bounds, by
from harness.laws.trial import Trial, attempt
from harness.workers import backends
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted
from harness.workers.supervisor import Supervisor
from reports.run_folder import finite
from reports.terminal import laws as report
from reports.terminal import progress
from reports.write import add
from spec.errors import UserError
from spec.laws import Law, laws
from spec.outcomes import Outcome

SCHEMA_VERSION = 1


@dataclasses.dataclass
class Findings:
    """What one backend did: its trials, its version, and why it could not be run to the end, if so."""

    trials: list[Trial] = dataclasses.field(default_factory=list)
    version: str = ""
    problem: str = ""


def examine(backend: Backend, chosen: Sequence[Law], bounds: Bounds, timeout: float, advance: Callable) -> Findings:
    """Try the laws on one backend; `advance` hears of every trial."""
    found = Findings()
    try:
        with Supervisor(backend, timeout) as supervisor:
            description = supervisor.open().description
            found.version = str(description.get("version", ""))
            ledger, asker = Ledger.of(backend, description), Asker(by(supervisor), bounds)
            for law in chosen:
                for name, tier in law.trials():
                    outcome, ratio, message, part = attempt(law, name, tier, asker)
                    entry = "" if outcome.is_right else explained(ledger, asker, outcome, part)
                    trial = Trial(law.name, f"{name}/{tier}", backend.name, outcome, ratio, message, entry)
                    found.trials.append(trial)
                    advance(trial)
    except NotStarted as error:
        found.problem = str(error)
    return found


def explained(ledger: Ledger, asker: Asker, outcome: Outcome, part: str) -> str:
    """The ledger's entry for one of the trial's cases with this outcome, or ""."""
    return next((id for case in asker.cases if (id := ledger.speaks_of(case, part, outcome))), "")


def choose(names: Sequence[str]) -> list[Law]:
    """The laws of these names; all for none. Raises `UserError`."""
    for name in names:
        if name not in laws():
            raise UserError(f"unknown law {name!r}; choose from: {', '.join(laws())}")
    return [law for law in laws().values() if not names or law.name in names]


def try_laws(wanted: tuple[str, ...], names: tuple[str, ...], out: Path, jobs: int, timeout: float) -> int:
    """Carry out the command; returns the exit code. Raises `UserError`."""
    chosen = choose(names)
    found = ready(backends.select(wanted), out)
    started = time.perf_counter()
    bounds, total = Bounds(), len(found) * sum(1 for law in chosen for _ in law.trials())
    with progress.running(total) as advance, concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        results = pool.map(lambda backend: examine(backend, chosen, bounds, timeout, advance), found)
        findings = {backend.name: one for backend, one in zip(found, results)}
    if all(trial.outcome is Outcome.UNSUPPORTED for one in findings.values() for trial in one.trials):
        for one in findings.values():
            one.problem = one.problem or "nothing was compared: the adapter expresses none of the laws"
    data = table(chosen, findings, time.perf_counter() - started)
    report.show(data, add(out, "laws", data))
    excused = {backend.name for backend in found if backend.excused}
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
        "exact": sum(trial.outcome is Outcome.EXACT for trial in trials),
        "close": sum(trial.outcome is Outcome.CLOSE for trial in trials),
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
