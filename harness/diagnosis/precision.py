"""Explains errors by a coarser format: of the inputs, or of the result that is stored.

Rounding the inputs to a coarser format leaves errors that can be computed: if those of the result are the same,
element by element, the result was computed so. A result that was stored in a coarser format shows it by itself.
"""

import functools
import math
from collections.abc import Callable, Mapping

import ml_dtypes
import numpy as np

from harness.diagnosis.phrases import value
from harness.judging.floats import cut, info, through
from harness.judging.oracle import Expected

# Units u B of the coarser arithmetic that an error may have: the worst case 2 n of a sum of n = 32 products in it.
NEAR = 64.0
# The correlation from which on errors are taken for the same, and the elements that it needs. Independent errors
# of 8 elements have such a correlation with probability 5e-4, of 16 with 4e-7 (that of a random direction with a given
# one: (1 + r) / 2 has the distribution Beta((m - 1) / 2, (m - 1) / 2)).
ENOUGH = 8
ALIKE = 0.9
# How large the errors may be, as a part of those that the rounding leaves. One bit more or less makes them twice or
# half as large; these are less than the square root of that away from 1.
LEAST, MOST = 0.8, 1.25
# Errors may be this part of B. Cutting both operands to the 8 bits of bfloat16 leaves 2 * 2^-7 = 1.6 % at most: with
# larger ones, numbers are missing.
SMALL = 0.1
# Formats whose correlations differ by less leave the same errors: float16 has as many bits as TensorFloat-32.
SAME = 1e-3

Compute = Callable[..., Mapping[str, np.ndarray]]


# Coarsest first, so that the least format that holds a value is the one named. (unit roundoff, rounding)
FORMATS: Mapping[str, tuple[float, Callable[[np.ndarray], np.ndarray]]] = {
    "bfloat16": (2.0**-8, through(ml_dtypes.bfloat16)),
    "float16": (2.0**-11, through(np.float16)),
    "TensorFloat-32": (2.0**-11, functools.partial(cut, bits=11)),
    "float32": (2.0**-24, through(np.float32)),
}
TRUNCATED = {
    "bfloat16": functools.partial(cut, bits=8, towards=np.trunc),
    "TensorFloat-32": functools.partial(cut, bits=11, towards=np.trunc),
}


def arithmetic_of(name: str, model, actual: np.ndarray, expected: Expected, compute: Compute) -> str:
    """A phrase on the errors of the array `name` that completes "y ..."; "" where they look like nothing known.

    `compute(arrays, attrs, cotangent)` gives the arrays by name for changed inputs; the model knows the right ones.
    """
    if actual.shape != expected.value.shape or actual.dtype.kind in "iub":
        return ""
    wide = actual.astype(np.float64)
    fine = info(model.case.dtype)[0]
    coarse = {words: (u, rounding) for words, (u, rounding) in FORMATS.items() if u > fine}
    return (
        _stored("", wide, expected.value, expected.scale, coarse)
        or _stored_before_bias(name, model, wide, expected, coarse, compute)
        or _rounded_inputs(name, model, wide - expected.value, expected.value, expected.scale, coarse, compute)
    )


def _stored(aside: str, actual: np.ndarray, truth: np.ndarray, scale: np.ndarray, coarse: Mapping, slack=0.0) -> str:
    """Whether every value, but not the truth, is one of a coarser format, and as near to it; `slack` may be off."""
    fitting: list[str] = []
    once = True
    for words, (u, rounding) in coarse.items():
        near = abs(actual - truth) <= NEAR * u * scale + slack
        fits = abs(rounding(actual) - actual) <= slack
        strange = abs(rounding(truth) - truth) > slack
        if near.all() and fits.all() and strange.sum() >= max(ENOUGH // 2, truth.size / 2):
            if fitting and coarse[fitting[0]][0] > u:
                break  # what fits a format fits the finer ones
            fitting.append(words)
            once = once and bool(np.mean(abs(rounding(truth) - actual) <= slack) > ALIKE)
    if not fitting:
        return ""
    names = " or ".join(fitting)
    how = "each the truth rounded once: the result is stored" if once else "with more than one rounding: it is computed"
    return f"holds{aside} only values of {names}, {how} in {names}"


def _stored_before_bias(name, model, actual, expected, coarse, compute) -> str:
    if "b" not in model.arrays or name != model.operator.outputs[0]:
        return ""
    rest = {key: array for key, array in model.arrays.items() if key != "b"}
    unbiased = compute(rest, model.attrs)[name]
    bias = expected.value - unbiased
    slack = 2 * info(model.case.dtype)[0] * (abs(actual) + abs(bias))
    return _stored(", but for the bias,", actual - bias, unbiased, expected.scale, coarse, slack)


def _rounded_inputs(name, model, error, truth, scale, coarse, compute) -> str:
    """The formats to which rounding all inputs, or one of them, leaves the same errors."""
    if error.size < ENOUGH or not error.any() or len(model.operator.outputs) > 1:
        return ""  # a training rounds anew in every step
    if np.linalg.norm(error) > SMALL * np.linalg.norm(scale):
        return ""
    floats = [key for key, array in model.arrays.items() if array.dtype.kind == "f"]
    ways = [(words, "rounded", rounding) for words, (_, rounding) in coarse.items()]
    ways += [(words, "cut off", rounding) for words, rounding in TRUNCATED.items() if words in coarse]
    found = []
    for words, verb, rounding in ways:
        for chosen in (floats, *([key] for key in floats if len(floats) > 1)):
            arrays = {key: rounding(array) if key in chosen else array for key, array in model.arrays.items()}
            whole = chosen is floats and model.cotangent is not None
            cotangent = rounding(model.cotangent) if whole else model.cotangent
            alike, size = _alike(error, compute(arrays, model.attrs, cotangent)[name] - truth)
            if alike > ALIKE and LEAST < size < MOST:
                found.append((alike, f"{chosen[0] if chosen is not floats else 'the inputs'} {verb} to", words))
    if not found:
        return ""
    best, verb, _ = max(found)
    words = " or ".join(words for alike, other, words in found if other == verb and alike > best - SAME)
    return f"has the errors of {verb} {words}, with finer sums {value(f'(correlation {best:.3f})')}"


def _alike(error: np.ndarray, emulated: np.ndarray) -> tuple[float, float]:
    """The correlation of two error vectors, and how many times the second the first is."""
    a, b = np.vdot(error, error), np.vdot(emulated, emulated)
    if not (0 < a < math.inf and 0 < b < math.inf):
        return 0.0, 0.0
    product = float(np.vdot(error, emulated))
    return product / math.sqrt(a * b), product / b
