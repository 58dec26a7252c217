"""The words of outcomes and statuses, which stand in stored runs, and which outcomes are right."""

import json

import pytest

from spec.outcomes import Outcome, Status


def test_correct_arithmetic_is_exact_or_close():
    assert {outcome for outcome in Outcome if outcome.is_right} == {"exact", "close"}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Outcome, "exact close coarse differs rejected unsupported crashed timed-out not-run"),
        (Status, "pass known new fail"),
    ],
)
def test_the_words_in_stored_runs_stay(kind, words):
    assert json.dumps(list(kind)) == json.dumps(words.split())
    assert [kind(word) for word in words.split()] == list(kind)


def test_a_word_that_is_none_is_no_outcome():
    with pytest.raises(ValueError, match="'wrong' is not a valid Outcome"):
        Outcome("wrong")
