"""What a result is compared with, where the truth is only scaled."""

import numpy as np
import pytest

from harness.diagnosis.output_mistakes import _scaled

TRUTH = np.array([[3.0, -1.5, 0.25], [8.0, 5.0, -2.0]])


def factors(actual):
    return [words for words, *_ in _scaled(TRUTH, actual) if "factor" in words]


@pytest.mark.parametrize("factor", [2, 1.0001, 1 / 3, -3])
def test_a_factor_is_named(factor):
    assert len(factors(factor * TRUTH)) == 1


@pytest.mark.parametrize("factor", [1, 1 + 3e-7, 1 - 4e-7])
def test_a_factor_of_1_is_none(factor):
    """Errors of rounding may lie along the truth."""
    assert factors(factor * TRUTH) == []
