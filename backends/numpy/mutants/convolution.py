"""Mistakes in wiring a convolution or its transpose: kernel, image, bias, groups, strides.

A change takes the method `conv2d(self, x, w, b, ...)` or `conv_transpose2d`, then its arguments: x (N, C, H, W), w
(O, C/groups, kh, kw) or (C, O/groups, kh, kw).
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, flipped, methods, replaced, rows_for_both, swapped

conv2d = Place("conv2d", "conv2d conv2d_layer", *methods("conv2d"))
layer = Place("conv2d_layer", "conv2d_layer", *methods("conv2d_layer"))
for mode in ("zeros", "reflect", "replicate", "circular"):
    layer.plant(f"pads-are-{mode}", f"padding_mode is always {mode}.", replaced(padding_mode=mode))
both = Place("convolutions", "conv2d conv2d_layer conv_transpose2d", *methods("conv2d conv_transpose2d"))

both.plant("kernel-flipped", "The kernel is flipped in both axes.", flipped(2, 3))
both.plant("kernel-upside-down", "The kernel is flipped along its height.", flipped(2))
both.plant("kernel-left-to-right", "The kernel is flipped along its width.", flipped(3))
both.plant("stride-swapped", "The stride is read as [w, h].", swapped("stride"))
both.plant("stride-of-rows", "One stride for both axes.", rows_for_both("stride"))
both.plant("stride-ignored", "The stride is 1, whatever is asked for.", replaced(stride=(1, 1)))
both.plant("dilation-swapped", "The dilation is read as [w, h].", swapped("dilation"))
both.plant("dilation-of-rows", "One dilation for both axes.", rows_for_both("dilation"))
both.plant("dilation-ignored", "The dilation is 1, whatever is asked for.", replaced(dilation=(1, 1)))


# ---- the kernel ----------------------------------------------------------------------------------


@both
def kernel_axes_swapped(original, self, x, w, *b, **attrs):
    """The memory of the kernel is read as (kw, kh)."""
    *channels, kh, kw = w.shape
    return original(self, x, w.reshape(*channels, kw, kh).swapaxes(2, 3), *b, **attrs)


@both
def kernel_channels_transposed(original, self, x, w, *b, **attrs):
    """Input and output channels of the kernel are mistaken for each other."""
    first, second = w.shape[:2]
    return original(self, x, w.reshape(second, first, *w.shape[2:]).swapaxes(0, 1), *b, **attrs)


@both
def kernel_reshaped(original, self, x, w, *b, **attrs):
    """A kernel in HWIO order is reshaped where it should be transposed."""
    return original(self, x, w.transpose(2, 3, 1, 0).reshape(w.shape), *b, **attrs)


@both
def last_tap_dropped(original, self, x, w, *b, **attrs):
    """The loop over the kernel ends before its last tap."""
    w = w.copy()
    w[..., -1, -1] = 0
    return original(self, x, w, *b, **attrs)


@conv2d
def last_channel_dropped(original, self, x, w, *b, **attrs):
    """The sum over the channels ends before the last one."""
    w = w.copy()
    w[:, -1] = 0
    return original(self, x, w, *b, **attrs)


# ---- image and result ----------------------------------------------------------------------------


@both
def image_reshaped(original, self, x, w, *b, **attrs):
    """An image in NHWC order is reshaped where it should be transposed."""
    return original(self, x.transpose(0, 2, 3, 1).reshape(x.shape), w, *b, **attrs)


@both
def result_reshaped(original, self, x, w, *b, **attrs):
    """A result in NHWC order is reshaped where it should be transposed."""
    y = original(self, x, w, *b, **attrs)
    return y.transpose(0, 2, 3, 1).reshape(y.shape)


@both
def image_axes_swapped(original, self, x, w, *b, **attrs):
    """The memory of the image is read as (W, H)."""
    n, c, height, width = x.shape
    return original(self, x.reshape(n, c, width, height).swapaxes(2, 3), w, *b, **attrs)


@both
def channels_reversed(original, self, x, w, *b, **attrs):
    """The channels of the image come in reverse order, as RGB and BGR."""
    return original(self, x[:, ::-1], w, *b, **attrs)


@both
def outputs_reversed(original, self, x, w, *b, **attrs):
    """The output channels come in reverse order."""
    return original(self, x, w, *b, **attrs)[:, ::-1]


@both
def batch_reversed(original, self, x, w, *b, **attrs):
    """The images of the batch come in reverse order."""
    return original(self, x[::-1], w, *b, **attrs)


@conv2d
def last_column_missing(original, self, x, w, *b, **attrs):
    """The size is off by one: the last column of windows is missing."""
    return original(self, x, w, *b, **attrs)[..., :-1]


@both
def shifted(original, self, x, w, *b, **attrs):
    """Every row is one too low."""
    return np.roll(original(self, x, w, *b, **attrs), 1, axis=2)


@both.harmless("an image does not enter the sums of another")
def image_by_image(original, self, x, w, *b, **attrs):
    """A loop over the images of the batch."""
    if len(x) == 0:
        return original(self, x, w, *b, **attrs)
    return np.concatenate([original(self, image[None], w, *b, **attrs) for image in x])


@both.harmless("the order in memory does not change the values")
def column_major(original, self, x, w, *b, **attrs):
    """Image and kernel lie in memory in Fortran's order."""
    return original(self, np.asfortranarray(x), np.asfortranarray(w), *b, **attrs)


