"""Where the elements of an array lie: the values stay, the strides are those that were asked for."""

import numpy as np
import pytest

from spec import memory
from spec.cases.sketches import dtype_of

IMAGE = np.arange(120).reshape(2, 3, 4, 5)
STEPS = {
    "contiguous": (60, 20, 5, 1),
    "channels_last": (60, 1, 15, 3),
    "fortran": (1, 2, 6, 24),
    "strided": (960, 160, 20, 2),
    "reversed": (-60, -20, -5, -1),
}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
@pytest.mark.parametrize("word", memory.WORDS)
def test_the_values_stay_and_the_strides_are_as_asked_for(word, dtype):
    array = IMAGE.astype(dtype_of(dtype))
    found = memory.arranged(array, word)
    assert np.array_equal(found, array)
    assert tuple(step // array.itemsize for step in found.strides) == STEPS[word]
    assert not np.shares_memory(found, array)


@pytest.mark.parametrize("word", memory.WORDS)
def test_a_copy_lies_like_the_array_in_memory_of_its_own(word):
    array = memory.arranged(IMAGE.astype("float32"), word)
    copy = memory.copied(array)
    assert copy.strides == array.strides
    assert np.array_equal(copy, array)
    copy[...] = 0
    assert array.any()


@pytest.mark.parametrize("shape", [(), (0, 3), (1, 1, 1, 1)])
def test_small_arrays_can_be_copied_and_arranged(shape):
    array = np.ones(shape, "float32")
    for word in memory.WORDS:
        if memory.fits(array, word):
            assert np.array_equal(memory.copied(memory.arranged(array, word)), array)


def test_channels_are_last_of_four_axes_alone():
    assert memory.fits(IMAGE, "channels_last")
    assert not memory.fits(IMAGE[0], "channels_last")
    assert not memory.fits(IMAGE, "anywhere")


def test_what_lies_in_the_gaps_is_no_number():
    found = memory.arranged(np.ones((2, 2), "float32"), "strided")
    assert np.isnan(found.base).sum() == 12
