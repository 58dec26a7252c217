"""The command `mutants`: the cases are tested themselves, with mistakes planted in the NumPy backend.

Each mistake is run like any backend: in a worker, with the built-in cases of the operators that feel it,
gradients too, and the ordinary verdict. A case kills it by a verdict that does not pass. Cases that the unchanged
backend does not pass kill nothing. The score is the share of mistakes that every one of their operators
notices; mistakes that provably change no result must survive, and are not counted.
"""

import concurrent.futures
import contextlib
import dataclasses
import fnmatch
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.commands.ready import ready
from harness.running.result import Result, judged
from harness.running.scheduler import Truths
from harness.workers import backends
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted
from harness.workers.mistaken import MUTANTS, catalogue, mistaken, planting
from harness.workers.supervisor import Supervisor
from reports.terminal import mutants as report
from reports.write import add
from spec import operators
from spec.core import Case
from spec.errors import UserError
from spec.examples import stored

NUMPY = "numpy"
NAMED = 3  # so many of the cases that kill a mistake are named


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one mistake: for each operator how many cases ran, and the ids of those that kill it.

    `status` is "killed", "survived" (one operator at least does not notice it), "harmless" (it survives, and
    should), "untouched" (the framework cannot compute any case that it touches), or "broken": it could not be planted,
    or a case kills it that should not.
    """

    mutant: Any
    cases: Mapping[str, int]
    kills: Mapping[str, list[str]]
    problem: str = ""

    @property
    def status(self) -> str:
        if self.problem or (self.mutant.same and any(self.kills.values())):
            return "broken"
        if self.mutant.same:
            return "harmless"
        if not self.kills:
            return "untouched"
        return "killed" if all(self.kills.values()) else "survived"

    def row(self) -> dict[str, Any]:
        """The outcome as plain data; the examples are of as many operators as possible."""
        ranked = [(place, case) for found in self.kills.values() for place, case in enumerate(found)]
        return {
            "mutant": self.mutant.name,
            "sentence": self.mutant.sentence,
            "status": self.status,
            "cases": dict(self.cases),
            "killed_by": {op: len(found) for op, found in self.kills.items()},
            "examples": [case for _, case in sorted(ranked, key=lambda one: one[0])[:NAMED]],
            "same": self.mutant.same,
            "problem": self.problem,
        }


def planted(globs: Iterable[str] = (), anywhere: bool = False) -> list[Any]:
    """The mistakes whose names match one of the globs, all for none; with `anywhere` those that any backend can have.

    Raises `UserError` for a glob without match.
    """
    known = {name: mutant for name, mutant in catalogue().items() if mutant.applies or not anywhere}
    chosen: dict[str, Any] = {}
    for glob in globs or ["*"]:
        found = fnmatch.filter(known, glob)
        if not found:
            kinds = sorted({name.partition("/")[0] for name in known})
            raise UserError(f"no mutant is named {glob!r}; the names are {'/..., '.join(kinds)}/...")
        chosen |= {name: known[name] for name in found}
    return list(chosen.values())


class Examination:
    """The mistakes one after the other, `jobs` at a time; the truth of each case is computed once for all.

    With `thorough` every case runs, else those of an operator only until one kills the mistake. `unsound` holds
    the cases that the unchanged backend does not pass: they kill nothing. In a framework, which may be unable to
    compute all the cases that a mistake touches, an operator without a single one that passes unchanged is left out;
    so it is where the mistake is one of gradients, and the framework has none.
    To be closed after use.
    """

    def __init__(self, backend: Backend, jobs: int = 2, thorough: bool = True) -> None:
        self.jobs, self.thorough = jobs, thorough
        self.elsewhere = backend.folder != MUTANTS.parent
        self.backend = mistaken(backend)
        self.control_lock = threading.Lock()
        self.truths = Truths(gradients=True)
        self.deadly: Counter = Counter()
        self.control = Supervisor(self.backend)
        self.idle = [Supervisor(self.backend) for _ in range(jobs)]
        self.sound: set[str] = set()
        self.unsound: set[str] = set()
        self.with_gradients: set[str] = set()
        self.cases = {name: list(operator.cases()) for name, operator in operators().items()}
        for case in stored.cases():
            self.cases[case.op].append(case)

    def close(self) -> None:
        """End the workers."""
        for supervisor in (self.control, *self.idle):
            supervisor.close()

    def outcomes(self, mutants: Iterable[Any]) -> Iterator[Outcome]:
        """The outcome of each mistake, in the order in which they end."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            waiting = [pool.submit(self.outcome, mutant) for mutant in mutants]
            for future in concurrent.futures.as_completed(waiting):
                yield future.result()

    def outcome(self, mutant: Any) -> Outcome:
        """What becomes of one mistake. That the backend raises is no kill: nothing wrong was returned."""
        touched = {op: [case for case in self.cases[op] if touches(mutant, case)] for op in mutant.operators}
        ran = {op: len(cases) for op, cases in touched.items()}
        kills: dict[str, list[str]] = {op: [] for op in mutant.operators}
        supervisor = self.idle.pop()
        try:
            supervisor.renew(planting(self.backend, mutant.name))
            for op, found in kills.items():
                for case in sorted(touched[op], key=lambda case: self._promise(mutant, case)):
                    if self._shows(mutant, self._result(supervisor, case)):
                        found.append(case.id)
                        if not self.thorough:
                            self.deadly[case.id] += 1  # likely to kill the next one too
                            break
        except NotStarted as error:
            return Outcome(mutant, ran, kills, str(error))
        finally:
            self.idle.append(supervisor)
        for op in [op for op, found in kills.items() if self.elsewhere and not found]:
            if not any(self._could_show(mutant, case) for case in touched[op]):
                del kills[op], ran[op]
        return Outcome(mutant, ran, kills)

    def _promise(self, mutant: Any, case: Case) -> tuple[int, int]:
        """Sorts cases first that are named after what the mistake is about, then those that killed many."""
        shared = set(re.findall(r"[a-z0-9]+", mutant.name)) & set(re.findall(r"[a-z0-9]+", case.id))
        return -len(shared - {*mutant.operators, "pairs"}), -self.deadly[case.id]

    def _shows(self, mutant: Any, result: Result) -> bool:
        """Whether a result gives the mistake away; one that should be harmless is so by raising, too."""
        if result.verdict.passed or not (result.reply["outcome"] == "computed" or mutant.same):
            return False
        return self._passes(result.case)

    def _could_show(self, mutant: Any, case: Case) -> bool:
        """Whether the unchanged backend passes a case, and computes what the mistake is about."""
        return self._passes(case) and (not mutant.gradients_alone or case.id in self.with_gradients)

    def _passes(self, case: Case) -> bool:
        """Whether the unchanged backend passes a case."""
        with self.control_lock:
            if case.id not in self.sound | self.unsound:
                verdict = self._result(self.control, case).verdict
                (self.sound if verdict.passed else self.unsound).add(case.id)
                if verdict.gradients:
                    self.with_gradients.add(case.id)
        return case.id in self.sound

    def _result(self, supervisor: Supervisor, case: Case) -> Result:
        truth, question = self.truths.of(case)
        return judged(case, self.backend.name, supervisor.put(case.id, question), truth, None)


