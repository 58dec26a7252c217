"""One array by one implementation, held against every rule for comparing floats; and how often each rule is wrong.

A fault does not show in all data: TF32 is exact for small whole numbers, a dropped tap is none of a bias's. It
counts as equivalent, and as no miss, where its errors, both root mean square and largest, taken in units of B,
are no larger than those of a correct summation of the same numbers. No rule is consulted for that.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from harness.judging import oracle
from harness.judging.oracle import Expected, Truth
from harness.scorecard.arithmetic import CORRECT, FAULTY, blas, cut
from harness.scorecard.data import SIZES, cases, sums
from harness.scorecard.tolerances import RULES, refusing
from spec.core import Case


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
