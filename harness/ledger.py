"""Known differences: typed records beside each adapter, matched against what a run finds.

The ledger is strict in both directions: a difference without an entry fails, and an entry that no selected
case reproduces fails too, so that it never outlives what it explains.
"""

import dataclasses
from collections.abc import Iterable

from packaging.specifiers import SpecifierSet

from backends.contract import Known
from harness.backends import Backend, load
from harness.judge import Verdict
from spec.core import Case


def entries(backend: Backend) -> tuple[Known, ...]:
    """The records in `ledger.py` beside the adapter; none where there is no such file."""
    module = load(backend.folder / "ledger.py", f"ledger_of_{backend.name}")
    return tuple(module.LEDGER) if module else ()


@dataclasses.dataclass
class Ledger:
    """The entries of one backend in one version, and which of them a run has reproduced."""

    known: tuple[Known, ...]
    version: str
    reproduced: set[str] = dataclasses.field(default_factory=set)
    selected: set[str] = dataclasses.field(default_factory=set)

    def explain(self, case: Case, verdict: Verdict) -> str:
        """The id of the entry that explains the whole of a verdict that did not pass, or ""."""
        problems = _problems(verdict)
        found = [known for known in self.known if self._applies(known, case)]
        self.selected.update(known.id for known in found)
        matching = [known for known in found if (known.part, known.outcome) in problems]
        if verdict.passed or not problems or problems - {(known.part, known.outcome) for known in matching}:
            return ""
        self.reproduced.update(known.id for known in matching)
        return matching[0].id

    def stale(self, gradients: bool = True) -> list[str]:
        """Entries whose cases ran without showing the difference; without `gradients` only those of outputs."""
        certain = (known for known in self.known if not known.depends)
        counted = {known.id for known in certain if gradients or known.part == "output"}
        return sorted((self.selected - self.reproduced) & counted)

    def covers(self, known: Known) -> bool:
        """Whether an entry speaks of the version at hand."""
        return SpecifierSet(known.versions).contains(self.version, prereleases=True)

    def _applies(self, known: Known, case: Case) -> bool:
        return case.op in known.operators and self.covers(known) and known.when(case)


def _problems(verdict: Verdict) -> set[tuple[str, str]]:
    """What did not pass, as (part, outcome): part is "output" or "gradient"."""
    slopes: Iterable = (one.outcome for one in verdict.gradients.values())
    bad = {("gradient", outcome) for outcome in slopes if outcome not in ("exact", "close")}
    if verdict.outcome not in ("exact", "close") and not (verdict.outcome == "rejected" and verdict.passed):
        bad.add(("output", verdict.outcome))
    return bad
