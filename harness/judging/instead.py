"""Whether what came is what a ledger entry says comes instead of the truth."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backends.instead import Defined, Gives, Instead, Other, Rounds, Says, Sums, Undetermined
from harness.judging.bounds import Limits
from harness.judging.oracle import Expected, Truth, truth
from harness.judging.verdict import compare
from spec import operators
from spec.cases.sketches import dtype_of
from spec.core import Case
from spec.outcomes import Outcome

Arrays = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a backend answered to a case, beside the truth."""

    truth: Truth = dataclasses.field(default_factory=Truth)
    reply: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    outputs: Arrays = dataclasses.field(default_factory=dict)
    gradients: Arrays = dataclasses.field(default_factory=dict)

    def arrays(self, part: str) -> Arrays:
        """Those of a part, "output" or "gradient"."""
        return self.gradients if part == "gradient" else self.outputs

    def truths(self, part: str) -> Mapping[str, Expected]:
        """What these arrays must be; nothing where the specification refuses the case."""
        return self.truth.gradients if part == "gradient" else self.truth.outputs

    def message(self, part: str) -> str:
        """What a refusal says, behind the class of its error; for a process that ended, behind the signal."""
        if part == "gradient":
            return self.reply.get("gradient_error", {}).get("message", "")
        return f"{self.reply.get('error_class') or self.reply.get('signal', '')}: {self.reply.get('message', '')}"


@dataclasses.dataclass(frozen=True)
class Claim:
    """What an entry says of one part of one case, made ready: `fault` holds what came against it.

    `values` are the arrays that come instead, with their bounds, and `dtypes` theirs. `coarse` says that sums in half
    precision are known of the case too.
    """

    instead: Instead
    case: Case
    part: str
    seen: Seen
    coarse: bool = False
    values: Mapping[str, Expected] = dataclasses.field(default_factory=dict)
    dtypes: Mapping[str, np.dtype] = dataclasses.field(default_factory=dict)

    def fault(self, name: str) -> str:
        """Why the array `name` is not what the entry says; "" where it is."""
        if isinstance(self.instead, Says):
            message = self.seen.message(self.part)
            return "" if re.search(self.instead.pattern, message) else f"the message is {message!r:.200}"
        actual, truth = self.seen.arrays(self.part).get(name), self.seen.truths(self.part).get(name)
        if actual is None:
            return f"there is no {name}"
        if isinstance(self.instead, Undetermined):
            return self._outside(name, actual, truth)
        if isinstance(self.instead, Rounds):
            return _rounded(self.instead, name, actual, truth)
        if isinstance(self.instead, Sums):
            return self._compare(name, actual, truth, coarse=True)
        other = self.values.get(name)
        if self.instead.either and truth is not None and other is not None and actual.shape == truth.value.shape:
            near = _nearer(actual, other.value, truth.value)
            wanted, given = (one.value.astype(actual.dtype) for one in (truth, other))
            return self._compare(name, np.where(near, wanted, actual), truth) or self._compare(
                name, np.where(near, actual, given), other
            )
        return self._compare(name, actual, other)

    def _outside(self, name: str, actual: np.ndarray, truth: Expected | None) -> str:
        """What is wrong outside of the elements that nothing determines."""
        assert isinstance(self.instead, Undetermined)
        masks = self.instead.where(self.case)
        mask = masks.get(name, np.zeros(actual.shape, bool))
        if actual.shape != mask.shape:
            return f"{name} has shape {list(actual.shape)}, not {list(mask.shape)}"
        if mask.all():
            return ""
        if truth is None:
            return f"nothing says what {name} is where it is determined"
        return self._compare(name, np.where(mask, truth.value.astype(actual.dtype), actual), truth)

    def _compare(self, name: str, actual: np.ndarray, wanted: Expected | None, coarse: bool = False) -> str:
        """Why an array is not as wanted; "" where correct arithmetic may come to it."""
        if wanted is None:
            return f"nothing is said of {name}"
        own = self.case.inputs[name].dtype if self.part == "gradient" else self.case.dtype
        exactly = self.case.tier == "integers"
        found = compare(name, actual, wanted, self.dtypes.get(name, own), exactly)
        passes = found.outcome.is_right or ((coarse or self.coarse) and found.outcome is Outcome.COARSE)
        return "" if passes else found.why


