"""What a case file states of a result, beside what the specification says: does the result agree, and if not, where.

|result - stated| <= atol + rtol * |stated| agrees, NaN with NaN, an infinity with itself. Without rtol and atol two
computations of the same are expected, each with rounding errors of its own: twice the derived bound agrees, and
where results must be exact, equality. A file may be wrong itself: then its statement differs from the truth by more
than its own tolerance and the bound of the arithmetic.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from harness.judging.bounds import chance_bound, worst_case
from harness.judging.difference import difference
from harness.judging.oracle import Expected, Truth
from spec.core import Case

Arrays = Mapping[str, np.ndarray]


def agreement(case: Case, truth: Truth, outputs: Arrays, gradients: Arrays) -> tuple[str, str]:
    """("agrees" | "differs" | "" where nothing is stated, the reason where it differs)."""
    if not case.expected and not case.expected_gradients:
        return "", ""
    reasons = (_difference(case, *one) for one in _stated(case, truth, outputs, gradients))
    why = next((reason for reason in reasons if reason), "")
    return ("differs", why) if why else ("agrees", "")


def _stated(case: Case, truth: Truth, outputs: Arrays, gradients: Arrays) -> Iterator[tuple]:
    for name, wanted in case.expected.items():
        yield name, wanted, outputs.get(name), truth.outputs.get(name)
    for name, wanted in case.expected_gradients.items():
        yield f"gradient for {name}", wanted, gradients.get(name), truth.gradients.get(name)


def _difference(case: Case, name: str, stated: np.ndarray, actual: np.ndarray | None, expected: Expected | None) -> str:
    """Where an array differs most from what is stated of it, and whether the statement is wrong; "" where it agrees."""
    if actual is None:
        return f"the case file expects {name}, and there is none"
    if actual.shape != stated.shape:
        return f"the case file expects {name} of shape {list(stated.shape)}; it has {list(actual.shape)}"
    if expected is not None and expected.value.shape != stated.shape:
        expected = None
    tolerance = _tolerance(case, stated, expected, actual.dtype)
    beyond = _beyond(actual, stated, tolerance)
    if not beyond.size or not (beyond > 0).any():
        return ""
    place = np.unravel_index(int(np.argmax(beyond)), beyond.shape)
    index = ", ".join(map(str, map(int, place)))
    found = f"{name}[{index}] is {actual[place]!s}, not {stated[place]!s} +- {tolerance[place]:.3g}"
    count = int((beyond > 0).sum())
    largest = difference(actual.astype(np.float64), stated.astype(np.float64)).max_abs
    why = f"the case file expects other values: {found} ({count} of {beyond.size} are off, by up to {largest:.3g})"
    if expected is None:
        return why
    wrong = _beyond(expected.value, stated, tolerance)[place] > worst_case(expected, actual.dtype)[place]
    return f"{why}; the truth is {expected.value[place]:.9g}" + (", so the file is wrong" if wrong else "")


def _tolerance(case: Case, stated: np.ndarray, expected: Expected | None, dtype: np.dtype) -> np.ndarray:
    """How far each element may be from what is stated."""
    if case.rtol is not None or case.atol is not None:
        size = np.where(np.isfinite(stated), stated, 0).astype(np.float64)
        return (case.atol or 0.0) + (case.rtol or 0.0) * np.abs(size)
    if expected is None or case.tier == "integers":
        return np.zeros(stated.shape)
    with np.errstate(all="ignore"):
        bound = np.minimum(worst_case(expected, dtype), chance_bound(expected, dtype))
    return 2 * np.nan_to_num(bound, nan=0.0)


def _beyond(actual: np.ndarray, stated: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    """How far each element lies outside of its tolerance; infinity where no distance tells."""
    with np.errstate(all="ignore"):
        actual, stated = actual.astype(np.float64), stated.astype(np.float64)
        same = (actual == stated) | (np.isnan(actual) & np.isnan(stated))
        distance = np.abs(actual - stated) - tolerance
        # An infinity, taken relatively, would agree with every number.
        distance = np.where(np.isfinite(actual) & np.isfinite(stated), distance, np.inf)
    return np.where(same, 0.0, distance)
