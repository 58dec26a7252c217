"""Sizes of windows and pads, whatever the numbers: what the rules promise, counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.core import Rejected
from spec.padding import explicit, extent, transposed, windows

SIZES, KERNELS, STRIDES, RATES = st.integers(1, 40), st.integers(1, 7), st.integers(1, 8), st.integers(1, 4)
RULES = st.sampled_from(["same", "same_lower"])


@given(RULES, SIZES, KERNELS, STRIDES, RATES)
def test_same_leaves_the_size_over_the_stride_and_the_odd_pixel_at_one_end(rule, size, kernel, stride, rate):
    (pads, _) = explicit(rule, (size, 1), (kernel, 1), (stride, 1), (rate, 1))
    assert windows(size, kernel, stride, rate, pads) == -(-size // stride)
    assert min(pads) >= 0
    first, last = pads if rule == "same" else pads[::-1]
    assert last - first in (0, 1)


@given(RULES, SIZES, KERNELS, STRIDES, RATES)
def test_same_transposed_gives_the_size_times_the_stride(rule, size, kernel, stride, rate):
    crop, empty = transposed(rule, (size, 1), (kernel, 1), (stride, 1), (rate, 1), (0, 0))
    assert (size - 1) * stride - sum(crop[0]) + extent(kernel, rate) + empty[0] == size * stride


@given(SIZES, KERNELS, STRIDES, RATES, st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_windows_are_those_that_fit(size, kernel, stride, rate, before, after, ceil_mode):
    """Counted one by one: a partial one, with `ceil_mode`, must begin before the padding at the end."""
    fits = [start for start in range(0, size + before + after) if start % stride == 0]
    whole = [start for start in fits if start + extent(kernel, rate) <= size + before + after]
    if not whole:
        with pytest.raises(Rejected, match="larger than"):
            windows(size, kernel, stride, rate, (before, after), ceil_mode)
        return
    partial = [start for start in fits if start == whole[-1] + stride and start < size + before]
    if whole[-1] + extent(kernel, rate) == size + before + after:
        partial = []  # nothing is left over
    count = windows(size, kernel, stride, rate, (before, after), ceil_mode)
    assert count == len(whole) + (len(partial) if ceil_mode else 0)
