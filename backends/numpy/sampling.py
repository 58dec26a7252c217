"""Which pixels of the image a pixel of the result is taken from, one axis at a time: padding and upsampling."""

from typing import Any

import numpy as np

# NumPy's names of the padding modes that are called otherwise elsewhere.
PAD_MODES: dict[str, Any] = {"replicate": "edge", "circular": "wrap"}


def padded(size: int, pads: tuple[int, int], mode: str) -> np.ndarray:
    """For each place of a padded axis the index of its pixel, for every mode that repeats pixels."""
    name: Any = PAD_MODES.get(mode, mode)
    return np.pad(np.arange(size), pads, name)


def neighbours(size: int, factor: int, align_corners: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each place of an axis enlarged `factor` times: the pixels before and after, and the latter's share.

    Place i of the result lies at (i + 1/2) / factor - 1/2 of the image, held inside it; with `align_corners`
    at i * (size - 1) / (size * factor - 1), so that the first and last pixels of both coincide.
    """
    places = np.arange(size * factor)
    if align_corners:
        at = places * (size - 1) / max(size * factor - 1, 1)
    else:
        at = np.clip((places + 0.5) / factor - 0.5, 0, size - 1)
    before = np.floor(at).astype(int)
    return before, np.minimum(before + 1, size - 1), at - before


def collect(dy: np.ndarray, axis: int, sources: np.ndarray, size: int) -> np.ndarray:
    """The transpose of `take(sources, axis)`: each of the `size` pixels sums the slopes of its copies.

    A product with a matrix of zeros and ones would do as well, but 0 times infinity is no number.
    """
    dx = np.zeros((*dy.shape[:axis], size, *dy.shape[axis + 1 :]), dy.dtype)
    np.add.at(np.moveaxis(dx, axis, 0), sources, np.moveaxis(dy, axis, 0))
    return dx
