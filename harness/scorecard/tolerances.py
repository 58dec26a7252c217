"""Rules for comparing floats: ours, and those in general use, for the scorecard to try.

Each takes an array, its truth, and whether it must be exact, and says whether the array passes. The others than
ours are given the best reference there is: the truth in float64, rounded once to the dtype.
"""

from collections.abc import Callable

import numpy as np

from harness.judging.floats import distance
from harness.judging.oracle import Expected
from harness.judging.verdict import compare
from spec.outcomes import Outcome

Rule = Callable[[np.ndarray, Expected, bool], bool]
OURS = "derived bounds"


def ours(actual: np.ndarray, expected: Expected, exactly: bool) -> bool:
    """The rule of `harness.judging.verdict`; sums in half precision are none of its faults."""
    return compare("", actual, expected, actual.dtype, exactly).outcome is not Outcome.DIFFERS


def tolerance(rtol: float, atol: float, rtol16: float | None = None) -> Rule:
    """|actual - truth| <= atol + rtol * |truth|; `rtol16` for float16."""

    def passes(actual: np.ndarray, expected: Expected, exactly: bool) -> bool:
        relative = rtol16 if rtol16 is not None and actual.dtype == np.float16 else rtol
        wanted = expected.value.astype(actual.dtype).astype("f8")
        return bool(np.all(abs(actual.astype("f8") - wanted) <= atol + relative * abs(wanted)))

    return passes


def ulps(most: int) -> Rule:
    """At most so many units in the last place."""
    return lambda actual, expected, exactly: bool(distance(actual, expected.value.astype(actual.dtype)).max() <= most)


RULES: dict[str, tuple[str, Rule]] = {
    OURS: ("worst case and chance, derived from the case (`harness/judging/bounds.py`)", ours),
    "ONNX": ("rtol 1e-3, atol 1e-7: the backend tests of ONNX", tolerance(1e-3, 1e-7)),
    "torch": ("rtol 1.3e-6 (float16 1e-3), atol 1e-5: torch.testing.assert_close", tolerance(1.3e-6, 1e-5, 1e-3)),
    "Keras": ("rtol 1e-6, atol 1e-6: assertAllClose of Keras", tolerance(1e-6, 1e-6)),
    "NumPy": ("rtol 1e-7, atol 0: numpy.testing.assert_allclose", tolerance(1e-7, 0)),
    **{f"{most} ULP": (f"at most {most} units in the last place", ulps(most)) for most in (4, 16, 64)},
}


def refusing(actual: np.ndarray, expected: Expected, exactly: bool) -> frozenset[str]:
    """The rules that refuse an array."""
    with np.errstate(all="ignore"):
        return frozenset(name for name, (_, rule) in RULES.items() if not rule(actual, expected, exactly))
