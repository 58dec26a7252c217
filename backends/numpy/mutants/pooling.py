"""Mistakes in max and average pooling.

A change takes the method, then its arguments: x (N, C, H, W), and the attributes by name.
"""

import dataclasses

import numpy as np

from backends.numpy.mutants.mutant import Place, methods, replaced, rows_for_both, swapped
from spec.padding import explicit, extent

max_pool2d = Place("max_pool2d", "max_pool2d", *methods("max_pool2d"))
avg_pool2d = Place("avg_pool2d", "avg_pool2d", *methods("avg_pool2d"))
pools = Place("pools", "max_pool2d avg_pool2d", *methods("max_pool2d avg_pool2d"))
windows = Place("pools", "max_pool2d avg_pool2d", "numpy.checks:pooling")
attributes = Place("pools", "max_pool2d avg_pool2d", "execute:completed")
counts = Place("avg_pool2d", "avg_pool2d", "numpy.windows:Windows.counts")

pools.plant("kernel-swapped", "The kernel size is read as [w, h].", swapped("kernel_size"))
pools.plant("kernel-of-rows", "One kernel size for both axes.", rows_for_both("kernel_size"))
pools.plant("stride-swapped", "The stride is read as [w, h].", swapped("stride"))
pools.plant("stride-of-rows", "One stride for both axes.", rows_for_both("stride"))
pools.plant("ceil-ignored", "Partial windows at the end are dropped.", replaced(ceil_mode=False))
pools.plant("ceil-always", "Partial windows at the end always count.", replaced(ceil_mode=True))
max_pool2d.plant("dilation-swapped", "The dilation is read as [w, h].", swapped("dilation"))
max_pool2d.plant("dilation-ignored", "The dilation is 1, whatever is asked for.", replaced(dilation=(1, 1)))
avg_pool2d.plant("pads-never-count", "count_include_pad is ignored.", replaced(count_include_pad=False))
avg_pool2d.plant("pads-always-count", "Pads count by default, as in PyTorch.", replaced(count_include_pad=True))
avg_pool2d.plant("divisor-ignored", "divisor_override is ignored.", replaced(divisor_override=None))


@attributes
def stride_one_by_default(original, attrs):
    """Without a stride the windows overlap (stride 1), as in Flax and npx."""
    return {**attrs, "stride": (1, 1)} if attrs.get("stride", ()) is None else original(attrs)


@pools
def stride_always_the_kernel(original, self, x, *, kernel_size, stride, **attrs):
    """The windows always lie side by side."""
    original(self, x, kernel_size=kernel_size, stride=stride, **attrs)  # what must be refused still is
    return original(self, x, kernel_size=kernel_size, stride=kernel_size, **attrs)


@pools
def image_reshaped(original, self, x, **attrs):
    """An image in NHWC order is reshaped where it should be transposed."""
    return original(self, x.transpose(0, 2, 3, 1).reshape(x.shape), **attrs)


@pools
def channels_reversed(original, self, x, **attrs):
    """The channels come in reverse order."""
    return original(self, x[:, ::-1], **attrs)


@pools
def last_column_missing(original, self, x, **attrs):
    """The size is off by one: the last column of windows is missing."""
    return original(self, x, **attrs)[..., :-1]


