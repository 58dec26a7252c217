"""From what a backend returned to a verdict. Float64 is the truth; `harness.judging.bounds` derives the bounds."""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from harness.judging.bounds import Limits
from harness.judging.floats import distance
from harness.judging.oracle import Expected, Truth
from harness.judging.stated import agreement
from spec.core import Case
from spec.outcomes import Outcome


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One array against its truth. Ratios are to the bounds: 1 and less passes. Where errors cannot be taken, since
    the shape, the dtype or the places of NaN are others, ratios and errors are infinite.

    `why` says what differs, where, and by how much. `arithmetic`
    says how sums in half precision were rounded: "once", or "float16 sums" ("bfloat16 sums"). `zero_signs` counts zeros
    whose sign is not the truth's, which is no difference: IEEE arithmetic says that they are equal. `unseen` are the
    mistakes that would pass as well (`Limits.unseen`).
    """

    outcome: Outcome
    why: str = ""
    max_abs: float = 0.0
    max_ulp: float = 0.0
    median_ulp: float = 0.0
    bound_ratio: float = 0.0
    rms_ratio: float = 0.0
    peak_ratio: float = 0.0
    zero_signs: int = 0
    arithmetic: str = ""
    unseen: tuple[str, ...] = ()


def compare(name: str, actual: np.ndarray, expected: Expected, dtype: np.dtype, exactly: bool) -> Comparison:
    """The array `name` against its truth; `exactly` where only equality passes. Shape and dtype come first."""
    if actual.shape != expected.value.shape:
        return _incomparable(f"{name} has shape {list(actual.shape)}, not {list(expected.value.shape)}")
    if actual.dtype != dtype:
        return _incomparable(f"{name} has dtype {actual.dtype}, not {dtype}")
    with np.errstate(all="ignore"):
        limits = Limits.of(expected, dtype)
        if actual.tobytes() == limits.bits:
            return Comparison(Outcome.EXACT)
        wide = actual.astype(np.float64)
        nan = np.isnan(wide)
        if not np.array_equal(nan, np.isnan(expected.value)):
            where = np.argwhere(nan != np.isnan(expected.value))[0]
            return _incomparable(f"{name} has NaN in other places: {_element(actual, expected, where)}")
        same = (actual == limits.wanted) | nan
        if same.all():
            zeros = (wide == 0) & (np.signbit(wide) != np.signbit(limits.wanted.astype(np.float64)))
            return Comparison(Outcome.EXACT, zero_signs=int(zeros.sum()))
        error = np.where(same, 0.0, np.abs(wide - expected.value))
        if dtype.kind in "iu":  # beyond 2^53 the difference of two whole numbers is lost in float64
            error = np.where(same, 0.0, np.maximum(error, 1))
        return _within_bounds(name, actual, expected, limits, error, exactly)


def _incomparable(why: str) -> Comparison:
    """An array whose errors cannot be taken: no bound allows them."""
    return Comparison(Outcome.DIFFERS, why, math.inf, math.inf, math.inf, math.inf, math.inf, math.inf)


def _within_bounds(name, actual, expected, limits, error, exactly) -> Comparison:
    """The comparison of an array that is not equal to its truth everywhere; `error` is 0 where it is."""
    ratio, most, rms, peak = limits.measure(error)
    ulps = distance(actual, limits.wanted).ravel()
    middle = (ulps.size - 1) // 2, ulps.size // 2
    ulps = np.partition(ulps, (*middle, ulps.size - 1))
    median = (ulps[middle[0]] + ulps[middle[1]]) / 2
    measured = float(error.max()), float(ulps[-1]), float(median), most, rms, peak
    sums, within = "", max(most, rms, peak) <= 1
    if limits.once is not None:
        once = np.divide(error, limits.once, out=np.zeros_like(error), where=error > 0)
        sums = "once" if once.max() <= 1 else f"{actual.dtype} sums"
        within = within or once.max() <= 1
    if not exactly and within:
        unseen = limits.unseen_once if sums == "once" else limits.unseen
        if "zeros" in unseen or "unchanged" in unseen:
            null = "zeros: its numbers are" if "zeros" in unseen else "what it was before: the changes are"
            why = f"{name} cannot be told from {null} no larger than the rounding errors of their sums"
            return Comparison(Outcome.COARSE, why, *measured, arithmetic=sums, unseen=unseen)
        if sums in ("", "once") or expected.drawn is not None:  # a training is many sums, each judged by itself
            return Comparison(Outcome.CLOSE, "", *measured, arithmetic=sums, unseen=unseen)
        place = _element(actual, expected, np.unravel_index(np.argmax(once), once.shape))
        why = f"{name} is as good as sums in {actual.dtype}, {once.max():.3g} times the error of one rounding: {place}"
        return Comparison(Outcome.COARSE, why, *measured, arithmetic=sums, unseen=unseen)
    worst = np.unravel_index(np.argmax(np.nan_to_num(ratio, nan=np.inf)), ratio.shape)
    place = _element(actual, expected, worst)
    if exactly:
        return Comparison(Outcome.DIFFERS, f"{name} must be exact: {place}", *measured)
    if not most <= 1:
        return Comparison(Outcome.DIFFERS, f"{name} is {most:.3g} times the worst-case bound off: {place}", *measured)
    if not rms <= 1:
        return Comparison(
            Outcome.DIFFERS, f"{name}: errors are {rms:.3g} times those of this dtype's arithmetic: {place}", *measured
        )
    return Comparison(
        Outcome.DIFFERS, f"{name}: one error is {peak:.3g} times the largest that chance leaves: {place}", *measured
    )


def _element(actual: np.ndarray, expected: Expected, index) -> str:
    index = tuple(int(i) for i in index)
    count = "" if actual.size == 1 else f" of {actual.size}"
    truth = expected.value[index]
    wanted = str(truth) if expected.value.dtype.kind in "iu" else f"{truth:.9g}"
    return f"element {list(index)}{count} is {actual[index]!s}, the truth is {wanted}"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The judgement of one case on one backend.

    `outcome` is one of exact, close, coarse, differs, rejected, unsupported, crashed, timed-out, not-run. `gradients`
    has a comparison for each input, `outputs` one for each output, of which `output` is the worst; `expected` is
    "agrees" or "differs" where the case states a result. `passed` is what it comes to before known differences are
    considered.
    """

    outcome: Outcome
    why: str = ""
    output: Comparison | None = None
    gradients: Mapping[str, Comparison] = dataclasses.field(default_factory=dict)
    expected: str = ""
    passed: bool = False
    outputs: Mapping[str, Comparison] = dataclasses.field(default_factory=dict)


