"""Mistakes in the derivatives; the outputs are right.

A change takes the pullback, then the cotangent dy and the operator's inputs; it gives a gradient for each input.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, pullbacks, replaced

CONVOLUTIONS, TEXTBOOK = "conv2d conv2d_layer conv_transpose2d", "corr2d convolve2d"
convolutions = Place("convolutions-gradient", CONVOLUTIONS, *pullbacks(CONVOLUTIONS))
textbook = Place("textbook-gradient", TEXTBOOK, *pullbacks(TEXTBOOK))
pad2d = Place("pad2d-gradient", "pad2d", *pullbacks("pad2d"))
max_pool2d = Place("max_pool2d-gradient", "max_pool2d", *pullbacks("max_pool2d"))
avg_pool2d = Place("avg_pool2d-gradient", "avg_pool2d", *pullbacks("avg_pool2d"))
pools = Place("pools-gradient", "max_pool2d avg_pool2d", *pullbacks("max_pool2d avg_pool2d"))
upsample2d = Place("upsample2d-gradient", "upsample2d", *pullbacks("upsample2d"))
flatten = Place("flatten-gradient", "flatten", *pullbacks("flatten"))
fold = Place("convolutions-gradient", CONVOLUTIONS, "numpy.windows:Windows.fold")

avg_pool2d.plant("pads-never-count", "count_include_pad is ignored.", replaced(count_include_pad=False))
avg_pool2d.plant("pads-always-count", "The divisor counts the pads, always.", replaced(count_include_pad=True))
pad2d.plant("of-constant", "Only the image itself gets a gradient, its copies do not.", replaced(mode="constant"))
upsample2d.plant("corners-never-aligned", "align_corners is ignored.", replaced(align_corners=False))


# ---- convolutions --------------------------------------------------------------------------------


@convolutions
def x_by_the_flipped_kernel(original, dy, x, w, *b, **attrs):
    """dl/dx is computed with the kernel flipped once too often, or not at all."""
    return [original(dy, x, np.flip(w, (2, 3)), *b, **attrs)[0], *original(dy, x, w, *b, **attrs)[1:]]


@convolutions
def w_flipped(original, dy, x, w, *b, **attrs):
    """dl/dw is flipped in both axes."""
    dx, dw, db = original(dy, x, w, *b, **attrs)
    return [dx, np.flip(dw, (2, 3)), db]


@convolutions
def w_of_the_wrong_group(original, dy, x, w, *b, groups, **attrs):
    """dl/dw takes the images of the neighbouring group."""
    dx, _, db = original(dy, x, w, *b, groups=groups, **attrs)
    return [dx, original(dy, np.roll(x, x.shape[1] // groups, axis=1), w, *b, groups=groups, **attrs)[1], db]


@convolutions
def w_averaged(original, dy, x, w, *b, **attrs):
    """dl/dw is the mean over the batch."""
    dx, dw, db = original(dy, x, w, *b, **attrs)
    return [dx, dw / np.asarray(len(x), dw.dtype), db]


@convolutions
def b_averaged(original, dy, x, w, *b, **attrs):
    """dl/db is the mean over the pixels."""
    dx, dw, _ = original(dy, x, w, *b, **attrs)
    return [dx, dw, dy.mean(axis=(0, 2, 3))]


@convolutions
def b_of_the_first_image(original, dy, x, w, *b, **attrs):
    """dl/db is not summed over the batch."""
    dx, dw, _ = original(dy, x, w, *b, **attrs)
    return [dx, dw, dy[0].sum(axis=(1, 2))]


@convolutions
def w_missing(original, dy, x, w, *b, **attrs):
    """dl/dw is zero: the kernel was cut off from the graph."""
    dx, dw, db = original(dy, x, w, *b, **attrs)
    return [dx, np.zeros_like(dw), db]


@convolutions
def doubled(original, dy, x, w, *b, **attrs):
    """The gradient of x is accumulated twice."""
    dx, dw, db = original(dy, x, w, *b, **attrs)
    return [dx + dx, dw, db]


@fold
def overlaps_overwritten(fold, windows, columns):
    """Where windows overlap, the last one is assigned instead of all being added."""
    taps = windows.kernel[0] * windows.kernel[1]
    columns = columns.reshape(len(columns), -1, taps, *windows.outputs)
    framed = np.zeros((*columns.shape[:2], *windows.frame), columns.dtype)
    for tap, seen in enumerate(windows.taps(framed)):
        seen[...] = columns[:, :, tap]
    return windows.inside(framed)


@textbook
def x_by_the_flipped_plane(original, dy, x, k):
    """dl/dx is computed with the kernel flipped once too often, or not at all."""
    return [original(dy, x, np.flip(k, (-2, -1)))[0], original(dy, x, k)[1]]


@textbook
def k_flipped(original, dy, x, k):
    """dl/dk is flipped in both axes."""
    dx, dk = original(dy, x, k)
    return [dx, np.flip(dk, (-2, -1))]


@textbook
def x_missing(original, dy, x, k):
    """dl/dx is zero: elements were assigned, and the assignment has no derivative."""
    dx, dk = original(dy, x, k)
    return [np.zeros_like(dx), dk]


# ---- images --------------------------------------------------------------------------------------


@pad2d
def ends_swapped(original, dy, x, *, padding, **attrs):
    """The beginning gets what belongs to the end."""
    return original(dy, x, padding=[pads[::-1] for pads in padding], **attrs)


@pad2d
def copies_averaged(original, dy, x, **attrs):
    """Each pixel gets the mean of what its copies get, not their sum."""
    return [original(dy, x, **attrs)[0] / np.maximum(original(np.ones_like(dy), x, **attrs)[0], 1)]


@upsample2d
def copies_of_pixels_averaged(original, dy, x, *, scale, **attrs):
    """Each pixel gets the mean of its area, not the sum."""
    return [original(dy, x, scale=scale, **attrs)[0] / dy.dtype.type(scale[0] * scale[1])]


@upsample2d
def always_nearest(original, dy, x, *, scale, mode, align_corners):
    """The gradient of bilinear is that of nearest."""
    return original(dy, x, scale=scale, mode="nearest", align_corners=False)


@flatten
def transposed_back(original, dy, x, *, layout):
    """The axes come back with the channels last."""
    shape = (x.shape[0], *x.shape[2:], x.shape[1])
    return [np.moveaxis(dy.reshape(shape), -1, 1) if x.ndim > 2 else dy.reshape(x.shape)]


# ---- pooling -------------------------------------------------------------------------------------


def seen_by_windows(
    x, *, kernel_size, stride, padding, dilation=(1, 1), ceil_mode=False, count_include_pad=False, divisor_override=None
):
    """The windows of a pool and what the sum of each is divided by."""
    from backends.numpy import checks  # not above: the harness lists the mistakes without the backend

    windows = checks.pooling(x, kernel_size, stride, padding, dilation, ceil_mode)
    return windows, checks.divisor(windows, count_include_pad, divisor_override).astype(x.dtype)


def spread(windows, x, parts, add=True):
    """The gradient in which tap number t hands `parts[t]` to the pixels that it meets."""
    framed = np.zeros((*x.shape[:2], *windows.frame), x.dtype)
    for part, slope in zip(parts, windows.taps(framed)):
        slope[...] = slope + part if add else np.where(part != 0, part, slope)
    return [windows.inside(framed)]


def shares_of_maxima(dy, x, attrs, divided):
    """The windows, and what each tap hands on where every one of equal maxima counts."""
    windows, _ = seen_by_windows(x, **attrs)
    seen = np.stack(list(windows.taps(windows.framed(x, -np.inf))))
    largest = seen == seen.max(axis=0)
    return windows, largest * (dy / largest.sum(axis=0) if divided else dy)


@max_pool2d
def to_all_maxima(original, dy, x, **attrs):
    """Each of equal maxima gets the whole cotangent."""
    windows, parts = shares_of_maxima(dy, x, attrs, divided=False)
    return spread(windows, x, parts)


@max_pool2d
def divided_among_maxima(original, dy, x, **attrs):
    """Equal maxima share the cotangent."""
    windows, parts = shares_of_maxima(dy, x, attrs, divided=True)
    return spread(windows, x, parts.astype(x.dtype))


@max_pool2d
def to_the_last_maximum(original, dy, x, **attrs):
    """Of equal maxima the last gets the cotangent, not the first."""
    windows, parts = shares_of_maxima(np.ones_like(dy), x, attrs, divided=False)
    last = len(parts) - 1 - parts[::-1].argmax(axis=0)
    return spread(windows, x, [np.where(last == tap, dy, 0) for tap in range(len(parts))])


@max_pool2d
def overlaps_of_maxima_overwritten(original, dy, x, **attrs):
    """A pixel that is the maximum of several windows gets the cotangent of the last alone."""
    windows, parts = shares_of_maxima(dy, x, attrs, divided=False)
    return spread(windows, x, parts, add=False)


@avg_pool2d
def overlaps_of_averages_overwritten(original, dy, x, **attrs):
    """A pixel in several windows gets a part of the last alone."""
    windows, pixels = seen_by_windows(x, **attrs)
    return spread(windows, x, [dy / pixels] * int(np.prod(windows.kernel)), add=False)


@avg_pool2d
def divisor_is_the_area(original, dy, x, **attrs):
    """Every cotangent is divided by kh*kw, whatever its window saw."""
    windows, pixels = seen_by_windows(x, **attrs)
    return original(dy * pixels / x.dtype.type(np.prod(windows.kernel)), x, **attrs)


@avg_pool2d
def not_divided(original, dy, x, **attrs):
    """Each pixel gets the whole cotangent, not its part."""
    _, pixels = seen_by_windows(x, **attrs)
    return original(dy * pixels, x, **attrs)


@pools
def frame_ends_swapped(original, dy, x, *, padding, **attrs):
    """The pads are cut off at the wrong ends."""
    windows, _ = seen_by_windows(x, padding=padding, **attrs)
    dx = original(dy, x, padding=padding, **attrs)[0]
    shifts = tuple(begin - end for begin, end in windows.pads)
    return [np.roll(dx, shifts, axis=(2, 3))]
