"""Axis orders of images and kernels, and the permutations between them.

Images: `NCHW` or `NHWC`. Kernels of a convolution: `OIHW HWIO OHWI IHWO`, where O counts the output
channels and I the input channels of one group. Kernels of a transposed convolution name their axes the
same way; there I counts the input channels and O the output channels of one group.
"""

import numpy as np

IMAGE = ("NCHW", "NHWC")
KERNEL = ("OIHW", "HWIO", "OHWI", "IHWO")
TRANSPOSED_KERNEL = ("IOHW", "HWOI", "OHWI", "HWIO")


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