def claim(instead: Instead, case: Case, part: str, seen: Seen, coarse: bool = False) -> Claim:
    """The claim of an entry on one part of a case. Raises `ValueError` where it names a case that must be refused."""
    made = Claim(instead, case, part, seen, coarse)
    if isinstance(instead, Defined):
        changed = instead.changed(case)
        operator = dataclasses.replace(
            operators()[case.op], reference=instead.reference, out_shape=lambda *shapes, **attrs: (), pullback=None
        )
        return _with(made, changed, truth(changed, part == "gradient", operator), _same)
    if not isinstance(instead, Gives):
        return made
    found = instead.of(case)
    if isinstance(found, Mapping):
        whole = {name: _plainly(array) for name, array in found.items()}
        dtypes = {name: np.asarray(array).dtype for name, array in found.items()}
        return dataclasses.replace(made, values={**seen.truths(part), **whole}, dtypes=dtypes)
    found = found if isinstance(found, Other) else Other(found)
    return _with(made, found.case, truth(found.case, part == "gradient"), found.change)


def _with(made: Claim, case: Case, found: Truth, change: Callable[[str, np.ndarray], np.ndarray]) -> Claim:
    """A claim with the truth of another case."""
    if found.rejected:
        raise ValueError(f"the case that it names instead must be refused: {found.rejected}")
    gradient = made.part == "gradient"
    values = found.gradients if gradient else found.outputs
    dtypes = {name: case.inputs[name].dtype if gradient else case.dtype for name in values}
    changed = {
        name: dataclasses.replace(
            one, value=change(name, one.value), scale=change(name, one.scale), terms=change(name, one.terms)
        )
        for name, one in values.items()
    }
    return dataclasses.replace(made, values=changed, dtypes=dtypes)


def _same(name: str, array: np.ndarray) -> np.ndarray:
    return array


def _plainly(array: Any) -> Expected:
    """An array that is said to come bit by bit: nothing but equality passes."""
    value = np.asarray(array)
    wide = value if value.dtype.kind in "iu" else value.astype(np.float64)
    return Expected(wide, np.zeros(value.shape), np.zeros(value.shape))


def _nearer(actual: np.ndarray, other: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Where an array is nearer to another one than to the truth."""
    with np.errstate(all="ignore"):
        wide = actual.astype(np.float64)
        far, near = (
            np.where((wide == one) | (np.isnan(wide) & np.isnan(one)), 0.0, np.nan_to_num(abs(wide - one), nan=np.inf))
            for one in (truth, other)
        )
    return near < far


def _rounded(instead: Rounds, name: str, actual: np.ndarray, truth: Expected | None) -> str:
    """Why an array is not the truth with the errors of another dtype."""
    if truth is None or actual.shape != truth.value.shape:
        return f"{name} has shape {list(actual.shape)}, and not that of the truth"
    dtype = dtype_of(instead.dtype) if instead.dtype else actual.dtype
    with np.errstate(all="ignore"):
        wide = actual.astype(np.float64)
        same = (actual == truth.value.astype(actual.dtype)) | (np.isnan(wide) & np.isnan(truth.value))
        error = np.where(same, 0.0, np.nan_to_num(abs(wide - truth.value), nan=np.inf))
        worst = float(np.max(Limits.of(truth, dtype).measure(error)[1:])) if error.any() else 0.0
    return "" if worst <= instead.times else f"{name} is {worst:.3g} times the bounds of {dtype} off"
