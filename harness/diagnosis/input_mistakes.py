"""Mistakes in calling an operator, each as changed inputs or attributes: a flipped kernel, swapped axes, other pads.

The specification computes what a mistake would return. A wrong result that equals it is explained.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from harness.diagnosis.phrases import value
from spec.attributes import RULES
from spec.core import Operator
from spec.layouts import IMAGE, KERNEL, TRANSPOSED_KERNEL, permutation
from spec.padding import explicit

Arrays = Mapping[str, np.ndarray]
Attrs = Mapping[str, Any]

NEUTRAL = {"stride": [1, 1], "dilation": [1, 1], "output_padding": [0, 0], "value": 0.0}
FLIPPED = {
    "convolve2d": "the kernel is correlated, not convolved",
    "conv_transpose2d": "the kernel is gathered with, not scattered",
}
FEW = 36  # taps or channels at most that are left out one by one, to bound the time


@dataclasses.dataclass(frozen=True)
class InputMistake:
    """A mistake: `phrase` completes "y equals what comes of ..."; inputs and attributes are canonical."""

    phrase: str
    arrays: Arrays
    attrs: Attrs


def input_mistakes(operator: Operator, arrays: Arrays, attrs: Attrs) -> Iterator[InputMistake]:
    """Every mistake that changes something, the most likely first."""
    for phrase, changed in _of_attributes(operator, arrays, attrs):
        yield InputMistake(phrase, arrays, {**attrs, **changed})
    if len(operator.outputs) > 1:  # a training: its many inputs are not tried
        return
    if "dilation" in attrs and "kernel_size" in attrs:
        framed = np.pad(arrays["x"], [(0, 0), (0, 0), *_pads(operator, arrays, attrs)])
        words = "padding with zeros, which win over negative pixels"
        yield InputMistake(words, {**arrays, "x": framed}, {**attrs, "padding": "valid"})
    for phrase, found in _of_arrays(operator, arrays, attrs):
        name, array = found
        if array is None:
            yield InputMistake(phrase, {key: other for key, other in arrays.items() if key != name}, attrs)
        elif array.shape != arrays[name].shape or not np.array_equal(array, arrays[name], equal_nan=True):
            yield InputMistake(phrase, {**arrays, name: array}, attrs)


# ---- attributes ----------------------------------------------------------------------------------


def _of_attributes(operator: Operator, arrays: Arrays, attrs: Attrs) -> Iterator[tuple[str, Attrs]]:
    for name, given in attrs.items():
        shown = list(given) if isinstance(given, tuple) else given
        kind = operator.attributes[name]
        if name == "padding":
            continue
        if isinstance(shown, list) and shown[0] != shown[1]:
            # The stride is that of the window where none is given: it follows the mistake, or was set before.
            for stride in ({}, {"stride": shown}) if name == "kernel_size" and attrs["stride"] is None else ({},):
                yield f"reading {name} {value(shown)} as [w, h]", {name: shown[::-1], **stride}
                yield f"taking the first of {name} {value(shown)} for both axes", {name: [shown[0]] * 2, **stride}
        if name in NEUTRAL and shown != NEUTRAL[name]:
            ignored = f"ignoring {name} {value(shown)}" if shown is not None else f"{name} 1 by default"
            yield ignored, {name: NEUTRAL[name]}
        if name == "stride" and shown is not None and "kernel_size" in attrs:
            yield "windows that lie side by side, whatever the stride", {name: None}
        if isinstance(given, bool):
            yield f"taking {name} for {not given}", {name: not given}
        elif isinstance(given, str):
            for other in kind.values:
                if other != given:
                    yield f"taking {name} {given!r} for {other!r}", {name: other}
    if "lr" in attrs:
        yield "stepping uphill: the update has the wrong sign", {"lr": -attrs["lr"]}
        yield "steps of half the size: the derivative lacks a factor of 2", {"lr": attrs["lr"] / 2}
        yield "steps of twice the size", {"lr": attrs["lr"] * 2}
    if "padding" in attrs:
        yield from _of_padding(operator, arrays, attrs)


def _of_padding(operator: Operator, arrays: Arrays, attrs: Attrs) -> Iterator[tuple[str, Attrs]]:
    padding, tried = attrs["padding"], []
    shown = repr(padding) if isinstance(padding, str) else value([list(ends) for ends in padding])
    named = f"padding {shown}"
    if isinstance(padding, str):
        for rule in RULES:
            if rule != padding:
                yield f"taking {named} for {rule!r}", {"padding": rule}
                tried.append(_pads(operator, arrays, {**attrs, "padding": rule}))
    pads = _pads(operator, arrays, attrs)
    if pads is None:
        return
    if isinstance(padding, str):
        named += f" {value(f'({pads})')}"
    rows, columns = pads
    for words, changed in (
        ("computed for stride 1", _pads(operator, arrays, {**attrs, "stride": [1, 1]})),
        ("computed for dilation 1", _pads(operator, arrays, {**attrs, "dilation": [1, 1]})),
        ("with its ends swapped", [rows[::-1], columns[::-1]]),
        ("with rows and columns swapped", [columns, rows]),
        ("with the columns padded like the rows", [rows, rows]),
        ("with both ends like the beginning", [[rows[0]] * 2, [columns[0]] * 2]),
        ("with both ends like the end", [[rows[1]] * 2, [columns[1]] * 2]),
        ("with all sides like the top", [[rows[0]] * 2] * 2),
        ("one pixel later", [[begin - 1, end + 1] for begin, end in pads]),
        ("one pixel earlier", [[begin + 1, end - 1] for begin, end in pads]),
        ("left out", [[0, 0], [0, 0]]),
        ("with one pixel less at the end", [[begin, end - 1] for begin, end in pads]),
    ):
        if changed not in (pads, *tried) and np.min(changed) >= 0:
            yield f"{named} {words}", {"padding": changed}
            tried.append(changed)


def _pads(operator: Operator, arrays: Arrays, attrs: Attrs) -> Any:
    """The padding in numbers, as lists; None where an output padding of its own goes with the rule."""
    padding = attrs["padding"]
    if isinstance(padding, str) and "output_padding" in attrs:
        return None
    if isinstance(padding, str):
        size = arrays[operator.images[0]].shape[2:]
        kernel = attrs["kernel_size"] if "kernel_size" in attrs else arrays[operator.kernels[0]].shape[2:]
        padding = explicit(padding, size, kernel, attrs["stride"] or kernel, attrs.get("dilation", (1, 1)))
    return [list(ends) for ends in padding]


# ---- inputs --------------------------------------------------------------------------------------


def axes(operator: Operator, name: str, rank: int, attrs: Attrs) -> str:
    """The letters of an input's axes; "" where they have no names."""
    if name in operator.kernels:
        return operator.kernel_layout if rank == 4 else ""
    if name in operator.images or rank == 4:
        return attrs.get("layout", "NCHW") if name != "k" else "OCHW"
    return {1: "O", 2: "HW", 3: "CHW"}.get(rank, "")


