"""Laws of the transposed convolution: it is a convolution of an image with zeros between its pixels."""

import numpy as np

from spec.laws.convolution import stuffed
from spec.laws.law import complete, law
from spec.ops.conv_transpose2d import full_size

IMAGE, KERNEL = (2, 4, 5, 6), (4, 6, 3, 2)


@law(
    "conv_transpose2d(x, w) = conv2d(x with s - 1 zeros between its pixels, w flipped, channels swapped, padding full)",
    "conv2d",
    "conv_transpose2d",
    plain={},
    strided={"stride": [2, 3]},
    dilated={"stride": [2, 3], "dilation": [2, 1]},
)
def transposed_is_full(ask, draw, stride=(1, 1), dilation=(1, 1)):
    """A transposed convolution is a convolution too: the kernel flipped, its input and output channels swapped,
    every window that touches the image. Its stride spreads the pixels instead of skipping windows."""
    x, w = draw("x", IMAGE), draw("w", KERNEL)
    flipped = np.ascontiguousarray(w.swapaxes(0, 1)[..., ::-1, ::-1])
    dilated = {"dilation": list(dilation)}
    whole = ask("conv2d", {"padding": "full", **dilated}, x=stuffed(x, stride), w=flipped)
    return ask("conv_transpose2d", {"stride": list(stride), **dilated}, x=x, w=w), whole


@law("conv_transpose2d(1 at pixel (i, j), else 0; w) = w at (i*s, j*s), else 0", "conv_transpose2d")
def impulse_response(ask, draw):
    """A transposed convolution paints a copy of the kernel, unflipped, for each pixel, a stride apart."""
    x, w, steps = np.zeros(IMAGE, draw("x", IMAGE).dtype), draw("w", KERNEL), [2, 3]
    x[0, 1, 2, 3] = x[1, 3, 0, 1] = 1
    painted = np.zeros((2, 6, *full_size(IMAGE[2:], KERNEL[2:], steps, (1, 1))))
    painted[0, :, 4:7, 9:11], painted[1, :, 0:3, 3:5] = w[1], w[3]
    return ask("conv_transpose2d", {"stride": steps}, x=x, w=w), painted


@law(
    "conv_transpose2d(x, w, padding p, output_padding r) = conv_transpose2d(x, w) with p cut off and r zeros added",
    "conv_transpose2d",
    cropped={"stride": [2, 3], "padding": [[1, 0], [2, 1]]},
    equal_pads={"stride": [2, 3], "padding": [[1, 1], [1, 1]]},
    output_padding={"stride": [2, 3], "output_padding": [1, 2]},
    both={"stride": [2, 3], "padding": [[1, 2], [0, 1]], "output_padding": [1, 0]},
)
def cropping(ask, draw, **attrs):
    """Padding takes away from a transposed convolution what it adds to a convolution; output_padding gives back
    rows and columns at the end only."""
    x, w = draw("x", IMAGE), draw("w", KERNEL)
    (top, bottom), (left, right) = complete("conv_transpose2d", {"padding": [[0, 0], [0, 0]], **attrs})["padding"]
    below, beside = complete("conv_transpose2d", attrs)["output_padding"]

    def cut(y):
        y = np.pad(y, ((0, 0), (0, 0), (0, below), (0, beside)))
        return y[..., top : y.shape[2] - bottom, left : y.shape[3] - right]

    whole = ask("conv_transpose2d", {"stride": attrs["stride"]}, x=x, w=w)
    return ask("conv_transpose2d", attrs, x=x, w=w), whole.moved(cut)


@law(
    "conv_transpose2d(x, ones of s x s for each channel, stride s, groups C) = upsample2d(x, s)",
    "conv_transpose2d",
    "upsample2d",
    square={"scale": [2, 2]},
    oblong={"scale": [2, 3]},
)
def upsampling(ask, draw, scale):
    """Painting every pixel as a block of s x s equal pixels enlarges the image to nearest neighbours."""
    x = draw("x", IMAGE)
    ones = np.ones((4, 1, *scale), x.dtype)
    painted = ask("conv_transpose2d", {"stride": scale, "groups": 4}, x=x, w=ones)
    return painted, ask("upsample2d", {"scale": scale, "mode": "nearest"}, x=x)
