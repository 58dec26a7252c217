"""Mistakes in padding, resampling and flattening: values that are moved to wrong places.

A change takes the method, then its arguments: x (N, C, H, W), and the attributes by name.
"""

import numpy as np

from backends.numpy.mutants.mutant import Place, methods, replaced, rows_for_both, swapped

pad2d = Place("pad2d", "pad2d", *methods("pad2d"))
upsample2d = Place("upsample2d", "upsample2d", *methods("upsample2d"))
neighbours = Place("upsample2d", "upsample2d", "numpy.sampling:neighbours")
flatten = Place("flatten", "flatten", *methods("flatten"))


# ---- pad2d ---------------------------------------------------------------------------------------

pad2d.plant("axes-swapped", "Left and right come first, as PyTorch has them.", swapped("padding"))
pad2d.plant("rows-for-both", "The columns get the pads of the rows.", rows_for_both("padding"))
pad2d.plant("value-ignored", "The constant is 0, whatever is asked for.", replaced(value=0))
pad2d.plant("mode-ignored", "Every mode is constant.", replaced(mode="constant"))


@pad2d
def ends_swapped(original, self, x, *, padding, **attrs):
    """Top and bottom are swapped, left and right too."""
    return original(self, x, padding=[pads[::-1] for pads in padding], **attrs)


def another_mode(asked, done):
    """The mode `done` where `asked` is asked for; what `asked` refuses is still refused."""

    def change(original, self, x, *, mode, **attrs):
        y = original(self, x, mode=mode, **attrs)
        return original(self, x, mode=done, **attrs) if mode == asked else y

    return change


pad2d.plant("reflect-is-replicate", "REFLECT repeats the edge pixel.", another_mode("reflect", "replicate"))
pad2d.plant("reflect-is-symmetric", "REFLECT repeats the edge pixel once.", another_mode("reflect", "symmetric"))
pad2d.plant("symmetric-is-replicate", "SYMMETRIC repeats the edge pixel.", another_mode("symmetric", "replicate"))
pad2d.plant("replicate-is-symmetric", "REPLICATE mirrors the image.", another_mode("replicate", "symmetric"))
pad2d.plant("replicate-is-constant", "REPLICATE pads with zeros.", another_mode("replicate", "constant"))
pad2d.plant("circular-is-symmetric", "CIRCULAR mirrors the image.", another_mode("circular", "symmetric"))


@pad2d
def symmetric_is_reflect(original, self, x, *, padding, mode, value):
    """SYMMETRIC leaves out the edge pixel."""
    y = original(self, x, padding=padding, mode=mode, value=value)
    return np.pad(x, ((0, 0), (0, 0), *padding), "reflect") if mode == "symmetric" else y


@pad2d
def circular_backwards(original, self, x, *, padding, mode, value):
    """CIRCULAR continues the image with the end that is next, not with the opposite one."""
    y = original(self, x, padding=padding, mode=mode, value=value)
    if mode != "circular":
        return y
    for axis, (before, after) in zip((2, 3), padding):
        places = np.arange(x.shape[axis])
        x = x.take(np.concatenate([places[:before], places, places[len(places) - after :]]), axis)
    return x


@pad2d
def corners_empty(original, self, x, *, padding, mode, value):
    """Rows are padded, then columns, each from the image: the corners stay zero."""
    y = original(self, x, padding=padding, mode=mode, value=value)
    (top, bottom), (left, right) = padding
    rows, columns = np.ones((2, *y.shape[2:]), bool)
    rows[top : y.shape[2] - bottom] = False
    columns[:, left : y.shape[3] - right] = False
    return np.where(rows & columns, y.dtype.type(0), y)


@pad2d
def columns_not_padded_by_mode(original, self, x, *, padding, mode, value):
    """The mode holds for the rows alone; columns are padded with the constant."""
    original(self, x, padding=padding, mode=mode, value=value)  # what must be refused still is
    rows, columns = padding
    y = original(self, x, padding=[rows, (0, 0)], mode=mode, value=value)
    return original(self, y, padding=[(0, 0), columns], mode="constant", value=value)


# ---- upsample2d ----------------------------------------------------------------------------------

