"""Known differences: typed records beside each adapter, matched against what a run finds.

The ledger is strict in both directions: a difference without an entry fails, and an entry that no selected
case reproduces fails too, so that it never outlives what it explains. The latter holds for the pinned version, for
the modes of which an entry speaks, and on the processors of its condition `on`. On a processor on which it was never
tried both are new: told apart from failures.
"""

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from backends.condition import TRIED, On, Processor, processor_of
from backends.known import Known
from harness.judging.instead import Seen, claim
from harness.judging.verdict import Verdict
from harness.workers.backends import Backend, load
from spec.core import Case
from spec.errors import UserError
from spec.outcomes import Outcome

Problem = tuple[str, str, Outcome]  # part ("output" or "gradient"), name of the array, outcome


def entries(backend: Backend) -> tuple[Known, ...]:
    """The records in `ledger.py` beside the adapter, or in the files of the folder `ledger` there.

    Raises `UserError` for a file that is none, for something else than a record, and for versions that are none.
    """
    return tuple(known for file in backend.files("ledger") for known in _records(file, backend.name))


def _records(file: Path, name: str) -> tuple[Known, ...]:
    try:
        found = tuple(load(file, f"{file.stem}_of_{name}").LEDGER)
    except Exception as error:  # whatever a file does that anybody may write
        silent = "; every entry says what comes instead of the truth (backends/instead.py)" * (
            "'instead'" in str(error)
        )
        raise UserError(f"{file} cannot be read: {type(error).__name__}: {error}{silent}") from error
    for known in found:
        if not isinstance(known, Known):
            raise UserError(f"{file}: LEDGER holds {known!r:.60}; its entries are records `Known` of backends/known.py")
        try:
            SpecifierSet(known.versions)
        except InvalidSpecifier:
            raise UserError(f"{file}: {known.id}: versions is {known.versions!r}; write it like '>=2,<3'") from None
    return found


WIDE = On(at_least="avx512")  # as wide as the vectors of all processors in `TRIED`