def judge(case: Case, truth: Truth, reply: Mapping, outputs: Mapping, gradients: Mapping) -> Verdict:
    """The verdict on a worker's reply, whose arrays are `outputs` and `gradients`."""
    refuse = case.expect == "rejected" or bool(truth.rejected)
    outcome = None if reply["outcome"] == "computed" else Outcome(reply["outcome"])
    if truth.rejected and (case.expected or case.expected_gradients):
        why = f"the case file expects values for what the specification refuses: {truth.rejected}"
        return Verdict(
            Outcome.DIFFERS if reply["outcome"] == "computed" else Outcome(reply["outcome"]), why, expected="differs"
        )
    if reply["outcome"] != "computed":
        outcome = Outcome(reply["outcome"])
        return Verdict(outcome, reply.get("message", ""), passed=refuse and outcome is Outcome.REJECTED)
    if refuse:
        shapes = ", ".join(f"{name} {list(array.shape)}" for name, array in outputs.items())
        return Verdict(
            Outcome.DIFFERS, f"accepted what must be refused ({truth.rejected or case.why}); returned {shapes}"
        )
    if reply.get("changed"):
        names = " and ".join(reply["changed"])
        return Verdict(Outcome.DIFFERS, f"changed its input {names}: whoever called it finds other numbers there")
    missing = [name for name in truth.outputs if name not in outputs]
    if missing:
        return Verdict(Outcome.DIFFERS, f"returned no {missing[0]}")
    exactly = case.tier == "integers"
    found = {name: compare(name, outputs[name], one, case.dtype, exactly) for name, one in truth.outputs.items()}
    output = max(found.values(), key=_severity)
    slopes = {
        name: _gradient(name, one, reply, gradients, case.inputs[name].dtype, exactly)
        for name, one in truth.gradients.items()
        if not reply.get("outputs_only")  # a backend without autodiff has none to be right or wrong
    }
    expected, stated = agreement(case, truth, outputs, gradients)
    bad = [one for one in (output, *slopes.values()) if not one.outcome.is_right]
    why = "; ".join(part for part in (bad[0].why if bad else "", stated) if part)
    return Verdict(output.outcome, why, output, slopes, expected, not bad and expected != "differs", found)


def _severity(one: Comparison) -> tuple:
    return list(Outcome).index(one.outcome), one.bound_ratio


def _gradient(name: str, expected: Expected, reply: Mapping, found: Mapping, dtype, exactly: bool) -> Comparison:
    """The gradient for one input; a refusal of the framework's autodiff is an outcome of its own."""
    if "gradient_error" in reply:
        error = reply["gradient_error"]
        return Comparison(Outcome(error["outcome"]), f"gradient for {name}: {error['message']}")
    if name not in found:
        return Comparison(Outcome.DIFFERS, f"returned no gradient for {name}")
    return compare(f"gradient for {name}", found[name], expected, dtype, exactly)
