"""Mistakes in the rules SAME, SAME_LOWER and FULL, and in the order of explicit pads.

Here the rule is put into numbers, for all windows: `explicit(padding, size, kernel, stride, dilation)`, with
(h, w) each, gives ((top, bottom), (left, right)).
"""

from backends.numpy.mutants.mutant import Place

WINDOWS = "conv2d conv2d_layer max_pool2d avg_pool2d"
rule = Place("padding", WINDOWS, "numpy.windows:explicit")
dilated = rule.of("conv2d conv2d_layer max_pool2d")

SAME = ("same", "same_lower")


@rule
def same_at_the_beginning(explicit, padding, *geometry):
    """SAME puts the odd pixel at the beginning, where SAME_LOWER has it."""
    return explicit("same_lower" if padding == "same" else padding, *geometry)


@rule
def same_lower_at_the_end(explicit, padding, *geometry):
    """SAME_LOWER puts the odd pixel at the end, where SAME has it."""
    return explicit("same" if padding == "same_lower" else padding, *geometry)


@rule
def same_at_both_ends(explicit, padding, *geometry):
    """SAME pads both ends alike, with the odd pixel at neither."""
    pads = explicit(padding, *geometry)
    return tuple((min(axis), min(axis)) for axis in pads) if padding in SAME else pads


@rule
def same_from_the_height(explicit, padding, size, *geometry):
    """The columns of SAME are computed from the number of rows."""
    return explicit(padding, (size[0], size[0]), *geometry)


@rule
def same_without_stride(explicit, padding, size, kernel, stride, *dilation):
    """SAME pads as for stride 1, (k - 1) pixels in all, whatever the stride."""
    return explicit(padding, size, kernel, (1, 1), *dilation)


@dilated
def same_without_dilation(explicit, padding, size, kernel, stride, *dilation):
    """SAME pads for the kernel as it is before it is dilated."""
    return explicit(padding, size, kernel, stride, *([] if padding in SAME else dilation))


@rule
def same_is_valid(explicit, padding, *geometry):
    """SAME pads nothing."""
    return explicit("valid" if padding in SAME else padding, *geometry)


@rule
def full_is_short(explicit, padding, *geometry):
    """FULL pads one pixel too few at the end."""
    pads = explicit(padding, *geometry)
    return tuple((before, max(after - 1, 0)) for before, after in pads) if padding == "full" else pads


@dilated
def full_without_dilation(explicit, padding, size, kernel, stride, *dilation):
    """FULL pads for the kernel as it is before it is dilated."""
    return explicit(padding, size, kernel, stride, *([] if padding == "full" else dilation))


@rule
def ends_swapped(explicit, *arguments):
    """Top and bottom are swapped, left and right too."""
    return tuple(axis[::-1] for axis in explicit(*arguments))


@rule
def axes_swapped(explicit, *arguments):
    """The pads of the rows go to the columns, those of the columns to the rows."""
    return explicit(*arguments)[::-1]


@rule
def beginning_for_both_ends(explicit, *arguments):
    """One pad for each axis: the end gets that of the beginning."""
    return tuple((before, before) for before, _ in explicit(*arguments))


@rule
def one_pad_for_all(explicit, *arguments):
    """One pad for all four sides: that of the top."""
    (top, _), _ = explicit(*arguments)
    return (top, top), (top, top)


@rule
def explicit_pads_ignored(explicit, padding, *geometry):
    """Only the rules are known; pads given as numbers are dropped."""
    return explicit(padding if isinstance(padding, str) else "valid", *geometry)
