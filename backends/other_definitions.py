"""Definitions that frameworks follow in place of the specification's: for `Defined` in the entries of ledgers.

Arguments and results are those of the operator's `reference`: arrays in NCHW and OIHW (IOHW).
"""

import numpy as np

from spec.numerics import pooling_windows
from spec.ops import avg_pool2d, conv2d, conv_transpose2d, convolve2d, upsample2d
from spec.padding import transposed


def convolution_without_padding(x, w, b=None, *, stride, padding, dilation, groups, padding_mode="zeros"):
    """A convolution that leaves taps out where they meet zeros of padding, in place of multiplying them with 0."""
    attrs = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    alone = np.ones_like(w, bool) if not np.isfinite(x).all() else ~np.isfinite(w)  # 0 times infinity would be NaN
    y = conv2d.reference(np.where(np.isfinite(x), x, 0), np.where(alone, 0, w), **attrs)
    for tap in zip(*np.nonzero(alone)):  # each of them alone: the pixels that it meets, times its weight
        lone = np.zeros_like(w)
        lone[tap] = 1
        pixels = conv2d.reference(np.where(np.isfinite(x), x, 0), lone, **attrs)
        for special, where in ((np.inf, np.isposinf(x)), (-np.inf, np.isneginf(x)), (np.nan, np.isnan(x))):
            pixels = np.where(conv2d.reference(where.astype(x.dtype), lone, **attrs) > 0, special, pixels)
        met = conv2d.reference(np.ones_like(x), lone, **attrs) > 0
        y = y + np.where(met, pixels * w[tap], 0)
    return y if b is None else y + b[:, None, None]


def pools_of_padding(x, *, count_include_pad=None, divisor_override=None, **attrs):
    """A pool whose windows may lie wholly in the padding: their maximum is -inf, their mean 0/0, or 0 if pads count."""
    places = pooling_windows.positions(x.shape, **attrs)
    if count_include_pad is None:
        return pooling_windows.gather(x, *places, -np.inf).max(axis=(4, 5))
    counted = {"count_include_pad": count_include_pad, "divisor_override": divisor_override}
    divisor = avg_pool2d.divisor(x.shape, **counted, **attrs).astype(x.dtype)
    with np.errstate(all="ignore"):
        return pooling_windows.gather(x, *places, 0).sum(axis=(4, 5)) / divisor


def sums_of_pools(x, *, count_include_pad=None, divisor_override=None, **attrs):
    """How many numbers such a pool sums for each element: none for a maximum."""
    rows, columns = pooling_windows.positions(x.shape, **attrs)
    count = 0 if count_include_pad is None else rows.shape[1] * columns.shape[1] + 1
    return np.full((*x.shape[:2], len(rows), len(columns)), float(count))


LOWEST = float(np.finfo(np.float32).min)


def maximum_without_nan(x, *, kernel_size, stride, padding, dilation, ceil_mode, least=LOWEST):
    """The maximum by a search from the lowest finite number, which no comparison with NaN ends."""
    places = pooling_windows.positions(x.shape, kernel_size, stride, padding, dilation, ceil_mode)
    seen = pooling_windows.gather(x, *places, least)
    return np.where(np.isnan(seen), least, np.maximum(seen, least)).max(axis=(4, 5))


def maximum_without_nan_from_infinity(x, **attrs):
    """The same by a search from -inf."""
    return maximum_without_nan(x, **attrs, least=-np.inf)


def mean_by_window(x, **attrs):
    """The sum divided by the size of the window, wherever that hangs over."""
    geometry = {name: value for name, value in attrs.items() if name not in ("count_include_pad", "divisor_override")}
    seen = pooling_windows.gather(x, *pooling_windows.positions(x.shape, **geometry), 0)
    return seen.sum(axis=(4, 5)) / np.prod(attrs["kernel_size"])


def _interpolated(x, axis, by, align_corners, combine, beyond):
    """Interpolate along an axis, between the pixel at or before a place and the one at it or `beyond` it."""
    places = np.clip(upsample2d.positions(x.shape[axis], by, align_corners), 0, x.shape[axis] - 1)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, x.shape[axis] - 1) if beyond else np.ceil(places).astype(int)
    weights = np.expand_dims(places - low, [other for other in range(-x.ndim, 0) if other != axis - x.ndim])
    with np.errstate(all="ignore"):
        return combine(x.take(low, axis), x.take(high, axis), weights.astype(x.dtype))


def _difference(a, b, t):
    return a + (b - a) * t


def bilinear_by_weights(x, *, scale, mode, align_corners):
    """a (1 - t) + b t, also where t is 0 and b infinite."""
    for axis in (3, 2):
        x = _interpolated(x, axis, scale[axis - 2], align_corners, lambda a, b, t: a * (1 - t) + b * t, True)
    return x


def bilinear_by_differences(x, *, scale, mode, align_corners):
    """a + (b - a) t, which is NaN with a infinite, and with b infinite where t is 0."""
    for axis in (3, 2):
        x = _interpolated(x, axis, scale[axis - 2], align_corners, _difference, True)
    return x


