"""Stochastic arithmetic draws the errors that it claims: their size, what goes together, and both sides of a switch."""

import numpy as np
import pytest
from scipy import stats

from spec.numerics.stochastic import RUNS, SWITCHES, Exact, Stochastic, repeated, student

UNIT = 2.0**-24


def errors(value, size=1.0, arithmetic=None):
    """The errors of each draw in units of u, (RUNS, ...), for one result of arithmetic."""
    value = np.asarray(value, float)[None]
    found = (arithmetic or Stochastic(UNIT)).rounded(value, lambda: np.full(value.shape, size))
    assert np.array_equal(found[:1], value)
    assert np.array_equal(found[1 + RUNS :], np.repeat(value, SWITCHES, axis=0))  # runs that switch do not err
    return (found[1 : 1 + RUNS] - value) / UNIT


@pytest.mark.parametrize("p", [0.5, 1e-2, 1e-6, 1e-12])
@pytest.mark.parametrize("runs", [2, 8, 16, 32])
def test_the_quantiles_of_student_are_those_of_scipy(p, runs):
    assert student(p, runs) == pytest.approx(stats.t.isf(p / 2, runs), rel=1e-6)


def test_exact_arithmetic_changes_nothing():
    x = np.array([[-1.0, 0.0, 2.0]])
    assert Exact().rounded(x, None) is Exact().summed(x, None) is x
    assert Exact().opened(x).tolist() == [[False, False, True]]


def test_a_draw_errs_by_its_size_in_two_parts():
    found = errors(np.random.default_rng(0).standard_normal(10_000), 3.0)
    assert set(np.unique(np.rint(found))) == {-6, 0, 6}  # +-3 of its own, +-3 by its value
    assert np.mean(found**2) == pytest.approx(2 * 3.0**2, rel=0.02)
    assert abs(found.mean()) < 0.05
    assert abs(np.corrcoef(found) - np.eye(RUNS)).max() < 0.06  # draws do not know of each other


def test_values_that_round_to_the_same_share_one_part_of_their_error():
    found = errors([1.5] * 500 + [-1.5] * 500 + [1.5 * (1 + UNIT / 4)] * 500 + [1.5 * (1 + 4 * UNIT)] * 500)
    same, opposite, near, other = np.split(found, 4, axis=1)
    shared = same.mean(axis=1)  # what is left where each one's own part cancels
    assert (abs(abs(shared) - 1) < 0.2).all()
    assert (abs(opposite.mean(axis=1) + shared) < 0.3).all()
    assert (abs(near.mean(axis=1) - shared) < 0.3).all()
    assert 0 < (abs(other.mean(axis=1) - shared) > 1.7).sum() < RUNS


def test_the_same_operation_errs_alike_in_every_step_and_another_one_does_not():
    arithmetic, same = Stochastic(UNIT), [0.7] * 400
    first, other = errors(same, arithmetic=arithmetic).mean(axis=1), errors(same, arithmetic=arithmetic).mean(axis=1)
    arithmetic.step()
    again = errors(same, arithmetic=arithmetic).mean(axis=1)
    assert (np.sign(first) == np.sign(again)).all()
    assert 0 < (np.sign(first) == np.sign(other)).sum() < RUNS


def undecided(x, spread):
    """x with an error of that size in every draw, and none in the runs that switch."""
    signs = np.where(np.arange(RUNS) % 2 == 0, 1.0, -1.0)
    return np.concatenate([[x], x + signs[:, None] * np.asarray(spread), np.repeat([x], SWITCHES, axis=0)])


def test_runs_take_the_other_side_of_a_relu_that_rounding_decides():
    """In half of them if rounding decides, in one if it seldom does, in none if it never does."""
    x = undecided([0.15, -0.15, 0.8, -0.8, 13.0, -13.0, 0.0, 0.0], [0.1] * 4 + [1.0] * 2 + [0.1, 0.0])
    x[:, 4:6] *= 0.1  # 13 deviations; for 8 places 8.6 are within reach
    found = Stochastic(UNIT).opened(x)
    assert found[0].tolist() == [True, False, True, False, True, False, False, False]
    assert (found[1 : 1 + RUNS] == found[0]).all()
    switched = (found[1 + RUNS :] != found[0]).sum(axis=0)
    assert switched.tolist() == [SWITCHES // 2, SWITCHES // 2, 1, 1, 0, 0, SWITCHES // 2, 0]


def test_runs_take_the_other_of_two_nearly_equal_pixels():
    two, other = undecided([5.0, 5.0, 5.0], [0.1] * 3), undecided([4.9, 3.0, 4.5], [0.0] * 3)
    found = Stochastic(UNIT).leader(np.stack([two, other]))
    assert (found[: 1 + RUNS] == 0).all()
    assert found[1 + RUNS :].sum(axis=0).tolist() == [SWITCHES // 2, 0, 1]


def test_what_switches_is_added_to_the_draws():
    x = undecided([1.0], [0.5])
    x[1 + RUNS] = 9.0  # one of the runs that switch ends elsewhere
    found = Stochastic(UNIT).errors(x)
    assert found.shape == (RUNS, 1)
    assert sorted(set(found.ravel())) == [-0.5, 0.5, 8.5]
    assert (found > 1).sum() == RUNS // SWITCHES


def test_equal_products_repeat_their_error():
    """1/3 added n times to a sum of one size leaves n times the same error; half a unit each is the most."""
    third = np.full((1, 30), np.float64(np.float32(1 / 3)))
    found = repeated(third, third, UNIT)
    total = np.float32(0)
    for _ in range(30):
        total += np.float32(1 / 3)
    assert abs(float(total) - third.sum()) <= found.max()
    assert found.max() <= 30 * UNIT * 16
    assert not repeated(np.full((1, 30), 0.5), np.full((1, 30), 0.5), UNIT).any()
