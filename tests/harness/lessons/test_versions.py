"""Since when a convention is as it is: what is said of versions that agree, differ, and were never asked."""

import json

import pytest

from harness.lessons.versions import remember, since, stored, who
from harness.workers.backends import FOLDER
from spec.questions import questions


def older(**answers):
    """Versions 1.10, 1.9, ... with these answers to one question."""
    return {version.replace("_", "."): {"q": {"api": answer}} for version, answer in answers.items()}


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        ({}, "no older version tried"),
        (older(v1_10="yes", v1_9="yes"), "already in v1.9, the oldest tried"),
        (older(v1_10="yes", v1_9="no"), "since v1.10; in v1.9: no"),
        (older(v1_10="no", v1_9="yes"), "since this version; in v1.10: no"),
        ({"1.10": {"q": {"other api": "yes"}}, "1.9": {}}, "no older version tried"),
    ],
)
def test_it_says_no_more_than_was_tried(versions, words):
    assert since(versions, "q", "api", "yes") == words


def test_a_version_is_kept_beside_others_and_numbers_are_not_words(tmp_path):
    cells = {"q": [{"api": "a", "answer": "yes"}, {"api": "b", "answer": "crashed"}], "p": []}
    for version in ("1.9", "1.10"):
        remember(tmp_path, version, cells)
    remember(tmp_path, "1.9", {"r": [{"api": "a", "answer": "no"}]})
    assert stored(tmp_path) == {"1.10": {"q": {"a": "yes"}}, "1.9": {"q": {"a": "yes"}, "r": {"a": "no"}}}
    assert list(stored(tmp_path)) == ["1.10", "1.9"]


def test_frameworks_that_say_the_same_share_a_line():
    given = {"one": {"a": "x", "b": "x"}, "two": {"c": "x", "d": "y"}}
    assert who(given) == ["one, c: x", "d: y"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/versions.json")), ids=lambda path: path.parent.name)
def test_what_is_stored_answers_questions_by_their_hypotheses(path):
    for version, asked in json.loads(path.read_text()).items():
        for name, answers in asked.items():
            hypotheses = {*questions()[name].hypotheses, "refuses", "none of these"}
            assert set(answers.values()) <= hypotheses, (version, name)
