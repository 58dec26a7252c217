"""Mistakes in one product or one weight of the sums: left out, counted twice, or with the wrong sign.

One wrong element of a convolution says which: its error is a multiple of one of the products that it sums.
"""

from collections.abc import Iterator

import numpy as np

from harness.diagnosis.input_mistakes import InputMistake
from harness.diagnosis.phrases import value
from harness.judging.bounds import chance_bound
from harness.judging.oracle import Expected
from spec.numerics import gradient

# Times the bound of chance by which the error must miss every product but one. Two products that the same error fits
# differ by twice the bound at most; this is twice that.
CLEARLY = 4.0
# Of the elements. A wrong product spoils one element, a wrong weight those of all windows in which it meets a pixel
# other than 0: a share that lies in between is rare.
FEW = 1 / 20
TRIED = 8  # weights at most, to bound the time
WRONG = {-1: ("lacks", "leaving out"), 1: ("has twice", "counting twice"), -2: ("has with the wrong sign", "negating")}

Found = tuple[float, int, tuple[int, ...]]  # how far off; the share of the product that is added; the weight


def of_one_weight(model, name: str, actual: np.ndarray, expected: Expected) -> Iterator[InputMistake]:
    """The weights whose mistake would explain the first wrong element of the output `name`, each made everywhere."""
    wrong = _wrong(model, name, actual, expected)
    if len(wrong) <= actual.size * FEW:
        return
    kernel = _kernel(model)
    bound, found = _suspects(model, actual, expected, wrong[0])
    for rest, factor, place in found[:TRIED]:
        if rest <= bound:
            changed = model.arrays[kernel].copy()
            changed[place] *= 1 + factor
            words = f"{WRONG[factor][1]} one weight of {kernel}, {value(list(place))}"
            yield InputMistake(words, {**model.arrays, kernel: changed}, model.attrs)


def of_one_element(model, name: str, actual: np.ndarray, expected: Expected) -> str:
    """A phrase where few elements are wrong, and one product alone explains the first; "" otherwise.

    It completes "y ...". In whole numbers so many products are equal to any error that none could be told.
    """
    wrong = _wrong(model, name, actual, expected)
    if model.case.tier == "integers" or not 0 < len(wrong) <= actual.size * FEW:
        return ""
    bound, found = _suspects(model, actual, expected, wrong[0])
    if len(found) < 2 or found[0][0] > bound or found[1][0] < CLEARLY * bound:
        return ""
    _, factor, place = found[0]
    which = value(f"{wrong[0].tolist()}, that of {_kernel(model)}{list(place)}")
    return f"{WRONG[factor][0]} one product of its sum at {which}"


def _kernel(model) -> str:
    return next((key for key in ("w", "k") if key in model.arrays), "")


def _wrong(model, name: str, actual: np.ndarray, expected: Expected) -> np.ndarray:
    """The places of the elements that are wrong; none for what is no sum of products with a kernel."""
    one_sum = _kernel(model) and (name,) == tuple(model.operator.outputs)
    if not one_sum or actual.shape != expected.value.shape:
        return np.empty((0, 0), int)
    return np.argwhere(abs(actual - expected.value) > chance_bound(expected, model.case.dtype))


def _suspects(model, actual: np.ndarray, expected: Expected, index: np.ndarray) -> tuple[float, list[Found]]:
    """How far off an element may be by chance; and the products of its sum, the likeliest first."""
    at, kernel = tuple(index), _kernel(model)
    place = np.zeros(actual.shape)
    place[at] = 1
    # The gradient of one element for the kernel holds the pixels that each weight meets there.
    met = gradient.pullback(model.operator, model.arrays, model.attrs, model.canonical_output(place))[kernel]
    products = met * model.arrays[kernel]
    error = actual[at] - expected.value[at]
    found = [
        (float(rest), factor, place)
        for factor in WRONG
        for place, rest in np.ndenumerate(abs(factor * products - error))
        if products[place]
    ]
    return float(chance_bound(expected, model.case.dtype)[at]), sorted(found)