@dataclasses.dataclass
class Ledger:
    """The entries of one backend in one version and mode, and which of them a run has reproduced.

    `pinned` says that the version is the one of which the entries were written; `description` is what the backend says
    of itself.
    """

    known: tuple[Known, ...]
    version: str
    variant: str = ""
    pinned: bool = True
    description: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    reproduced: set[str] = dataclasses.field(default_factory=set)
    selected: set[str] = dataclasses.field(default_factory=set)
    objections: tuple[str, ...] = ()  # why entries that speak of the last verdict do not explain it

    @classmethod
    def of(cls, backend: Backend, description: Mapping[str, Any], shown: Iterable[str] = ()) -> "Ledger":
        """The ledger of a backend that describes itself so; `shown` has shown before."""
        version = str(description.get("version", ""))
        known = entries(backend)
        return cls(known, version, backend.variant, not backend.version, description, set(shown), set(shown))

    @functools.cached_property
    def tried(self) -> bool:
        """Whether any entry was tried on this processor; of a backend that names none, it is taken for granted."""
        return any(self.tried_here(known) for known in self.known) if self.known else self._is_tried(TRIED)

    def tried_here(self, known: Known) -> bool:
        """Whether an entry was tried on this processor."""
        return self._is_tried(known.tried)

    def _is_tried(self, tried: Iterable[Processor]) -> bool:
        processor = processor_of(self.description)
        return processor is None or processor in tried

    def explain(self, case: Case, verdict: Verdict, seen: Seen) -> tuple[str, ...]:
        """The ids of the entries that together explain the whole of a verdict that did not pass, or none.

        Each array that is not right must be what one of them says comes instead.
        """
        found = [known for known in self._covering.get(case.op, ()) if _applies(known, case)]
        # Where the output is refused, no gradient can show anything.
        self.selected.update(known.id for known in found if known.part == "output" or verdict.gradients)
        self.objections, problems = (), _problems(verdict, seen)
        if verdict.passed or not problems:
            return ()
        spoken = [known for known in found if any((known.part, known.outcome) == one[::2] for one in problems)]
        faults = {known.id: _faults(known, case, seen, found, problems) for known in spoken}
        for problem in problems:
            told = {id: one[problem] for id, one in faults.items() if problem in one}
            if all(told.values()):
                self.objections = tuple(f"{id} says something else: {fault}" for id, fault in told.items())
                return ()
        matching = {id for id, one in faults.items() if not all(one.values())}
        self.reproduced.update(matching)
        return tuple(known.id for known in spoken if known.id in matching)

    def speaks_of(self, case: Case, part: str, outcome: str) -> str:
        """The id of an entry on such an outcome of a part of a case, whatever came; "" for none."""
        found = [known for known in self._covering.get(case.op, ()) if (known.part, known.outcome) == (part, outcome)]
        return next((known.id for known in found if _applies(known, case)), "")

    def lacks(self, case: Case) -> str:
        """What the framework lacks for a case whose output it refuses, if an entry knows that; else ""."""
        refused = "unsupported", "output", "rejected"
        found = self._covering.get(case.op, ())
        found = [known for known in found if (known.kind, known.part, known.outcome) == refused]
        return next((known.what for known in found if _applies(known, case)), "")

    def stale(self, gradients: bool = True, everything: bool = False) -> list[str]:
        """Entries whose cases ran without showing the difference; without `gradients` only those of outputs.

        After a run of `everything` also those that no case selects. On a processor on which an entry was never tried
        it is not stale, but new.
        """
        return self._absent(gradients, everything, tried=True)

    def new(self, gradients: bool = True, everything: bool = False) -> list[str]:
        """Entries that would be stale if they had been tried on this processor."""
        return self._absent(gradients, everything, tried=False)

    def _absent(self, gradients: bool, everything: bool, tried: bool) -> list[str]:
        due = [known for known in self.known if self._is_due(known) and self.tried_here(known) == tried]
        sure = [known for known in due if (everything and tried and self._sums_as_tried) or not known.seldom]
        certain = {known.id for known in sure if gradients or known.part == "output"}
        # Held to less a framework may refuse all cases of an entry on a gradient, which then shows nothing.
        asked = {known.id for known in due if self._sums_as_tried or not known.seldom}
        unselected = asked - self.selected if everything else set()
        return sorted(((self.selected - self.reproduced) & certain) | unselected)

    @functools.cached_property
    def _sums_as_tried(self) -> bool:
        """Whether sums are taken by vectors as wide as where entries were tried: chance hangs on the order of a sum."""
        return processor_of(self.description) is None or WIDE.holds(self.description)

    @functools.cached_property
    def _covering(self) -> dict[str, list[Known]]:
        """operator -> the entries on it that may speak of the version and mode at hand."""
        found: dict[str, list[Known]] = {}
        for known in filter(self._covers, self.known):
            for op in known.operators:
                found.setdefault(op, []).append(known)
        return found

    def _covers(self, known: Known) -> bool:
        """Whether an entry may speak of the version, mode and processor at hand."""
        in_mode = not known.variants or self.variant in known.variants
        return (
            in_mode
            and known.on.holds(self.description)
            and SpecifierSet(known.versions).contains(self.version, prereleases=True)
        )

    def _is_due(self, known: Known) -> bool:
        """Whether an entry must show in the version and mode at hand."""
        return self.pinned and self.variant in (known.variants or ("",)) and self._covers(known)


def _applies(known: Known, case: Case) -> bool:
    """Whether an entry selects a case of its operators."""
    try:
        return known.when(case)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        raise UserError(f"ledger entry {known.id}: `when` fails for the case {case.id}: {problem}") from error


def _faults(
    known: Known, case: Case, seen: Seen, found: Iterable[Known], problems: Iterable[Problem]
) -> dict[Problem, str]:
    """Why an entry does not explain the problems of which it speaks; "" for those that it explains."""
    spoken = [one for one in problems if (known.part, known.outcome) == one[::2]]
    coarse = any((one.part, one.outcome) == (known.part, Outcome.COARSE) for one in found)
    try:
        said = claim(known.instead, case, known.part, seen, coarse)
        return {one: said.fault(one[1]) for one in spoken}
    except Exception as error:  # of a case that nobody thought of: then the entry explains nothing
        return dict.fromkeys(spoken, f"`instead` fails: {type(error).__name__}: {error}")


def _problems(verdict: Verdict, seen: Seen) -> list[Problem]:
    """What did not pass: a refusal has no name."""
    slopes, outputs = verdict.gradients.items(), verdict.outputs.items()
    bad: list[Problem] = [("gradient", name, one.outcome) for name, one in slopes if not one.outcome.is_right]
    if verdict.outcome.is_right or (verdict.outcome is Outcome.REJECTED and verdict.passed):
        return bad
    judged = [("output", name, one.outcome) for name, one in outputs if not one.outcome.is_right]
    accepted = [("output", name, verdict.outcome) for name in seen.outputs]  # what must be refused
    return bad + (judged or accepted or [("output", "", verdict.outcome)])
