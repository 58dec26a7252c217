"""The questions about conventions: each can be told apart, explained, and is asked."""

from pathlib import Path

import numpy as np
import pytest

import spec.questions as questions_folder
from harness.source.probes import probes
from harness.workers.backends import FOLDER, Backend, names
from spec.questions import SUBJECTS, questions, subject
from spec.questions.arguments import spelled
from spec.questions.question import REFUSES, Question, same
from spec.questions.words import accepted, takes, when

ALL = list(questions().values())
HELPERS = {"__init__", "question", "predictions", "words"}  # files without questions


@pytest.fixture(scope="module")
def asked() -> dict[str, set[tuple[str, str]]]:
    """backend -> its probes, as (question, interface)."""
    return {name: set(probes(Backend(name, FOLDER / name / "adapter.py").files("conventions"))) for name in names()}


def test_there_are_many():
    assert len(ALL) >= 40


class TestQuestion:
    def test_all_fields_are_filled(self):
        for question in ALL:
            assert question.text.endswith("?"), question.id
            assert 2 <= question.explanation.count(". ") + question.explanation.endswith(".") <= 3, question.id
            assert question.bridge.endswith("."), question.id
            assert len(question.hypotheses) >= 2, question.id

    def test_every_hypothesis_matches_itself_alone(self):
        for question in ALL:
            found = {name: question.match(predicted) for name, predicted in question.hypotheses.items()}
            assert found == {name: name for name in question.hypotheses}, question.id

    def test_a_refusal_is_called_by_that_name(self):
        """The harness answers "refuses" for a probe that raises, so no hypothesis may rename it."""
        for question in ALL:
            refusing = [name for name, one in question.hypotheses.items() if isinstance(one, str) and one == REFUSES]
            assert refusing in ([], [REFUSES]), question.id

    def test_the_inputs_are_tiny(self):
        assert [one.id for one in ALL if any(array.size > 64 for array in one.inputs.values())] == []

    def test_is_asked_in_three_frameworks(self, asked):
        for question in ALL:
            found = [name for name, pairs in asked.items() if question.id in {id for id, _ in pairs}]
            assert len(found) >= 3, f"only {', '.join(found) or 'nobody'} has a probe for {question.id}"


def test_every_file_of_questions_has_a_subject():
    assert {path.stem for path in Path(questions_folder.__file__).parent.glob("*.py")} - HELPERS == set(SUBJECTS)
    assert {subject(question.id) for question in ALL} == set(SUBJECTS.values())


def test_every_probe_answers_a_question(asked):
    assert {id for pairs in asked.values() for id, _ in pairs} - set(questions()) == set()


@pytest.mark.parametrize(
    "file", sorted(FOLDER.glob("*/conventions/*.py")), ids=lambda path: f"{path.parts[-3]}-{path.stem}"
)
def test_a_file_of_probes_answers_the_questions_of_its_name(file):
    assert {subject(id) for id, _ in probes([file])} == {SUBJECTS[file.stem]}


def test_hypotheses_that_predict_the_same_are_refused():
    with pytest.raises(ValueError, match="'other' and 'one' predict the same"):
        Question("x.y", "?", {"one": np.ones(2), "other": np.ones(2)}, "", "")


def test_a_tolerance_widens_what_predicts_the_same():
    two = {"one": np.ones(2), "other": np.full(2, 1.03)}
    Question("x.y", "?", two, "", "")
    with pytest.raises(ValueError, match="predict the same"):
        Question("x.y", "?", two, "", "", tolerance=0.05)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("float32", "float32", True),
        ("float32", "float64", False),
        ("1", np.ones(1), False),
        (np.ones(3), np.ones(3) + 1e-6, True),
        (np.ones(3), np.ones(3) + 1e-2, False),
        (np.ones((1, 3)), np.ones(3), False),
        (np.array([np.nan]), np.array([np.nan]), True),
        (np.array([np.nan]), np.ones(1), False),
        (np.array([-np.inf]), np.array([np.inf]), False),
    ],
)
def test_answers_agree_in_words_or_in_shape_and_value(one, other, agree):
    assert same(one, other) is agree


def test_spelling_names_the_arguments_that_a_call_has():
    assert spelled("stride", ["x", "strides"]) == "strides"
    assert spelled("kernel", ["weight", "x", "kernel"]) == "weight kernel"
    assert spelled("stride", ["x", "padding"]) == "none"


def test_accepted_names_those_with_which_a_call_does_not_raise():
    assert accepted("edge reflect nonsense", lambda mode: np.pad(np.ones(3), 1, mode)) == "edge reflect"


def test_shapes_that_a_call_takes():
    assert takes([(2, 3), (3, 2)], lambda shape: np.ones((4, 3)) @ np.ones(shape)) == "(3, 2)"
    assert takes([(2, 3)], lambda shape: np.ones((4, 3)) @ np.ones(shape)) == "none"


def test_an_error_shows_at_the_call_or_later_or_never():
    def fail(*_):
        raise RuntimeError

    assert when(fail, str) == "at the call"
    assert when(lambda: 1, fail) == "when the result is read"
    assert when(lambda: 1, str, fail) == "later, after the result was read"
    assert when(lambda: 1, str) == "never"
