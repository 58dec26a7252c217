"""Faults of pooling."""

import numpy as np

from spec.padding import explicit
from tests.spec.laws.faults.law import fault


@fault("max_pool2d", "order-is-kept", "padding-is-no-maximum", "constants")
def pads_with_zero(right, x, *, padding, **attrs):
    stride = attrs["stride"] or attrs["kernel_size"]
    pads = explicit(padding, x.shape[2:], attrs["kernel_size"], stride, attrs["dilation"])
    return right(np.pad(x, ((0, 0), (0, 0), *pads)), padding="valid", **attrs)


@fault("max_pool2d", "maxima-of-maxima", "order-is-kept")
def returns_the_sum_of_extremes(right, x, **attrs):
    return right(x, **attrs) - right(-x, **attrs)


@fault("max_pool2d", "padding-is-no-maximum")
def returns_the_minimum(right, x, **attrs):
    return -right(-x, **attrs)


@fault("max_pool2d", "gradient-is-adjoint", gradient=True)
def hands_back_to_a_neighbour(slopes, *inputs, **attrs):
    return {"x": np.roll(slopes["x"], 1, axis=3)}


@fault("avg_pool2d", "uncounted-padding", "constants")
def always_counts_padding(right, x, *, count_include_pad, **attrs):
    return right(x, count_include_pad=True, **attrs)


@fault("avg_pool2d", "counted-padding", "average-is-convolution")
def never_counts_padding(right, x, *, count_include_pad, **attrs):
    return right(x, count_include_pad=False, **attrs)


@fault("avg_pool2d", "stated-divisor")
def ignores_the_stated_divisor(right, x, *, divisor_override, **attrs):
    return right(x, divisor_override=None, **attrs)


@fault("avg_pool2d", "average-gradient", "upsampling-gradient", "upsampling-undone", "constants")
def sums(right, x, *, kernel_size, **attrs):
    return right(x, kernel_size=kernel_size, **attrs) * np.prod(kernel_size).astype(x.dtype)


@fault("avg_pool2d", "average-gradient", gradient=True)
def gives_each_pixel_the_whole(slopes, *inputs, kernel_size, **attrs):
    return {"x": slopes["x"] * np.prod(kernel_size)}
