"""Every lesson is whole, names what is there, and steps through sums that are its outputs."""

import fnmatch
import re

import numpy as np
import pytest

from harness.cases import catalogue
from spec import operators
from spec.examples import stored
from spec.lessons import lessons
from spec.lessons.windows import COMBINE, Panel, gradient, output, padded, steps
from spec.questions import questions

ALL = list(lessons().values())
PARTS = {"layer-and-bias", "learned-kernel"}  # whose panels show a step on the way to the truth
CASES = {case.id for case in catalogue.built_in()}


@pytest.fixture(params=ALL, ids=lambda one: one.name)
def lesson(request):
    return request.param


def test_it_asks_before_it_tells(lesson):
    assert lesson.predict.endswith("?")
    assert len(set(lesson.choices)) == len(lesson.choices) >= 2
    assert lesson.intro
    assert lesson.takeaways
    assert lesson.seeds


def test_it_has_three_or_four_exercises_with_computed_answers(lesson):
    assert 3 <= len(lesson.exercises) <= 4
    for one in lesson.exercises:
        assert re.search(r"[?.:]$", one.question)
        assert one.answer().strip() == one.answer() != ""


def test_what_it_names_is_there(lesson):
    assert set(lesson.questions) <= set(questions())
    for prefix in lesson.cases:
        assert any(case.startswith(prefix) for case in CASES), prefix
    if lesson.operator:
        operators()[lesson.operator].complete(lesson.attrs)


def test_every_number_that_a_document_prints_is_in_one_lesson():
    for case in stored.cases():
        if case.id.startswith("seed/"):
            found = [one.name for one in ALL if any(fnmatch.fnmatchcase(case.id, glob) for glob in one.printed)]
            assert len(found) == 1, (case.id, found)


def test_the_proofs_of_its_ways_are_on_the_page(lesson):
    for label, way in lesson.ways.items():
        assert way.proof in ("", *lesson.questions), label


def test_the_truth_has_a_way_that_must_reach_it(lesson):
    assert any(not way.proof for way in lesson.ways.values())


def test_its_steps_sum_to_what_numpy_makes_of_the_window(lesson):
    for panel in lesson.panels():
        image = padded(panel)
        for step in steps(panel):
            window = image[np.ix_(step.rows, step.columns)]
            seen = window[~np.isnan(window)]
            right = {"sum": np.nansum(window * panel.kernel), "max": seen.max(), "mean": seen.mean()}[panel.combine]
            assert step.value == pytest.approx(right)


def test_the_terms_of_a_step_amount_to_its_value(lesson):
    for panel in lesson.panels():
        for step in steps(panel):
            amount = eval(step.terms.replace("·", "*"))
            assert amount == pytest.approx(step.value, rel=1e-2, abs=1e-2), step.terms


def test_a_panel_that_shows_the_truth_has_its_numbers(lesson):
    """At least one panel, where there are any, ends in the truth."""
    found = [output(panel) for panel in lesson.panels()]
    truth = lesson.truth()
    if found and isinstance(truth, np.ndarray):
        flat = np.squeeze(truth)
        sums = [sum(found)] if len({one.shape for one in found}) == 1 else []  # channels add up
        shown = [np.squeeze(one) for one in (*found, *sums)]
        assert lesson.name in PARTS or any(one.shape == flat.shape and np.allclose(one, flat) for one in shown)


@pytest.mark.parametrize("combine", COMBINE)
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1)])
def test_the_gradient_is_what_finite_differences_say(combine, dilation):
    random = np.random.default_rng(1)
    image, kernel = random.permutation(30).reshape(5, 6).astype(float), random.integers(-3, 4, (2, 3)).astype(float)
    outside = None if combine != "sum" else 0.0
    made = {"kernel": kernel, "stride": (2, 1), "dilation": dilation, "pads": ((1, 0), (0, 1)), "outside": outside}

    def total(image):
        return output(Panel("", "", image, **made, combine=combine)).sum()

    found = gradient(Panel("", "", image, **made, combine=combine))
    for place in np.ndindex(image.shape):
        moved = image.copy()
        moved[place] += 0.25
        assert (total(moved) - total(image)) / 0.25 == pytest.approx(found[place])
