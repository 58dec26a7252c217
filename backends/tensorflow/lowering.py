"""From the specification's attributes to TensorFlow's: pads for four axes, layers, kernels with holes, resampling."""

import functools

import tensorflow as tf

from spec.padding import explicit, longer, overhangs


def by_axis(pads):
    """Pads (h, w) as pads for the four axes of NHWC."""
    return [[0, 0], *pads, [0, 0]]


def own_padding(padding, *geometry, ceil_mode=False):
    """The padding as tf.nn takes it: the name of its own rule, or pairs."""
    if padding == "same" or (padding == "valid" and not ceil_mode):
        return padding.upper()
    return by_axis(pool_pads(padding, *geometry, ceil_mode))


def pool_pads(padding, size, kernel_size, stride, dilation, ceil_mode=False):
    """Pads (h, w); with ceil_mode those at the end reach as far as the last window."""
    geometry = size, kernel_size, stride, dilation
    pads = explicit(padding, *geometry)
    return longer(pads, overhangs(*geometry, pads, ceil_mode))


@functools.cache
def convolution(shape, **settings):
    """A layer for images of a shape, cached: `tf.function` may create variables on its first trace only."""
    layer = tf.keras.layers.Conv2D(**settings)
    layer.build(shape)
    return layer


def dilate(w, dilation):
    """The HWOI kernel with dilation - 1 zeros behind each row and column."""
    (kh, kw, *channels), (dh, dw) = w.shape, dilation
    w = tf.pad(w[:, None, :, None], [[0, 0], [0, dh - 1], [0, 0], [0, dw - 1], [0, 0], [0, 0]])
    return tf.reshape(w, [kh * dh, kw * dw, *channels])


def sources(mode, size, pads):
    """The pixel of an axis that stands at each place after padding, for the modes that tf.pad lacks."""
    before, after = pads
    if mode == "replicate":
        head, tail = tf.fill([before], 0), tf.fill([after], size - 1)
    else:
        head, tail = tf.range(size - before, size), tf.range(after)
    return tf.concat([head, tf.range(size), tail], axis=0)


def interpolate(x, axis, size, align_corners):
    """Linear interpolation along one axis of x, to `size` pixels, in the dtype of x."""
    pixels, index = x.shape[axis], tf.range(size, dtype=x.dtype)
    if align_corners:
        place = index * (pixels - 1) / max(size - 1, 1)
    else:
        place = tf.clip_by_value((index + 0.5) * pixels / size - 0.5, 0, pixels - 1)
    below = tf.cast(place, tf.int32)  # cuts the fraction off
    above = tf.minimum(below + 1, pixels - 1)
    weight = tf.reshape(place - tf.cast(below, x.dtype), [-1] + [1] * (3 - axis))
    return tf.gather(x, below, axis=axis) * (1 - weight) + tf.gather(x, above, axis=axis) * weight


def exchange(weight, back=False):
    """A layer's weight from (out, in, ...) to TensorFlow's (..., in, out), or back; a bias stays as it is."""
    order = {1: [0], 2: [1, 0], 4: [3, 2, 0, 1] if back else [2, 3, 1, 0]}
    return tf.transpose(weight, order[weight.shape.rank])
