"""How an array lies in memory: its values and shape say nothing of it, and frameworks may read it wrongly.

contiguous      in C order, the last axis fastest
channels_last   the second of four axes fastest: an image NCHW that lies as NHWC does
fortran         the first axis fastest
strided         in C order, with a gap behind every element and every row
reversed        from the last element to the first: negative strides
"""

import numpy as np

WORDS = ("contiguous", "channels_last", "fortran", "strided", "reversed")


def fits(array: np.ndarray, word: str) -> bool:
    """Whether an array can lie so: channels are last of four axes alone."""
    return word in WORDS and (word != "channels_last" or array.ndim == 4)


def arranged(array: np.ndarray, word: str) -> np.ndarray:
    """The array in memory of its own, which lies as the word says. What is in the gaps is no number, or the largest."""
    if word == "channels_last":
        return np.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    if word == "fortran":
        return np.array(array, order="F")
    if word == "reversed":
        return np.flip(np.flip(array).copy())
    if word == "strided":
        gap = np.iinfo(array.dtype).max if array.dtype.kind in "iu" else np.nan
        wide = np.full([2 * size for size in array.shape], gap, array.dtype)
        every_second: tuple = (slice(None, None, 2),) * array.ndim
        view = wide[(..., *every_second)]
        view[...] = array
        return view
    return array.copy(order="C")


def copied(array: np.ndarray) -> np.ndarray:
    """A copy in memory of its own that lies like the array, gaps and all."""
    if not array.size:
        return array.copy()
    steps = [(size - 1) * step for size, step in zip(array.shape, array.strides)]
    start, end = sum(step for step in steps if step < 0), sum(step for step in steps if step > 0)
    memory = np.zeros(end - start + array.itemsize, np.uint8)
    copy: np.ndarray = np.ndarray(array.shape, array.dtype, memory.data, -start, array.strides)
    copy[...] = array
    return copy