# ---- the bias ------------------------------------------------------------------------------------


@both
def bias_dropped(original, self, x, w, b=None, **attrs):
    """The bias is not added."""
    return original(self, x, w, **attrs)


@both
def bias_doubled(original, self, x, w, b=None, **attrs):
    """The bias is added twice: by the operator, and once more by the layer."""
    return original(self, x, w, **attrs) if b is None else original(self, x, w, b + b, **attrs)


@both
def bias_along_columns(original, self, x, w, b=None, **attrs):
    """The bias is added along the last axis, as for NHWC."""
    y = original(self, x, w, **attrs)
    return y if b is None else y + np.resize(b, y.shape[3])


@both
def bias_reversed(original, self, x, w, b=None, **attrs):
    """The bias goes to the output channels in reverse order."""
    return original(self, x, w, **attrs) if b is None else original(self, x, w, b[::-1], **attrs)


@both
def bias_of_the_first_channel(original, self, x, w, b=None, **attrs):
    """Every output channel gets the first number of the bias."""
    return original(self, x, w, **attrs) if b is None else original(self, x, w, np.full_like(b, b[0]), **attrs)


# ---- groups --------------------------------------------------------------------------------------


@both
def groups_interleaved(original, self, x, w, *b, groups, **attrs):
    """Channel c belongs to group c modulo groups, not to group c // (C / groups)."""
    if groups < 1 or x.shape[1] % groups:
        return original(self, x, w, *b, groups=groups, **attrs)
    mixed = x.reshape(len(x), -1, groups, *x.shape[2:]).swapaxes(1, 2).reshape(x.shape)
    return original(self, mixed, w, *b, groups=groups, **attrs)


@both
def groups_reversed(original, self, x, w, *b, groups, **attrs):
    """The groups take the channels of the image from the last group on."""
    if groups < 1 or x.shape[1] % groups:
        return original(self, x, w, *b, groups=groups, **attrs)
    mixed = x.reshape(len(x), groups, -1, *x.shape[2:])[:, ::-1].reshape(x.shape)
    return original(self, mixed, w, *b, groups=groups, **attrs)


@conv2d
def every_group_sees_the_first(original, self, x, w, *b, groups, **attrs):
    """Every group gets the channels of the first: those that fit its kernels."""
    if groups < 1 or x.shape[1] % groups:
        return original(self, x, w, *b, groups=groups, **attrs)
    first = np.tile(x[:, : x.shape[1] // groups], (1, groups, 1, 1))
    return original(self, first, w, *b, groups=groups, **attrs)


@both
def outputs_interleaved(original, self, x, w, *b, groups, **attrs):
    """Output channel o is that of group o modulo groups, not of group o // (O / groups)."""
    y = original(self, x, w, *b, groups=groups, **attrs)
    return y.reshape(len(y), groups, -1, *y.shape[2:]).swapaxes(1, 2).reshape(y.shape)