def _of_arrays(operator: Operator, arrays: Arrays, attrs: Attrs) -> Iterator[tuple[str, tuple[str, Any]]]:
    named = {name: axes(operator, name, array.ndim, attrs) for name, array in arrays.items()}
    kernels = [name for name in arrays if name in ("w", "k")]
    for name in [*kernels, *(name for name in arrays if name not in kernels)]:
        array, letters = arrays[name], named[name]
        if name == "b":
            yield "leaving out b", (name, None)
            yield "adding b twice", (name, 2 * array)
            yield "adding the first number of b to all channels", (name, np.full_like(array, array[0]))
        yield from ((phrase, (name, changed)) for phrase, changed in _flips(operator, name, array, letters))
        if len(letters) == 4:
            yield from ((phrase, (name, changed)) for phrase, changed in _orders(name, array, letters))
        elif len(letters) > 1:
            yield from ((phrase, (name, changed)) for phrase, changed in _planes(name, array))
    if attrs.get("groups", 1) > 1:
        x = arrays["x"]
        dealt = x.reshape(len(x), -1, attrs["groups"], *x.shape[2:]).swapaxes(1, 2).reshape(x.shape)
        yield "dealing the channels of x to the groups in turn", ("x", dealt)
        behind = x.reshape(len(x), attrs["groups"], -1, *x.shape[2:])[:, ::-1].reshape(x.shape)
        yield "giving the channels of x to the groups in reverse order", ("x", behind)
    for name in kernels:
        yield from ((phrase, (name, changed)) for phrase, changed in _left_out(name, arrays[name], named[name]))