@windows
def window_in_the_padding_kept(original, x, kernel_size, stride, padding, dilation=(1, 1), ceil_mode=False):
    """With ceil_mode a window counts even if it starts in the padding after the end."""
    windows = original(x, kernel_size, stride, padding, dilation, ceil_mode)
    if not ceil_mode:
        return windows
    axes = zip(windows.size, windows.kernel, windows.stride, windows.dilation, windows.pads)
    outputs = tuple(-(-(n + sum(pads) - extent(k, d)) // s) + 1 for n, k, s, d, pads in axes)
    return dataclasses.replace(windows, outputs=outputs)


@windows
def overhang_dropped_early(original, x, kernel_size, stride, padding, dilation=(1, 1), ceil_mode=False):
    """A partial window is dropped if it starts in the last row of the image already."""
    windows = original(x, kernel_size, stride, padding, dilation, ceil_mode)
    plain = original(x, kernel_size, stride, padding, dilation)
    axes = zip(windows.outputs, plain.outputs, windows.size, windows.stride, windows.pads)
    outputs = tuple(fewer if (many - 1) * s >= n - 1 + pads[0] else many for many, fewer, n, s, pads in axes)
    return dataclasses.replace(windows, outputs=outputs)


# ---- max_pool2d ----------------------------------------------------------------------------------


@max_pool2d
def padded_with_zeros(original, self, x, *, padding, **attrs):
    """The pads are zeros, which win over negative pixels."""
    y = original(self, x, padding=padding, **attrs)
    stride = attrs["stride"] or attrs["kernel_size"]
    pads = explicit(padding, x.shape[2:], attrs["kernel_size"], stride, attrs["dilation"])
    framed = np.pad(x, ((0, 0), (0, 0), *pads))
    return original(self, framed, padding="valid", **attrs)[..., : y.shape[2], : y.shape[3]]


@max_pool2d
def lowest_finite_number(original, self, x, **attrs):
    """The search starts from the lowest finite number: a window of -inf gives that."""
    y = original(self, x, **attrs)
    return np.where(np.isneginf(y), np.finfo(np.float32).min, y).astype(y.dtype) if y.dtype == np.float32 else y


@max_pool2d
def nan_skipped(original, self, x, **attrs):
    """NaN loses every comparison: the maximum is that of the other pixels."""
    x = x.copy()
    x[np.isnan(x)] = -np.inf
    return original(self, x, **attrs)


@max_pool2d
def largest_magnitude(original, self, x, **attrs):
    """The pixel of the largest absolute value counts."""
    positive, negative = original(self, x, **attrs), original(self, -x, **attrs)
    return np.where(negative > positive, -negative, positive)


@max_pool2d
def average(original, self, x, *, dilation, **attrs):
    """The layer was replaced by average pooling."""
    original(self, x, dilation=dilation, **attrs)  # what must be refused still is
    return self.avg_pool2d(x, count_include_pad=False, divisor_override=None, **attrs)


@max_pool2d.harmless("the maximum of a window is the maximum of the maxima of its rows; nothing is rounded")
def one_axis_after_the_other(original, self, x, *, kernel_size, stride, padding, dilation, **attrs):
    """Columns are pooled first, then rows."""
    original(self, x, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, **attrs)  # refuses
    none = (0, 0)
    rows, columns = explicit(padding, x.shape[2:], kernel_size, stride, dilation)
    for axis, pads in ((1, (none, columns)), (0, (rows, none))):
        k, s, d = ([1 if other != axis else pair[axis] for other in (0, 1)] for pair in (kernel_size, stride, dilation))
        x = original(self, x, kernel_size=k, stride=s, padding=pads, dilation=d, **attrs)
    return x


# ---- avg_pool2d ----------------------------------------------------------------------------------


@avg_pool2d
def maximum(original, self, x, *, count_include_pad, divisor_override, **attrs):
    """The layer was replaced by max pooling."""
    return self.max_pool2d(x, dilation=(1, 1), **attrs)


@counts
def sum_of_the_window(original, self, include_pads):
    """The sum of each window is not divided."""
    return np.minimum(original(self, include_pads), 1)


@counts
def divisor_is_the_area(original, self, include_pads):
    """Every window is divided by kh*kw, whatever it sees."""
    pixels = original(self, include_pads)
    return np.full_like(pixels, np.prod(self.kernel)) if pixels.min() > 0 else pixels


@counts
def overhang_counts(original, self, include_pads):
    """Where pads count, what the last window hangs over by counts too."""
    pixels = original(self, include_pads)
    return np.full_like(pixels, np.prod(self.kernel)) if include_pads else pixels


@counts
def overhang_counts_without_pads(original, self, include_pads):
    """Where pads do not count, what the last window hangs over by counts nevertheless."""
    if include_pads or original(self, False).min() < 1:
        return original(self, include_pads)
    beyond = np.prod(self.kernel) - original(self, True)
    return original(self, False) + beyond


@avg_pool2d
def nan_is_zero(original, self, x, **attrs):
    """NaN counts as zero."""
    return original(self, np.nan_to_num(x), **attrs) if x.dtype == np.float32 else original(self, x, **attrs)


@avg_pool2d
def running_sums(original, self, x, **attrs):
    """Windows are differences of running sums, in which a NaN stays for ever."""
    sums = np.cumsum(x, axis=3)
    return original(self, np.where(np.isnan(sums), sums, x).astype(x.dtype), **attrs)
