"""The conventions in the terminal: who answers what, and where two differ."""

import pytest

from reports.facts.conventions import differ, interface
from reports.terminal.conventions import show, show_differences
from tests.reports.found import CONVENTIONS


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize(
    ("api", "short"),
    [
        ("torch.nn.functional", "functional"),
        ("numpy", "numpy"),
        ("torch.nn.functional, padding=1", "functional (padding=1)"),
        ("jax.numpy, .at[].set", "numpy (.at[].set)"),
    ],
)
def test_an_interface_is_called_by_its_last_name(api, short):
    assert interface(api) == short


def given(*answers, of="one"):
    """The answers of the interfaces one.0, one.1, and so on."""
    return [{"api": f"{of}.{number}", "answer": answer} for number, answer in enumerate(answers)]


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        (given("a"), given("a", "a", of="other"), False),
        (given("a", "b"), given("b", "a", of="other"), False),
        (given("a", "b"), given("b", "a"), True),
        (given("a", "b"), given("a", "b"), False),
        (given("a"), given("b", of="other"), True),
        (given("a"), given("a", "b", of="other"), True),
        (given("a"), [], False),
        ([], [], False),
    ],
)
def test_two_differ_if_any_of_their_interfaces_does(one, other, different):
    assert differ(one, other) is differ(other, one) is different


def test_answers_are_shown_with_those_who_give_them(capsys):
    show(CONVENTIONS)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    asked = lines.index("Is the kernel <flipped>? conv.flip")
    assert lines[asked + 1 : asked + 4] == ["no torch functional", "none of these jax", "refuses torch nn (TypeError)"]
    assert "not asked: mxnet: no Python 3.11" in lines
    assert lines[-1] == "2 questions, 3 probes, every answer from the framework's own call"


def test_only_what_differs_is_compared_each_with_its_bridge(capsys):
    show_differences({**CONVENTIONS, "answers": {name: CONVENTIONS["answers"][name] for name in ("torch", "jax")}})
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    asked = lines.index("Is the kernel <flipped>? conv.flip")
    assert lines[asked + 1 : asked + 5] == [
        "torch functional: no",
        "nn: refuses (TypeError)",
        "jax none of these",
        "bridge Flip it yourself.",
    ]
    assert lines[-1] == "torch and jax: 1 of 1 question answered differently"
    assert not any("pad.order" in line for line in lines)
