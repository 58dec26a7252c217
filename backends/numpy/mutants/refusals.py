"""Checks that are missing: input that must be refused is computed on, as broadcasting or wrapping would have it.

A change takes the method or the check, then its arguments.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, methods

CONVOLUTIONS = "conv2d conv2d_layer conv_transpose2d"
POOLS = "max_pool2d avg_pool2d"
convolutions = Place("refusals", CONVOLUTIONS, *methods("conv2d conv_transpose2d"))
conv2d = Place("refusals", "conv2d conv2d_layer", *methods("conv2d"))
transposed = Place("refusals", "conv_transpose2d", *methods("conv_transpose2d"))
corr2d = Place("refusals", "corr2d", *methods("corr2d"))
windowed = Place("refusals", f"{CONVOLUTIONS} {POOLS}", *methods(f"conv2d conv_transpose2d {POOLS}"))
pools = Place("refusals", POOLS, *methods(POOLS))
pad2d = Place("refusals", "pad2d", *methods("pad2d"))
upsample2d = Place("refusals", "upsample2d", *methods("upsample2d"))
dtypes = Place("refusals", "corr2d convolve2d conv2d conv_transpose2d", "numpy.checks:same_dtype")


@windowed
def zero_stride(original, self, *tensors, stride, **attrs):
    """A stride of 0 is taken for 1."""
    return original(self, *tensors, stride=stride and [max(step, 1) for step in stride], **attrs)


@pools
def zero_window(original, self, x, *, kernel_size, **attrs):
    """A window of 0 pixels is taken for one of 1."""
    return original(self, x, kernel_size=[max(taps, 1) for taps in kernel_size], **attrs)


@pools
def pads_beyond_the_window(original, self, x, *, padding, kernel_size, **attrs):
    """Pads that leave a window without a pixel are cut to what is allowed."""
    if not isinstance(padding, str):
        padding = [[min(one, taps - 1) for one in pads] for pads, taps in zip(padding, kernel_size)]
    return original(self, x, padding=padding, kernel_size=kernel_size, **attrs)


@pools
def window_too_large(original, self, x, *, kernel_size, padding, ceil_mode, **attrs):
    """A window larger than the image is cut to the image."""
    if padding == "valid":
        kernel_size = [min(taps, size) for taps, size in zip(kernel_size, x.shape[2:])]
    return original(self, x, kernel_size=kernel_size, padding=padding, ceil_mode=ceil_mode, **attrs)


@pools
def partial_window_too_large(original, self, x, *, kernel_size, padding, ceil_mode, **attrs):
    """With ceil_mode a window larger than the padded image counts as a partial one."""
    if ceil_mode and not isinstance(padding, str):
        sizes = zip(kernel_size, x.shape[2:], padding)
        kernel_size = [min(taps, size + sum(pads)) for taps, size, pads in sizes]
    return original(self, x, kernel_size=kernel_size, padding=padding, ceil_mode=ceil_mode, **attrs)


@conv2d
def extra_channels_dropped(original, self, x, w, *b, **attrs):
    """Channels are paired off until one side has none left."""
    if w.ndim == x.ndim == 4 and attrs["groups"] == 1:
        fewer = min(x.shape[1], w.shape[1])
        x, w = x[:, :fewer], w[:, :fewer]
    return original(self, x, w, *b, **attrs)


@transposed
def extra_inputs_dropped(original, self, x, w, *b, **attrs):
    """Channels are paired off until one side has none left."""
    if w.ndim == x.ndim == 4 and attrs["groups"] == 1:
        fewer = min(x.shape[1], w.shape[0])
        x, w = x[:, :fewer], w[:fewer]
    return original(self, x, w, *b, **attrs)


@corr2d
def extra_planes_dropped(original, self, x, k):
    """Planes are paired off until one side has none left, as zip does."""
    if x.ndim == 3 and k.ndim > 2:
        fewer = min(len(x), k.shape[-3])
        x, k = x[:fewer], k[..., :fewer, :, :]
    return original(self, x, k)


@conv2d
def groups_guessed(original, self, x, w, *b, groups, **attrs):
    """The groups are guessed from the kernel: C / w.shape[1] of them, as in TensorFlow."""
    if groups == 1 and w.ndim == x.ndim == 4 and x.shape[1] % w.shape[1] == 0:
        groups = x.shape[1] // w.shape[1]
    return original(self, x, w, *b, groups=groups, **attrs)


@convolutions
def single_bias_broadcast(original, self, x, w, b=None, **attrs):
    """A bias of one number is added to every channel."""
    y = original(self, x, w, *(() if b is None or b.shape == (1,) else (b,)), **attrs)
    return y + b if b is not None and b.shape == (1,) else y


@convolutions
def bias_cut_or_repeated(original, self, x, w, b=None, **attrs):
    """A bias of another length is cut or repeated."""
    y = original(self, x, w, **attrs)
    return y if b is None else y + np.resize(b, y.shape[1])[:, None, None]


@transposed
def output_padding_cut(original, self, *tensors, output_padding, stride, dilation, **attrs):
    """An output padding that a larger image would reach is cut to what is allowed."""
    limits = map(max, stride, dilation)
    output_padding = [min(extra, limit - 1) for extra, limit in zip(output_padding, limits)]
    return original(self, *tensors, output_padding=output_padding, stride=stride, dilation=dilation, **attrs)


@pad2d
def negative_pads_crop(original, self, x, *, padding, **attrs):
    """Negative pads crop, as in PyTorch."""
    y = original(self, x, padding=[[max(one, 0) for one in pads] for pads in padding], **attrs)
    (top, bottom), (left, right) = [[max(-one, 0) for one in pads] for pads in padding]
    return y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]


@pad2d
def mirrored_again(original, self, x, *, padding, mode, value):
    """Pads wider than the image mirror or repeat it once more, as NumPy does."""
    name = {"replicate": "edge", "circular": "wrap"}.get(mode, mode)
    return np.pad(x, ((0, 0), (0, 0), *padding), name, **({"constant_values": value} if mode == "constant" else {}))


@upsample2d
def zero_scale(original, self, x, *, scale, **attrs):
    """A scale of 0 is taken for 1."""
    return original(self, x, scale=[max(by, 1) for by in scale], **attrs)


@upsample2d
def corners_of_nearest(original, self, x, *, mode, align_corners, **attrs):
    """align_corners is ignored for nearest."""
    return original(self, x, mode=mode, align_corners=align_corners and mode == "bilinear", **attrs)


@dtypes
def dtypes_promoted(original, *arrays):
    """Inputs of different dtypes are promoted."""
    return np.result_type(*arrays)
