"""Two sides of a law are compared with their bounds, and nothing without elements is."""

import numpy as np
import pytest

from harness.laws.trial import compare_sides
from spec.laws import Reading


@pytest.mark.parametrize(
    ("left", "right", "bound", "exactly", "outcome"),
    [
        (1.0, 1.0, 0.0, True, "exact"),
        (1.0, 1.5, 0.5, False, "close"),
        (1.0, 1.5, 0.5, True, "differs"),
        (1.0, 1.5, 0.49, False, "differs"),
        (1.0, 1.0000001, 0.0, False, "differs"),
        (1.0, np.nan, 0.5, False, "differs"),
        (np.nan, np.nan, 0.5, False, "differs"),
        (np.inf, 1.0, 0.5, False, "differs"),
    ],
)
def test_sides_are_compared(left, right, bound, exactly, outcome):
    found = compare_sides(Reading(np.array([0.0, left]), np.array([0.0, bound])), np.array([0.0, right]), exactly)
    assert found[0] == outcome
    assert outcome != "differs" or "element [1]" in found[2]


def test_sides_of_other_shapes_or_without_elements_are_no_law():
    for left, right in ((np.zeros(3), np.zeros((3, 1))), (np.zeros(0), np.zeros(0))):
        with pytest.raises(ValueError, match="cannot be compared"):
            compare_sides(left, right, True)