def bilinear_by_differences_to_itself(x, *, scale, mode, align_corners):
    """The same where a place that is a pixel lies between that pixel and itself."""
    for axis in (3, 2):
        x = _interpolated(x, axis, scale[axis - 2], align_corners, _difference, False)
    return x


def bilinear_by_matrices(x, *, scale, mode, align_corners):
    """A product with a matrix of weights for each axis, those of 0 as well."""
    weights = [np.maximum(0, 1 - one) for one in upsample2d.distances(x.shape, scale, align_corners)]
    with np.errstate(all="ignore"):
        rows = np.einsum("ih,nchw->nciw", weights[0], x)
        return np.einsum("jw,nciw->ncij", weights[1], rows)


def transposed_over_zeros(x, w, b=None, *, stride, padding, output_padding, dilation, groups):
    """A transposed convolution as a convolution of the image with zeros around and between its pixels."""
    kh, kw = w.shape[2:]
    crop, extra = transposed(padding, x.shape[2:], (kh, kw), stride, dilation, output_padding)
    n, channels, h, wide = x.shape
    spread = np.zeros((n, channels, (h - 1) * stride[0] + 1, (wide - 1) * stride[1] + 1), x.dtype)
    spread[:, :, :: stride[0], :: stride[1]] = x
    reach = [(kh - 1) * dilation[0], (kw - 1) * dilation[1]]
    pads = [[far - before, far - after + more] for far, (before, after), more in zip(reach, crop, extra)]
    rows, columns = (slice(max(-start, 0), min(end, 0) or None) for start, end in pads)  # crops wider than the kernel
    spread, pads = spread[:, :, rows, columns], [[max(start, 0), max(end, 0)] for start, end in pads]
    turned = w.reshape(groups, channels // groups, -1, kh, kw).swapaxes(1, 2)[..., ::-1, ::-1]
    turned = turned.reshape(-1, channels // groups, kh, kw)
    with np.errstate(all="ignore"):
        y = conv2d.reference(spread, turned, stride=(1, 1), padding=pads, dilation=dilation, groups=groups)
    return y if b is None else y + b[:, None, None]


def transposed_in_pairs(x, w, b=None, **attrs):
    """A transposed convolution whose products are summed in pairs with products with 0, which are NaN of infinity."""
    with np.errstate(all="ignore"):
        beside = conv_transpose2d.reference(np.zeros_like(x), w, **attrs)
    return conv_transpose2d.reference(x, w, b, **attrs) + beside


def transposed_with_spelled_zeros(x, w, b=None, *, padding, output_padding, stride, dilation, groups):
    """A transposed convolution whose dilated kernel has zeros behind each tap, which are multiplied."""
    (kh, kw), (dh, dw) = w.shape[2:], dilation
    pads, extra = transposed(padding, x.shape[2:], (kh, kw), stride, dilation, output_padding)
    spelled = np.zeros((*w.shape[:2], kh * dh, kw * dw), w.dtype)
    spelled[:, :, ::dh, ::dw] = w
    crop = [[start, end + rate - 1 - more] for (start, end), rate, more in zip(pads, dilation, extra)]
    plain = {"stride": stride, "padding": "valid", "output_padding": (0, 0), "dilation": (1, 1), "groups": groups}
    with np.errstate(all="ignore"):
        y = conv_transpose2d.reference(x, spelled, **plain)
    y = np.pad(y, [(0, 0), (0, 0), *((0, max(-end, 0)) for _, end in crop)])
    (top, bottom), (left, right) = crop
    y = y[:, :, top : y.shape[2] - max(bottom, 0), left : y.shape[3] - max(right, 0)]
    return y if b is None else y + b[:, None, None]


def convolution_in_pairs(x, k):
    """A true convolution in which every pixel comes with the one after it in memory, multiplied with 0."""
    after = np.roll(x.ravel(), -1).reshape(x.shape)
    with np.errstate(all="ignore"):
        return convolve2d.reference(x, k) + convolve2d.reference(after, np.zeros_like(k))


def mean_of_overflowing_sums(x, **attrs):
    """The mean, infinite where the sum in float16 is."""
    means = avg_pool2d.reference(x, **attrs)
    sums = means * avg_pool2d.divisor(x.shape, **attrs).astype(x.dtype)
    return np.where(abs(sums) > np.finfo(np.float16).max, np.copysign(np.inf, sums), means)


def maximum_of_flushed(x, *, kernel_size, stride, padding, dilation, ceil_mode):
    """The first of the largest pixels of each window, subnormal numbers compared as 0, and moved as they are."""
    places = pooling_windows.positions(x.shape, kernel_size, stride, padding, dilation, ceil_mode)
    seen = pooling_windows.gather(x, *places, -np.inf)
    seen = seen.reshape(*seen.shape[:4], -1)
    first = np.where(abs(seen) < np.finfo(np.float32).tiny, 0, seen).argmax(axis=-1)
    return np.take_along_axis(seen, first[..., None], axis=-1)[..., 0]
