"""What a law asks is computed once, with bounds that are carried on; an answer of another form is refused."""

import dataclasses

import numpy as np
import pytest

from harness.laws.asker import Asker, Bounds, NoAnswer, draw
from harness.laws.trial import attempt
from spec.laws import Reading, laws
from tests.spec.laws.references import by_reference

BOUNDS = Bounds()


def test_an_open_input_widens_the_output():
    asker = Asker(by_reference, BOUNDS)
    asker.start("law/test/plain/reals-float32", "reals")
    x, w = asker.draw("x", (1, 2, 4, 5)), asker.draw("w", (3, 2, 2, 2))
    plain = asker("conv2d", {}, x=x, w=w)
    wider = asker("conv2d", {}, x=Reading(x, np.full(x.shape, 0.25)), w=w)
    grown = 0.25 * abs(w.astype(np.float64)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(wider.bound - plain.bound, np.broadcast_to(grown[:, None, None], plain.shape))


def test_real_data_can_be_summed_exactly_but_not_multiplied():
    one, other = (draw(name, "reals", (1000,)) for name in ("one", "other"))
    wide = one.astype(np.float64), other.astype(np.float64)
    assert np.array_equal(2 * one - 3 * other, 2 * wide[0] - 3 * wide[1])
    assert np.mean(one * other == wide[0] * wide[1]) < 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: y[:, :, 1:], "shape"),
        (lambda y: y.astype(np.float64), "dtype"),
        (None, "returned no y"),
    ],
)
def test_an_answer_of_another_form_is_refused(change, message):
    def compute(case, cotangent):
        y = by_reference(case, cotangent)[0]["y"]
        return ({"y": change(y)} if change else {}), {}

    asker = Asker(compute, BOUNDS)
    asker.start("law/test/plain/reals-float32", "reals")
    with pytest.raises(NoAnswer, match=message) as caught:
        asker("conv2d", {}, x=asker.draw("x", (1, 1, 3, 3)), w=asker.draw("w", (1, 1, 2, 2)))
    assert caught.value.outcome == "differs"


def test_a_question_that_the_specification_refuses_is_a_mistake_of_the_law():
    asker = Asker(by_reference, BOUNDS)
    asker.start("law/test/plain/reals-float32", "reals")
    with pytest.raises(ValueError, match="larger than"):
        asker("conv2d", {}, x=asker.draw("x", (1, 1, 3, 3)), w=asker.draw("w", (1, 1, 4, 2)))


def test_equal_questions_are_asked_once():
    asked = []

    def compute(case, cotangent):
        asked.append(dataclasses.astuple(case)[1])
        return by_reference(case, cotangent)

    asker = Asker(compute, BOUNDS)
    for _ in range(2):
        attempt(laws()["flipping"], "plain", "reals", asker)
    assert sorted(asked) == ["convolve2d", "corr2d"]