upsample2d.plant("scale-swapped", "The scale is read as [w, h].", swapped("scale"))
upsample2d.plant("scale-of-rows", "One factor for both axes.", rows_for_both("scale"))
upsample2d.plant("corners-never-aligned", "align_corners is ignored.", replaced(align_corners=False))


@upsample2d
def always_nearest(original, self, x, *, mode, **attrs):
    """Bilinear repeats pixels instead of mixing them."""
    original(self, x, mode=mode, **attrs)  # what must be refused still is
    return original(self, x, **{**attrs, "mode": "nearest", "align_corners": False})


def nearest_at(place):
    """Nearest takes the pixel `place(i / scale)` for pixel i."""

    def change(original, self, x, *, scale, mode, align_corners):
        y = original(self, x, scale=scale, mode=mode, align_corners=align_corners)
        if mode != "nearest":
            return y
        for axis, factor in zip((2, 3), scale):
            places = place(np.arange(x.shape[axis] * factor), factor).astype(int)
            x = x.take(np.minimum(places, x.shape[axis] - 1), axis)
        return x

    return change


rounded = nearest_at(lambda i, scale: np.floor(i / scale + 0.5))
upsample2d.plant("nearest-rounds", "Nearest rounds the place instead of cutting it off.", rounded)
from_the_end = nearest_at(lambda i, scale: np.ceil(i / scale))
upsample2d.plant("nearest-rounds-up", "Nearest counts from the end: the place is rounded up.", from_the_end)
exact = nearest_at(lambda i, scale: np.floor((i + 0.5) / scale))
why = "i = q*s + r with 0 <= r < s, so (i + 1/2)/s lies between q and q + 1 for every whole s: both floors are q"
upsample2d.plant("nearest-exact", "Nearest reads at the centre of each pixel, as nearest-exact does.", exact, why)


@upsample2d
def nearest_tiles(original, self, x, *, scale, mode, align_corners):
    """The whole image is repeated, not each pixel."""
    y = original(self, x, scale=scale, mode=mode, align_corners=align_corners)
    return np.tile(x, (1, 1, *scale)) if mode == "nearest" else y


@neighbours
def corners_always_aligned(original, size, factor, align_corners):
    """Corners are aligned even where pixels are areas, MXNet's default."""
    return original(size, factor, True)


@neighbours
def no_half_pixel(original, size, factor, align_corners):
    """Place i is read at i / scale: neither corners nor edges agree, as once in TensorFlow."""
    if align_corners:
        return original(size, factor, align_corners)
    at = np.clip(np.arange(size * factor) / factor, 0, size - 1)
    before = np.floor(at).astype(int)
    return before, np.minimum(before + 1, size - 1), at - before


@neighbours
def edges_extrapolated(original, size, factor, align_corners):
    """Places outside the image are not clamped: the edge goes on with its slope."""
    if align_corners or size == 1:
        return original(size, factor, align_corners)
    at = (np.arange(size * factor) + 0.5) / factor - 0.5
    before = np.clip(np.floor(at), 0, size - 2).astype(int)
    return before, before + 1, at - before


@neighbours
def shares_swapped(original, size, factor, align_corners):
    """The pixel before gets the share of the pixel after."""
    before, after, share = original(size, factor, align_corners)
    return after, before, share


# ---- flatten -------------------------------------------------------------------------------------


@flatten
def channels_last(original, self, x, *, layout):
    """NCHW is flattened in the order of NHWC."""
    return original(self, np.moveaxis(x, 1, -1) if layout == "NCHW" and x.ndim > 2 else x, layout=layout)


@flatten
def channels_first(original, self, x, *, layout):
    """NHWC is transposed to NCHW before it is flattened."""
    return original(self, np.moveaxis(x, -1, 1) if layout == "NHWC" and x.ndim > 2 else x, layout=layout)


@flatten
def column_major(original, self, x, *, layout):
    """The first index runs fastest, as in Fortran."""
    return original(self, x.transpose(0, *range(x.ndim - 1, 0, -1)), layout=layout)


@flatten
def batch_flattened(original, self, x, *, layout):
    """The batch is flattened too."""
    return original(self, x, layout=layout).reshape(1, -1)


@flatten
def single_image_squeezed(original, self, x, *, layout):
    """A batch of one image loses its axis."""
    y = original(self, x, layout=layout)
    return y[0] if len(y) == 1 else y
