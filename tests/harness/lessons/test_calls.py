"""What a call is held against, and a backend without lessons: left out where all are asked, a problem where named."""

import numpy as np
import pytest

from harness.lessons.calls import ask, equal, text
from harness.workers.backends import Backend


@pytest.mark.parametrize("named", [False, True])
def test_a_backend_may_do_without_lessons(tmp_path, named):
    found = ask(Backend("mine", tmp_path / "adapter.py", named=named), [], 1.0)
    assert found["problem"] == "it has no file lessons.py beside its adapter"
    assert found.get("excused", False) is not named


@pytest.mark.parametrize(
    ("output", "right"),
    [
        ([[1.0, 2.0]], True),
        ([[1.0, 2.0 + 1e-5]], True),
        ([[1.0, 2.001]], False),
        ([[1.0], [2.0]], False),
        ([1.0, 2.0], False),
        ([[1.0, 2.0], [1.0, 2.0]], False),
        ([[1.0, np.nan]], False),
    ],
)
def test_an_output_is_the_truth_in_shape_and_up_to_rounding(output, right):
    assert equal(np.array(output), np.array([[1.0, 2.0]])) is right


def test_numbers_are_shown_without_axes_of_length_one_and_without_minus_zero():
    assert text(np.array([[[[1.0, -0.0], [1 / 3, 1e-9]]]])) == "[[1.       0.      ]\n [0.333333 0.      ]]"
