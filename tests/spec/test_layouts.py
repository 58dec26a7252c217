"""Axes change places and nothing else; what was brought into another layout can be brought back."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.layouts import IMAGE, KERNEL, TRANSPOSED_KERNEL, apart, behind_flatten, convert, permutation, together

FAMILIES = st.sampled_from([IMAGE, KERNEL, TRANSPOSED_KERNEL])
SHAPES = st.tuples(*[st.integers(0, 4)] * 4)


@st.composite
def layouts(draw, count: int):
    """So many layouts of one family, and an array whose values are all different."""
    family = draw(FAMILIES)
    shape = draw(SHAPES)
    array = np.arange(math.prod(shape), dtype=draw(st.sampled_from(["float32", "int64"]))).reshape(shape)
    return array, *(draw(st.sampled_from(family)) for _ in range(count))


@given(layouts(2))
def test_what_is_converted_back_is_as_before(given):
    array, source, target = given
    back = convert(convert(array, source, target), target, source)
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)


@given(layouts(3))
def test_a_way_through_another_layout_leads_to_the_same(given):
    array, source, way, target = given
    assert np.array_equal(convert(convert(array, source, way), way, target), convert(array, source, target))


@given(layouts(2))
def test_every_element_keeps_its_place_by_the_names_of_the_axes(given):
    array, source, target = given
    found = convert(array, source, target)
    assert found.flags.c_contiguous
    assert dict(zip(source, array.shape)) == dict(zip(target, found.shape))
    for index in itertools.product(*map(range, array.shape)):
        place = dict(zip(source, index))
        assert found[tuple(place[axis] for axis in target)] == array[index]


@given(layouts(2))
def test_a_permutation_and_its_inverse_leave_all_in_place(given):
    _, source, target = given
    there, back = permutation(source, target), permutation(target, source)
    assert [there[axis] for axis in back] == [0, 1, 2, 3]


@pytest.mark.parametrize("rank", [0, 1, 2, 3, 5])
def test_an_array_of_another_rank_is_left_as_it_is(rank):
    array = np.zeros((2,) * rank)
    assert convert(array, "NCHW", "NHWC") is array


@given(shape=SHAPES, image=st.sampled_from(IMAGE), dense=st.sampled_from(["OI", "IO"]))
def test_dense_weights_behind_a_flatten_follow_the_flattened_image(shape, image, dense):
    """A weight multiplies the pixel that it multiplied before, whatever the layouts."""
    sizes = dict(zip("OIHW", shape))
    layout = behind_flatten(dense, image)
    weights = np.arange(math.prod(shape)).reshape(shape)  # OIHW
    found = convert(weights, "OIHW", apart(layout)).reshape(together(sizes, layout))
    matrix = found if dense == "OI" else found.T
    pixels = np.arange(math.prod(shape[1:])).reshape(1, *shape[1:])  # NCHW
    flat = convert(pixels, "NCHW", image).reshape(-1)
    assert np.array_equal(matrix @ flat, (weights * pixels).sum(axis=(1, 2, 3)))
