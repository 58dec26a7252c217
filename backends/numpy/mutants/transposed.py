"""Mistakes of the transposed convolution alone: what is cropped, and what is added at the end.

`transposed(padding, size, kernel, stride, dilation, output_padding)`, with (h, w) each, gives the crops
((top, bottom), (left, right)) and the output padding (h, w).
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, methods, replaced, swapped
from spec.padding import extent

method = Place("conv_transpose2d", "conv_transpose2d", *methods("conv_transpose2d"))
crop = Place("conv_transpose2d", "conv_transpose2d", "numpy.windows:transposed")

method.plant("output-padding-swapped", "The output padding is read as [w, h].", swapped("output_padding"))
method.plant("output-padding-ignored", "Nothing is added at the end.", replaced(output_padding=(0, 0)))


@method
def output_padding_at_the_beginning(original, self, x, w, *b, output_padding, **attrs):
    """The output padding is added at the beginning, not at the end."""
    original(self, x, w, *b, output_padding=output_padding, **attrs)  # what must be refused still is
    y = original(self, x, w, output_padding=(0, 0), **attrs)
    y = np.pad(y, ((0, 0), (0, 0), *((extra, 0) for extra in output_padding)))
    return y + b[0][:, None, None] if b else y


@method
def bias_where_the_kernel_reaches(original, self, x, w, *b, **attrs):
    """The bias is added before the result is cropped and padded: pixels that no kernel reaches lack it."""
    y = original(self, x, w, *b, **attrs)
    if not b:
        return y
    reached = original(self, np.ones_like(x), np.ones_like(w), **attrs) != 0
    return np.where(reached, y, y.dtype.type(0))


@method
def gaps_filled(original, self, x, w, *b, stride, **attrs):
    """The image is enlarged by repeating its pixels, not by putting zeros between them."""
    y = original(self, x, w, *b, stride=stride, **attrs)
    if stride[0] == stride[1] == 1:
        return y
    large = x.repeat(stride[0], axis=2).repeat(stride[1], axis=3)[..., : 1 - stride[0] or None, : 1 - stride[1] or None]
    return original(self, large, w, *b, **{**attrs, "stride": (1, 1), "output_padding": (0, 0)})


@crop
def crop_ends_swapped(transposed, *geometry):
    """The crop of the beginning is taken from the end, and the other way round."""
    crops, extra = transposed(*geometry)
    return tuple(axis[::-1] for axis in crops), extra


@crop
def crop_axes_swapped(transposed, *geometry):
    """Rows are cropped by the pads of the columns, columns by those of the rows."""
    crops, extra = transposed(*geometry)
    return crops[::-1], extra


@crop
def crop_off_by_one(transposed, *geometry):
    """The crop begins a pixel late and ends a pixel late: the size is right."""
    crops, extra = transposed(*geometry)
    return tuple((max(begin - 1, 0), end + min(begin, 1)) for begin, end in crops), extra


@crop
def crop_ignored(transposed, padding, size, kernel, stride, dilation, output_padding):
    """Pads as numbers crop nothing."""
    if isinstance(padding, str):
        return transposed(padding, size, kernel, stride, dilation, output_padding)
    return ((0, 0), (0, 0)), tuple(output_padding)


@crop
def pads_for_crops(transposed, padding, size, kernel, stride, dilation, output_padding):
    """The pads are those of a convolution over the enlarged image: d*(k - 1) less the pad is cropped."""
    crops, extra = transposed(padding, size, kernel, stride, dilation, output_padding)
    if isinstance(padding, str):
        return crops, extra
    reach = [extent(taps, rate) - 1 for taps, rate in zip(kernel, dilation)]
    return tuple((max(far - begin, 0), max(far - end, 0)) for far, (begin, end) in zip(reach, crops)), extra


@crop
def same_by_symmetric_pads(transposed, padding, *geometry):
    """SAME crops both ends alike, and makes up for it with output padding."""
    crops, extra = transposed(padding, *geometry)
    if padding != "same":
        return crops, extra
    both = tuple(((begin + end + 1) // 2,) * 2 for begin, end in crops)
    return both, tuple(empty + 2 * one - begin - end for empty, (one, _), (begin, end) in zip(extra, both, crops))


@crop
def same_lower_is_same(transposed, padding, *geometry):
    """SAME_LOWER crops the odd pixel at the end, as SAME does."""
    return transposed("same" if padding == "same_lower" else padding, *geometry)


@crop
def same_without_gaps(transposed, padding, *geometry):
    """SAME ends where the kernel ends: the empty pixels that a stride beyond the kernel leaves are missing."""
    crops, extra = transposed(padding, *geometry)
    return crops, (0, 0) if padding in ("same", "same_lower") else extra
