"""Explanations in which a correct result was flipped, transposed, shifted, cut or scaled before it was returned."""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from harness.diagnosis.phrases import value

# The part of a result, as a root mean square, that a factor may leave unexplained when it is looked for; whether the
# result then is that multiple of the truth is decided by the bounds.
SAME = 0.01

# A phrase; what the mistake makes of the truth; the part of the result that it predicts; the truth of that part.
OutputMistake = tuple[str, np.ndarray, np.ndarray, np.ndarray]


def output_mistakes(truth: np.ndarray, actual: np.ndarray, letters: str, groups: int) -> Iterator[OutputMistake]:
    """The mistakes that make an array with the shape of `actual` out of `truth`; `letters` name its axes.

    Each phrase completes "y equals what comes of ...".
    """
    for phrase, changed in itertools.chain(_flipped(truth, letters), _turned(truth, actual.shape, letters)):
        yield phrase, changed, actual, truth
    for axis, letter in enumerate(letters):
        yield from _cut(truth, actual, axis, letter)
    if actual.shape == truth.shape:
        yield from _scaled(truth, actual)
        if groups > 1 and "C" in letters:
            channels = letters.index("C")
            order = np.arange(truth.shape[channels]).reshape(groups, -1).T.ravel()
            yield "dealing the output channels of the groups in turn", truth.take(order, channels), actual, truth


def _flipped(truth: np.ndarray, letters: str) -> Iterator[tuple[str, np.ndarray]]:
    for axes in (("H", "W"), *((letter,) for letter in letters)):
        if set(axes) <= set(letters):
            flipped = np.flip(truth, tuple(letters.index(axis) for axis in axes))
            yield f"flipping the right result along {' and '.join(axes)}", flipped


def _turned(truth: np.ndarray, shape: tuple[int, ...], letters: str) -> Iterator[tuple[str, np.ndarray]]:
    """Another order of the axes, by a transposition too many or by a reshape in its place."""
    straight = tuple(range(len(letters)))
    for order in itertools.permutations(straight):
        if order == straight:
            continue
        moved, spelled = truth.transpose(order), "".join(letters[axis] for axis in order)
        if moved.shape == shape:
            yield f"handing out {spelled} for {letters}", moved
        elif truth.size == math.prod(shape):
            yield f"reshaping the right result from {spelled} to {letters}", moved.reshape(shape)


def _cut(truth: np.ndarray, actual: np.ndarray, axis: int, letter: str) -> Iterator[OutputMistake]:
    """The first or last place along an axis is missing, or all are moved by one."""
    size = truth.shape[axis]
    first, last = truth.take(range(1, size), axis), truth.take(range(size - 1), axis)
    if actual.shape == first.shape:
        yield f"leaving out the first place along {letter}", first, actual, truth
        yield f"leaving out the last place along {letter}", last, actual, truth
    if actual.shape == truth.shape and size > 1:
        for words, place in (("first", 0), ("last", size - 1)):
            kept = np.arange(size) != place
            blank = truth * kept.reshape([-1 if one == axis else 1 for one in range(truth.ndim)])
            yield f"leaving zeros in the {words} place along {letter}", blank, actual, truth
    if actual.shape == truth.shape and size > 2:
        yield f"moving all by one place along {letter}", last, actual.take(range(1, size), axis), first
        yield f"moving all back by one place along {letter}", first, actual.take(range(size - 1), axis), last


def _scaled(truth: np.ndarray, actual: np.ndarray) -> Iterator[OutputMistake]:
    finite = np.isfinite(truth) & np.isfinite(actual)
    norm = float(np.linalg.norm(actual[finite]))
    square = float(np.vdot(truth[finite], truth[finite]))
    factor = float(np.vdot(truth[finite], actual[finite])) / square if square else 0.0
    if not actual.any():
        yield "returning zeros", actual, actual, truth
    elif math.isclose(factor, -1, rel_tol=1e-6):
        yield "the wrong sign", -truth, actual, truth
    elif _is_factor(factor) and np.linalg.norm((actual - factor * truth)[finite]) < SAME * norm:
        yield f"a factor of {value(_fraction(factor))}", factor * truth, actual, truth
    if (truth < 0).any():
        yield "setting negative results to 0 (a ReLU)", np.maximum(truth, 0), actual, truth


def _is_factor(factor: float) -> bool:
    """Whether a number scales anything; 1 in six digits is rounding."""
    return 0 < abs(factor) < math.inf and not math.isclose(factor, 1, rel_tol=1e-6)


def _fraction(factor: float) -> str:
    """A number in six digits, or as 1/n."""
    whole = round(1 / factor)
    return f"1/{whole}" if whole > 1 and math.isclose(factor * whole, 1, rel_tol=1e-6) else f"{factor:.6g}"