def rare_orders(operator: Operator, arrays: Arrays, attrs: Attrs) -> Iterator[InputMistake]:
    """Images and kernels of four axes whose memory is in any other order: for want of a likelier mistake."""
    if len(operator.outputs) > 1:
        return
    for name, array in arrays.items():
        letters = axes(operator, name, array.ndim, attrs)
        for order in itertools.permutations(range(4)) if len(letters) == 4 else ():
            misread = array.transpose(order).reshape(array.shape)
            if not np.array_equal(misread, array):
                spelled = "".join(letters[axis] for axis in order)
                words = f"reshaping {name} from {spelled} to {letters} where it must be transposed"
                yield InputMistake(words, {**arrays, name: misread}, attrs)


def _flips(operator: Operator, name: str, array: np.ndarray, letters: str) -> Iterator[tuple[str, np.ndarray]]:
    for flipped in ("HW", "H", "W", *letters.replace("H", "").replace("W", "")):
        if set(flipped) <= set(letters):
            phrase = f"flipping {name} along {' and '.join(flipped)}"
            if flipped == "HW" and name in ("w", "k"):
                phrase += f" ({FLIPPED.get(operator.name, 'the kernel is convolved, not correlated')})"
            yield phrase, np.flip(array, tuple(letters.index(axis) for axis in flipped))


def _planes(name: str, array: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The memory of planes read column by column."""
    *outer, height, width = array.shape
    yield f"reading the memory of {name} as (W, H)", array.reshape(*outer, width, height).swapaxes(-1, -2)


def _orders(name: str, array: np.ndarray, letters: str) -> Iterator[tuple[str, np.ndarray]]:
    """Arrays of four axes whose memory is read in another order, by a reshape in the place of a transposition."""
    first, second = (letters.index(axis) for axis in "HW")
    yield f"swapping H and W of {name}", array.swapaxes(first, second)
    yield from _swapped(name, array, letters, "HW")
    if "O" in letters and "I" in letters:
        yield from _swapped(name, array, letters, "OI")
        layouts: Sequence[str] = KERNEL if letters == "OIHW" else TRANSPOSED_KERNEL
    else:
        layouts = IMAGE if letters in IMAGE else ()
    for other in layouts:
        if other != letters:
            order = permutation(letters, other)
            misread = array.transpose(order).reshape(array.shape)
            yield f"reshaping {name} from {other} to {letters} where it must be transposed", misread
            sizes = [array.shape[axis] for axis in order]
            back = array.reshape(sizes).transpose(permutation(other, letters))
            yield f"taking the memory of {name}, {letters}, for {other}", back


def _swapped(name: str, array: np.ndarray, letters: str, pair: str) -> Iterator[tuple[str, np.ndarray]]:
    one, other = (letters.index(axis) for axis in pair)
    shape = list(array.shape)
    shape[one], shape[other] = shape[other], shape[one]
    yield (
        f"reading the memory of {name} with {pair[0]} and {pair[1]} swapped",
        array.reshape(shape).swapaxes(one, other),
    )


def _left_out(name: str, array: np.ndarray, letters: str) -> Iterator[tuple[str, np.ndarray]]:
    """The kernel without one of its taps, or without one of its channels."""
    for words, chosen in (("tap", "HW"), ("input channel", "I"), ("channel", "C")):
        places = [letters.index(axis) for axis in chosen if axis in letters]
        sizes = [array.shape[place] for place in places]
        if len(places) != len(chosen) or not 1 < np.prod(sizes) <= FEW:
            continue
        for index in itertools.product(*map(range, sizes)):
            changed = array.copy()
            changed[tuple(dict(zip(places, index)).get(axis, slice(None)) for axis in range(array.ndim))] = 0
            shown = value(list(index) if len(index) > 1 else index[0])
            yield f"leaving out {words} {shown} of {name}", changed
