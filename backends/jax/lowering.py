"""From the specification's attributes to XLA's: axes by layout, pads as pairs, and windows that XLA lacks."""

import jax.numpy as jnp
import numpy as np
from jax import lax

from spec.padding import explicit, extent, overhangs

XLA_RULES = ("valid", "same", "same_lower")
PAD_MODES = {"replicate": "edge", "circular": "wrap"}  # NumPy's names


def axes(layout):
    """Where height and width stand in a layout."""
    return layout.index("H"), layout.index("W")


def spatial(shape, layout):
    """(h, w) of a shape; counted from the end, so that XLA itself refuses an image without a batch."""
    return tuple(size for size, axis in zip(shape[::-1], layout[::-1]) if axis in "HW")[::-1]


def by_axis(pair, layout, other):
    """One entry for each axis of the layout: `pair` for height and width, `other` for the rest."""
    return tuple({"H": pair[0], "W": pair[1]}.get(axis, other) for axis in layout)


def add_bias(y, b, layout):
    """XLA's convolution has no bias: add one number per channel."""
    return y if b is None else y + b.reshape(by_axis((1, 1), layout, -1)[1:])


def own_padding(padding, kernel, dilation):
    """The padding as XLA takes it: the name of its own rule, or pairs; "full" depends on the kernel alone."""
    return padding.upper() if padding in XLA_RULES else explicit(padding, (0, 0), kernel, (1, 1), dilation)


def groups_to_outputs(w, groups, layout):
    """A transposed kernel holds the groups in its axis I, XLA expects them in O: move them over."""
    if groups == 1:
        return w
    i, o = layout.index("I"), layout.index("O")
    w = jnp.stack(jnp.split(w, groups, axis=i), axis=o)
    return lax.collapse(w, o, o + 2)


def pool_pads(size, kernel, stride, dilation, padding, ceil_mode):
    """The pads as pairs, and how far (h, w) the last windows of ceil_mode hang over them."""
    if padding in XLA_RULES:
        pads = lax.padtype_to_pads(size, list(map(extent, kernel, dilation)), stride, padding.upper())
    else:
        pads = explicit(padding, size, kernel, stride, dilation)
    return pads, overhangs(size, kernel, stride, dilation, pads, ceil_mode)


def reduce_windows(x, start, operation, kernel_size, stride, pads, layout):
    """Pooling: `operation` over each window, beginning with `start`, which is also what the pads hold."""
    window, steps = by_axis(kernel_size, layout, 1), by_axis(stride, layout, 1)
    return lax.reduce_window(x, start, operation, window, steps, by_axis(pads, layout, (0, 0)))


def taps_side_by_side(x, kernel_size, stride, dilation, pads, layout):
    """An image in which the taps of each dilated window are neighbours, and no windows overlap."""
    x = jnp.pad(x, by_axis(pads, layout, (0, 0)), constant_values=-np.inf)
    for axis, taps, step, rate in zip(axes(layout), kernel_size, stride, dilation):
        starts = np.arange(0, x.shape[axis] - extent(taps, rate) + 1, step)
        x = jnp.take(x, (starts[:, None] + rate * np.arange(taps)).ravel(), axis)
    return x


def align(size, times):
    """(stretch, move) along one axis. Pixel i is the interval i .. i+1: the first and last middles stay in place."""
    if size == 1:
        return times, 0  # one pixel covers everything
    stretch = (size * times - 1) / (size - 1)
    return stretch, (1 - stretch) / 2
