"""Faults of the convolution, its layer, and its transpose."""

import numpy as np

from tests.spec.laws.faults.law import fault


@fault("conv2d", "impulse", "unrolled-kernel", "adjoint", "correlation", "transposed-is-full", "image-gradient")
def flips_the_kernel(right, x, w, b=None, **attrs):
    return right(x, w[..., ::-1, ::-1], b, **attrs)


@fault("conv2d", "pointwise", "impulse", "channel-order")
def pairs_channels_backwards(right, x, w, b=None, **attrs):
    return right(x, w[:, ::-1], b, **attrs)


@fault("conv2d", "channel-order", "pointwise")
def doubles_the_first_output(right, x, w, b=None, **attrs):
    return right(x, np.concatenate([2 * w[:1], w[1:]]), b, **attrs)


@fault("conv2d", "stride", "adjoint", "layer")
def swaps_strides(right, *inputs, stride, **attrs):
    return right(*inputs, stride=stride[::-1], **attrs)


@fault("conv2d", "stride", "unrolled-kernel", "layer")
def starts_late(right, x, *inputs, stride, **attrs):
    if max(stride) == 1:
        return right(x, *inputs, stride=stride, **attrs)
    return right(np.roll(x, -1, 3), *inputs, stride=stride, **attrs)


@fault("conv2d", "dilation", "unrolled-kernel", "transposed-is-full")
def dilates_backwards(right, x, w, b=None, *, dilation, **attrs):
    return right(x, w[..., ::-1, :] if max(dilation) > 1 else w, b, dilation=dilation, **attrs)


@fault("conv2d", "padding-first", "unrolled-kernel")
def swaps_pads(right, *inputs, padding, **attrs):
    pads = padding if isinstance(padding, str) else [ends[::-1] for ends in padding]
    return right(*inputs, padding=pads, **attrs)


@fault("conv2d", "rules")
def odd_pixel_first(right, *inputs, padding, **attrs):
    return right(*inputs, padding="same_lower" if padding == "same" else padding, **attrs)


@fault("conv2d", "groups", "unrolled-kernel")
def deals_channels_out(right, x, *inputs, groups, **attrs):
    order = np.arange(x.shape[1]).reshape(-1, groups).T.ravel()
    return right(x[:, order], *inputs, groups=groups, **attrs)


@fault("conv2d", "bias", "layer")
def adds_the_bias_twice(right, x, w, b=None, **attrs):
    return right(x, w, None if b is None else 2 * b, **attrs)


@fault("conv2d", "batch")
def mixes_the_batch(right, x, *inputs, **attrs):
    return right(x + x.sum(axis=0), *inputs, **attrs)


@fault("conv2d", "linear-in-the-image")
def cuts_off_below_zero(right, *inputs, **attrs):
    return np.maximum(right(*inputs, **attrs), 0)


@fault("conv2d", "linear-in-the-kernel")
def adds_a_constant_weight(right, x, w, b=None, **attrs):
    return right(x, w + 1, b, **attrs)


@fault("conv2d", "translation", "circular-images", "height-and-width")
def weighs_columns(right, *inputs, **attrs):
    y = right(*inputs, **attrs)
    return y * (1 + np.arange(y.shape[3]) % 2).astype(y.dtype)


@fault("conv2d", "mirroring", "circular-images")
def loses_the_last_column(right, *inputs, **attrs):
    y = right(*inputs, **attrs)
    y[..., -1] = 0
    return y


@fault("conv2d", "height-and-width")
def dilates_rows_only(right, *inputs, dilation, stride, **attrs):
    y = right(*inputs, dilation=dilation, stride=stride, **attrs)
    return y + y[:, :, :1] if dilation[0] > 1 else y


@fault("conv2d", "kernel-gradient", gradient=True)
def averages_over_the_batch(slopes, c, x, w, b=None, **attrs):
    return {**slopes, "w": slopes["w"] / len(x)}


@fault("conv2d", "image-gradient", "gradient-is-adjoint", gradient=True)
def correlates_backwards(slopes, *inputs, **attrs):
    return {**slopes, "x": slopes["x"][..., ::-1, ::-1]}


@fault("conv2d", "bias-gradient", gradient=True)
def averages_over_pixels(slopes, c, *inputs, **attrs):
    return {name: slope / c[0, 0].size if name == "b" else slope for name, slope in slopes.items()}


@fault("conv2d_layer", "layer", "bias")
def forgets_the_bias(right, x, w, b=None, **attrs):
    return right(x, w, **attrs)


@fault("conv2d_layer", "pads-of-pixels")
def pads_with_zeros_always(right, *inputs, padding_mode, **attrs):
    return right(*inputs, padding_mode="zeros", **attrs)


# Transposed convolution


@fault("conv_transpose2d", "adjoint", "transposed-is-full", "impulse-response", "image-gradient")
def is_a_correlation(right, x, w, b=None, **attrs):
    return right(x, w[..., ::-1, ::-1], b, **attrs)


@fault("conv_transpose2d", "adjoint", "cropping", "image-gradient")
def crops_the_other_end(right, *inputs, padding, **attrs):
    return right(*inputs, padding=padding if isinstance(padding, str) else [ends[::-1] for ends in padding], **attrs)


@fault("conv_transpose2d", "cropping")
def puts_output_padding_first(right, *inputs, output_padding, **attrs):
    return np.roll(right(*inputs, output_padding=output_padding, **attrs), output_padding, axis=(2, 3))


@fault("conv_transpose2d", "groups", "upsampling", "adjoint")
def reverses_groups(right, x, w, b=None, *, groups, **attrs):
    y = right(x, w, b, groups=groups, **attrs)
    return y.reshape(len(y), groups, -1, *y.shape[2:])[:, ::-1].reshape(y.shape)
