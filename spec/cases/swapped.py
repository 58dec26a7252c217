"""Convolutions whose image and kernel XLA lets change places, for predicates of its frameworks' ledgers.

The image as kernel saves products where it has fewer pixels than the kernel has taps. An axis that XLA takes for groups
is left as it is: no pads, and taps as many as `lhs_dilation`, which is one more than the stride. That there are as many
pixels it does not look at, and where there are not, the shapes no longer fit: its compiler ends the process.
Source: SwapConvolutionOperandsIfBeneficial in XLA's conv_operand_swapper.cc.
"""

import math

from spec.cases import predicates
from spec.core import Case
from spec.padding import extent, transposed

Axis = tuple[int, int, tuple[int, int], int, int, int]  # pixels, taps, pads, stride, zeros between pixels + 1, dilation


def has_outputs(case: Case) -> bool:
    """Whether a convolution's shapes and steps make sense, and leave at least one output."""
    ranks = predicates.rank(case) == predicates.second(case).ndim == 4 and not predicates.empty(case)
    if not ranks or min(*predicates.strides(case), *predicates.dilations(case), predicates.groups(case)) < 1:
        return False
    sizes = predicates.transposed_sizes(case) if case.op == "conv_transpose2d" else predicates.room(case)
    return min(sizes) >= (case.op == "conv_transpose2d")


def _is_taken_for_groups(axis: Axis) -> bool:
    """Zeros between the pixels as many as a group has channels; that there are as many pixels is not looked at."""
    _, taps, pads, step, spread, rate = axis
    return pads == (0, 0) and rate == 1 and spread == taps == step + 1


def is_swapped_in_part(axes: list[Axis]) -> bool:
    """Whether image and kernel change places, which saves products, though one axis is left as it is."""
    groups = [axis for axis in axes if _is_taken_for_groups(axis)]
    others = [axis for axis in axes if axis not in groups and not _is_one_sum(axis)]
    fewer = math.prod(map(_taps_when_swapped, others)) < math.prod(taps for _, taps, *_ in others)
    return fewer and any(size != taps for size, taps, *_ in groups)


def _is_one_sum(axis: Axis) -> bool:
    size, taps, *rest = axis
    return size == taps and rest == [(0, 0), 1, 1, 1]


def _taps_when_swapped(axis: Axis) -> int:
    """The pixels; but each tap of the kernel beside a single pixel meets it once in any case."""
    size, taps, pads, step, _, rate = axis
    return taps if size == step == rate == 1 and pads == (taps - 1, taps - 1) else size


def transposed_axes(case: Case) -> tuple[list[Axis], list[Axis]]:
    """The convolution that stands for a transposed one, and its gradient for the kernel: `lax` has one operator."""
    geometry = predicates.image(case), predicates.window(case), predicates.strides(case), predicates.dilations(case)
    crops, more = transposed(case.attrs["padding"], *geometry, case.attrs["output_padding"])
    forward: list[Axis] = []
    slopes: list[Axis] = []
    for size, taps, spread, rate, (start, end), extra in zip(*geometry, crops, more):
        reach = extent(taps, rate) - 1
        pads = reach - start, reach - end + extra
        outputs = (size - 1) * spread + 1 + sum(pads) - reach
        forward.append((size, taps, pads, 1, spread, rate))
        slopes.append((size, outputs, pads, rate, spread, 1))
    return forward, slopes


def slopes_of_pixels(case: Case) -> list[Axis]:
    """The gradient of a convolution for its image: a convolution of the cotangent, with zeros between its numbers."""
    found: list[Axis] = []
    steps, rates = predicates.strides(case), predicates.dilations(case)
    for size, taps, step, rate, (start, end) in zip(
        predicates.image(case), predicates.window(case), steps, rates, predicates.pads(case)
    ):
        span = extent(taps, rate)
        outputs = (size + start + end - span) // step + 1
        before = span - 1 - start
        after = size + span - 2 - (outputs - 1) * step - before
        found.append((outputs, taps, (before, after), 1, step, rate))
    return found
