"""The rule of the last, partial window: one function, and the number of windows that follows from it."""

import itertools

import pytest

from spec.padding import longer, overhang, overhangs, windows

AXES = list(itertools.product(range(1, 9), range(1, 4), range(1, 5), range(1, 3), ((0, 0), (1, 0), (0, 2), (2, 1))))


def starts(size, kernel, stride, dilation, pads):
    """Where windows begin, in pixels of the padded axis, by ONNX's words: in the image or in the padding before it."""
    span, end = (kernel - 1) * dilation + 1, size + sum(pads)
    whole = [start for start in range(0, end, stride) if start + span <= end]
    beyond = len(whole) * stride
    return [*whole, beyond] if whole and whole[-1] + span < end and beyond < size + pads[0] else whole


@pytest.mark.parametrize("axis", AXES[::7], ids=str)
def test_the_overhang_is_what_the_last_window_lacks(axis):
    size, kernel, _, dilation, pads = axis
    found, span = starts(*axis), (kernel - 1) * dilation + 1
    lacks = max(found[-1] + span - size - sum(pads), 0) if found else 0
    assert overhang(*axis) == lacks
    if found:
        assert windows(*axis, ceil_mode=True) == len(found)


def test_pads_grow_at_the_end_by_the_overhangs():
    geometry = (5, 6), (2, 3), (2, 2), (1, 1)
    pads = (0, 1), (1, 0)
    assert overhangs(*geometry, pads) == (0, 0)
    assert overhangs((5, 7), *geometry[1:], pads) == (0, 1)
    assert overhangs((5, 7), *geometry[1:], pads, ceil_mode=False) == (0, 0)
    assert longer(pads, (1, 2)) == ((0, 2), (1, 2))
