"""One trial of a law on one backend: both sides computed and compared.

A trial is one law in one geometry with data of one tier: with whole numbers both sides must be equal, with
reals they may differ by the sum of their worst-case bounds. No truth is needed but the size of these bounds.
"""

import dataclasses

import numpy as np

from harness.laws.asker import Asker, NoAnswer
from spec.laws import Law, Side
from spec.laws.law import reading
from spec.outcomes import Outcome


@dataclasses.dataclass(frozen=True)
class Trial:
    """One trial of a law.

    `ratio` is the worst of |left - right| / bound, `ledger` the entry that explains what went wrong.
    """

    law: str
    name: str
    backend: str
    outcome: Outcome
    ratio: float = 0.0
    message: str = ""
    ledger: str = ""

    @property
    def status(self) -> str:
        """pass, unsupported (the adapter says why), known (the ledger explains it), or fail."""
        if self.outcome.is_right:
            return "pass"
        if self.outcome is Outcome.UNSUPPORTED:
            return "unsupported"
        return "known" if self.ledger else "fail"


def compare_sides(left: Side, right: Side, exactly: bool) -> tuple[Outcome, float, str]:
    """Outcome (exact, close, differs), worst ratio to the bound, and the element where two sides differ most."""
    left, right = reading(left), reading(right)
    if left.shape != right.shape or left.value.size == 0:
        raise ValueError(f"the sides cannot be compared: their shapes are {left.shape} and {right.shape}")
    one, other = left.value.astype(np.float64), right.value.astype(np.float64)
    same = one == other
    if same.all():
        return Outcome.EXACT, 0.0, ""
    with np.errstate(all="ignore"):
        ratio = np.nan_to_num(abs(one - other) / (left.bound + right.bound), nan=np.inf)
    ratio = np.where(same, 0.0, ratio)
    worst = tuple(map(int, np.unravel_index(np.argmax(ratio), ratio.shape)))
    if not exactly and ratio.max() <= 1:
        return Outcome.CLOSE, float(ratio.max()), ""
    place = f"element {list(worst)} " if worst else ""
    message = f"{place}is {one[worst]:.9g} on the left, {other[worst]:.9g} on the right"
    wrong = int((~same if exactly else ratio > 1).sum())
    return Outcome.DIFFERS, float(ratio.max()), f"{message}; {wrong} of {ratio.size} differ"


def attempt(law: Law, name: str, tier: str, asker: Asker) -> tuple[Outcome, float, str, str]:
    """Outcome, ratio and message of one trial, and for one that went wrong which part: output or gradient."""
    asker.start(f"law/{law.name}/{name}/{tier}-float32", tier)
    try:
        left, right = law.sides(name, asker, asker.draw)
    except NoAnswer as error:
        asker.cases = [error.case]
        message = str(error) if error.case.op in str(error) else f"{error.case.op}: {error}"
        return error.outcome, 0.0, message, error.part
    return *compare_sides(left, right, tier == "integers"), "output"