def touches(mutant: Any, case: Case) -> bool:
    """Whether a mistake may change the result of a case, and the case is there for what the mistake is about.

    A case counts for a mistake beside some size or attribute only where its reason names them: else it would find it
    by chance.
    """
    if mutant.applies is None:
        return True
    if case.expect != "value":
        return False
    named = case.why.partition(": ")[2].split(", ")
    return all(any(part.startswith(f"{name} ") for part in named) for name in mutant.names) and mutant.applies(
        operators()[case.op], case.attrs, case.inputs
    )


def plant_mistakes(globs: tuple[str, ...], out: Path, jobs: int, name: str = NUMPY, every: bool = False) -> int:
    """Carry out the command: prints survivors, or `every` mistake, then the score; returns the exit code."""
    elsewhere = name != NUMPY
    wanted = planted(globs, elsewhere)
    (backend,) = ready(backends.select((name,)), out)
    if backend.problem:
        raise UserError(f"the environment {name} cannot be built: {backend.problem}")
    found = []
    with (
        contextlib.closing(Examination(backend, jobs, thorough=not elsewhere)) as examination,
        report.planting(len(wanted), every) as advance,
    ):
        for outcome in examination.outcomes(wanted):
            found.append(outcome.row())
            advance(found[-1])
    order = {mutant.name: place for place, mutant in enumerate(wanted)}
    found.sort(key=lambda row: order[row["mutant"]])
    table = {"schema_version": 1, **score(found), "unsound": sorted(examination.unsound), "mutants": found}
    report.show(table, add(out, "mutants", table), every)
    return 0 if table["killed"] == table["counted"] and not table["broken"] else 1


def score(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many mistakes were killed, of how many."""
    states = [row["status"] for row in rows]
    harmless, broken = states.count("harmless"), states.count("broken")
    return {
        "killed": states.count("killed"),
        "counted": states.count("killed") + states.count("survived"),
        "harmless": harmless,
        "broken": broken,
    }
