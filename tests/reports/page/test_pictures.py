"""The pictures of the page are those of the numbers, and say in words what they show."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from reports.page import pictures
from reports.page.overviews import bits, closeness, moved
from tests.reports.conftest import line


def parts(picture):
    """The shapes of a picture, which must be well-formed."""
    return list(ElementTree.fromstring(picture))


def cells(picture):
    """class of a shade -> the cells that have it, (row, column)."""
    found = {}
    for one in parts(picture):
        if one.tag == "path":
            places = re.findall(r"M(\d+) (\d+)h1", one.get("d"))
            found[one.get("class")] = {(int(row), int(column)) for column, row in places}
    return found


def test_larger_errors_are_darker_and_none_is_empty():
    shown = cells(pictures.heat(np.array([[0, 1e-6, 1e-3], [1, 0, 0]]), "errors"))
    assert shown == {"h1": {(0, 1)}, "h3": {(0, 2)}, "h5": {(1, 0)}}


def test_nan_and_infinity_are_the_darkest():
    shown = cells(pictures.heat(np.array([[np.nan, 1.0, 10.0], [np.inf, 0, 0]]), "errors"))
    assert {(0, 0), (1, 0)} <= shown["h5"]
    assert (0, 1) in shown["h1"]


def test_a_large_plane_is_shown_by_the_largest_errors_of_its_blocks():
    errors = np.zeros((100, 70))
    errors[99, 69] = 1
    picture = pictures.heat(errors, "errors")
    assert cells(picture) == {"h5": {(33, 23)}}
    assert 'viewBox="0 0 24 34"' in picture


@pytest.mark.parametrize(("layout", "place"), [("NCHW", (1, 2, 0, 0)), ("NHWC", (1, 0, 0, 2))])
def test_the_plane_of_an_element_is_its_image_and_its_channel(layout, place):
    array = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    own = array.transpose(0, 2, 3, 1) if layout == "NHWC" else array
    assert np.array_equal(pictures.plane(own, layout, place), array[1, 2])
    assert pictures.plane(np.arange(3), "", (0,)).shape == (1, 3)


def test_a_histogram_has_a_bar_for_each_half_decade_that_occurs():
    picture = pictures.histogram([1e-9, 2e-6, 0.2, 0.5, 0.9, 1.0], 7, "torch")
    bars = [one for one in parts(picture) if one.get("class") == "bar"]
    assert [int(one.get("x")) for one in bars] == [16, 16 + 12 * 10, 16 + 12 * 11]
    assert max(int(one.get("height")) for one in bars) == 44
    assert "torch: 7 results are exact; of 6 others" in picture


def test_a_grid_tells_full_none_and_nothing_apart():
    shares = {("a", "x"): 1.0, ("a", "y"): 0.999, ("b", "x"): 0.0}
    found = parts(pictures.grid(["a", "b"], ["x", "y"], shares, "<shares>"))
    assert [one.get("class") for one in found if one.tag == "rect"] == ["cell", "cell", "none"]
    assert [one.text for one in found if one.tag == "text" and not one.get("class")] == ["100", "99", "0"]


def test_what_passed_is_counted_for_each_backend():
    rows = [
        line("a", "torch", bound_ratio=0.0, grad_bound_ratio={"x": 0.5}),
        line("b", "torch", "close", bound_ratio=0.25),
        line("c", "torch", "differs", "fail", bound_ratio="inf"),
        line("d", "jax", "rejected"),
    ]
    [(name, exact, picture)] = closeness(["torch", "jax"], rows)
    assert (name, exact) == ("torch", 1)
    assert "of 2 others" in picture


def test_backends_that_share_bits_and_what_moved_since_a_baseline():
    run = {"backends": ["a", "b"], "bitwise": {"conv2d": {"a|b": [1, 4]}}}
    assert [one.text for one in parts(bits(run)) if one.tag == "text" and not one.get("class")] == ["25", "25"]
    pairs = [
        {"operators": {"conv2d": {"bits": [1, 3], "gradients": [0, 3]}, "pad2d": {"bits": [3, 3], "gradients": [3, 3]}}}
    ]
    assert moved({"backends": pairs}) == [("conv2d", 3)]
    assert moved(None) == []
