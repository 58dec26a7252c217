"""Whether what came is what a ledger entry says comes instead of the truth."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backends.instead import Defined, Gives, Instead, Other, Rounds, Says, Sums, Undetermined
from harness.judging.bounds import Limits
from harness.judging.floats import roundoff
from harness.judging.oracle import Expected, Truth, truth
from harness.judging.verdict import compare
from spec import operators
from spec.cases.sketches import dtype_of
from spec.core import Case, Operator, convert_images
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
class Wanted:
    """An array that comes instead, in its dtype, with the rounding errors of the dtype `computed`."""

    expected: Expected
    dtype: np.dtype
    computed: np.dtype


@dataclasses.dataclass(frozen=True)
class Claim:
    """What an entry says of one part of one case, made ready: `fault` holds what came against it.

    `wanted` are the arrays that come instead. `coarse` says that sums in half precision are known of the case too.
    """

    instead: Instead
    case: Case
    part: str
    seen: Seen
    coarse: bool
    wanted: Mapping[str, Wanted]

    def fault(self, name: str) -> str:
        """Why the array `name` is not what the entry says; "" where it is."""
        if isinstance(self.instead, Says):
            message = self.seen.message(self.part)
            return "" if re.search(self.instead.pattern, message) else f"the message is {message!r:.200}"
        actual, wanted = self.seen.arrays(self.part).get(name), self.wanted.get(name)
        if actual is None:
            return f"there is no {name}"
        truth = self.seen.truths(self.part).get(name)
        if isinstance(self.instead, Undetermined):
            return self._outside(self.instead, name, actual, wanted)
        if wanted is None:
            return f"nothing is said of {name}"
        if truth is not None and getattr(self.instead, "either", False) and actual.shape == truth.value.shape:
            near = _nearer(actual, wanted.expected.value, truth.value)
            own, other = (one.value.astype(actual.dtype) for one in (truth, wanted.expected))
            plain = Wanted(truth, wanted.dtype, wanted.dtype)
            found = self._compare(name, np.where(near, own, actual), plain)
            return found or self._compare(name, np.where(near, actual, other), wanted)
        return self._compare(name, actual, wanted)

    def _outside(self, instead: Undetermined, name: str, actual: np.ndarray, truth: Wanted | None) -> str:
        """What is wrong outside of the elements that nothing determines."""
        mask = instead.where(self.case).get(name, np.zeros(actual.shape, bool))
        if actual.shape != mask.shape:
            return f"{name} has shape {list(actual.shape)}, not {list(mask.shape)}"
        if mask.all():
            return "" if actual.dtype == self.case.dtype else f"{name} has dtype {actual.dtype}"
        if truth is None:
            return f"nothing says what {name} is where it is determined"
        return self._compare(name, np.where(mask, truth.expected.value.astype(actual.dtype), actual), truth)

    def _compare(self, name: str, actual: np.ndarray, wanted: Wanted) -> str:
        """Why an array is not as wanted; "" where correct arithmetic may come to it."""
        times = self.instead.times if isinstance(self.instead, Rounds) else 1.0
        if isinstance(self.instead, Rounds) or wanted.computed != wanted.dtype:
            return _rounded(name, actual, wanted, times)
        found = compare(name, actual, wanted.expected, wanted.dtype, self.case.tier == "integers")
        coarse = self.coarse or isinstance(self.instead, Sums)
        return "" if found.outcome.is_right or (coarse and found.outcome is Outcome.COARSE) else found.why


def claim(instead: Instead, case: Case, part: str, seen: Seen, coarse: bool = False) -> Claim:
    """The claim of an entry on one part of a case. Raises `ValueError` where it names a case that must be refused."""
    if part == "gradient" and case.canonical_cotangent is None and seen.truth.cotangent is not None:
        cotangent = convert_images(operators()[case.op], "y", seen.truth.cotangent, case.layout, "NCHW")
        case = dataclasses.replace(case, canonical_cotangent=cotangent)
    gradient = part == "gradient"
    dtypes = {name: case.inputs[name].dtype if gradient else case.dtype for name in seen.truths(part)}
    wanted = {name: Wanted(one, dtypes[name], dtypes[name]) for name, one in seen.truths(part).items()}
    if isinstance(instead, Rounds) and instead.dtype:
        rounds = dtype_of(instead.dtype)
        wanted = {name: dataclasses.replace(one, computed=rounds) for name, one in wanted.items()}
    elif isinstance(instead, Defined):
        operator = operators()[case.op]
        operator = dataclasses.replace(
            operator,
            reference=_early(operator, instead.reference),
            out_shape=lambda *shapes, **attrs: (),
            pullback=None,
            scale=None if instead.terms else operator.scale,
            terms=_early(operator, instead.terms) if instead.terms else operator.terms,
        )
        wanted = _of(Other(case), truth(case, gradient, operator), gradient)
    elif isinstance(instead, Gives):
        found = instead.of(case)
        if not isinstance(found, Mapping):
            wanted = _given(found, gradient)
        else:
            cases = {id(one): _given(one, gradient) for one in found.values() if not isinstance(one, np.ndarray)}
            for name, one in found.items():
                wanted[name] = _plainly(one) if isinstance(one, np.ndarray) else cases[id(one)][name]
    return Claim(instead, case, part, seen, coarse, wanted)


def _early(operator: Operator, function: Callable) -> Callable:
    """A definition, which is told of late attributes only where they are not as by default."""
    late = {name: one.default for name, one in operator.attributes.items() if one.late}

    def call(*arrays: np.ndarray, **attrs: Any) -> Any:
        return function(*arrays, **{name: one for name, one in attrs.items() if name not in late or one != late[name]})

    return call


def _given(found: Case | Other, gradient: bool) -> dict[str, Wanted]:
    """The truth of another case of the specification."""
    found = found if isinstance(found, Other) else Other(found)
    return _of(found, truth(found.case, gradient), gradient)


def _of(other: Other, found: Truth, gradient: bool) -> dict[str, Wanted]:
    """The truth of another case, each array changed."""
    if found.rejected:
        raise ValueError(f"the case that it names instead must be refused: {found.rejected}")
    wanted = {}
    for name, one in (found.gradients if gradient else found.outputs).items():
        own = other.case.inputs[name].dtype if gradient else other.case.dtype
        named = other.dtypes.get(name) or other.dtype
        dtype = dtype_of(named) if named else own
        value, scale, terms = (other.change(name, array) for array in (one.value, one.scale, one.terms))
        computed = dtype_of(other.computed) if other.computed else dtype
        if other.lost:
            scale = scale + other.lost / roundoff(computed)[0]
        changed = dataclasses.replace(one, value=other.values.get(name, value), scale=scale, terms=terms)
        wanted[name] = Wanted(changed, dtype, computed)
    return wanted


def _plainly(array: np.ndarray) -> Wanted:
    """An array that is said to come bit by bit: nothing but equality passes."""
    wide = array if array.dtype.kind in "iu" else array.astype(np.float64)
    return Wanted(Expected(wide, np.zeros(array.shape), np.zeros(array.shape)), array.dtype, array.dtype)


def _nearer(actual: np.ndarray, other: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Where an array is nearer to another one than to the truth."""
    with np.errstate(all="ignore"):
        wide = actual.astype(np.float64)
        far, near = (
            np.where((wide == one) | (np.isnan(wide) & np.isnan(one)), 0.0, np.nan_to_num(abs(wide - one), nan=np.inf))
            for one in (truth, other)
        )
    return near < far


def _rounded(name: str, actual: np.ndarray, wanted: Wanted, times: float) -> str:
    """Why an array is not what is wanted, with the errors of the dtype in which it was computed, so many times."""
    expected = wanted.expected
    if (actual.shape, actual.dtype) != (expected.value.shape, wanted.dtype):
        return f"{name} has shape {list(actual.shape)} and dtype {actual.dtype}"
    with np.errstate(all="ignore"):
        wide = actual.astype(np.float64)
        same = (actual == expected.value.astype(actual.dtype)) | (np.isnan(wide) & np.isnan(expected.value))
        error = np.where(same, 0.0, np.nan_to_num(abs(wide - expected.value), nan=np.inf))
        measured = Limits.of(expected, wanted.computed).measure(error)[1:] if error.any() else (0.0,)
    worst = max(measured)
    return "" if worst <= times else f"{name} is {worst:.3g} times the bounds of {wanted.computed} off"
