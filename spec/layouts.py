"""Axis orders of images and kernels, and the permutations between them.

Images: `NCHW` or `NHWC`. Kernels of a convolution: `OIHW HWIO OHWI IHWO`, where O counts the output
channels and I the input channels of one group. Kernels of a transposed convolution name their axes the
same way; there I counts the input channels and O the output channels of one group.

Weights of a dense layer: `OI` or `IO`. Behind a flatten their axis I is several axes of the image in one, written
in brackets: `(HWI)O` has a row for each pixel and channel, the channels of a pixel side by side.
"""

import math
import re
from collections.abc import Mapping

import numpy as np

IMAGE = ("NCHW", "NHWC")
KERNEL = ("OIHW", "HWIO", "OHWI", "IHWO")
TRANSPOSED_KERNEL = ("IOHW", "HWOI", "OHWI", "HWIO")
DENSE = ("OI", "IO")


def permutation(source: str, target: str) -> tuple[int, ...]:
    """Axes for `numpy.transpose` that turn an array of layout `source` into layout `target`."""
    return tuple(source.index(axis) for axis in target)


def convert(array: np.ndarray, source: str, target: str) -> np.ndarray:
    """The array with its axes in the order of `target`; an array of another rank is left as it is.

    A wrong rank is passed on untouched, so that the framework under test sees it and can refuse it.
    """
    if source == target or array.ndim != len(source):
        return array
    return np.ascontiguousarray(array.transpose(permutation(source, target)))


def behind_flatten(dense: str, image: str) -> str:
    """The layout of dense weights that meet flattened images: `IO` behind NHWC is `(HWI)O`.

    A flatten keeps the order in memory, so the order of the image's axes becomes that of the weights.
    """
    return dense.replace("I", f"({image.replace('N', '').replace('C', 'I')})")


def apart(layout: str) -> str:
    """A layout whose axes are all by themselves: `(HWI)O` becomes `HWIO`."""
    return layout.replace("(", "").replace(")", "")


def together(sizes: Mapping[str, int], layout: str) -> tuple[int, ...]:
    """The shape of an array of this layout, from the size of each single axis."""
    return tuple(math.prod(sizes[axis] for axis in apart(group)) for group in re.findall(r"\(\w+\)|\w", layout))
