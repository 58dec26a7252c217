"""Planted mistakes: what becomes of one, and that there are some everywhere.

That every one is found is asked in `tests/conformance/test_mutants.py`, in the environment of the backend.
"""

import contextlib
import dataclasses
import json
import sys
from pathlib import Path

import pytest

from harness.cli import main
from harness.commands import mutants
from harness.workers.backends import FOLDER, Backend
from spec import operators

PLANTED = mutants.planted()


@pytest.fixture(scope="module")
def numpy():
    """The NumPy backend, run by this very interpreter."""
    return Backend("numpy", FOLDER / "numpy" / "adapter.py", Path(sys.executable))


@pytest.fixture(scope="module")
def shared(numpy):
    """One examination for all, so that its workers start once."""
    with contextlib.closing(mutants.Examination(numpy, 1, thorough=False)) as examination:
        yield examination


@pytest.fixture
def examination(shared, monkeypatch):
    """The same with cases and findings that a test may change."""
    monkeypatch.setattr(shared, "cases", {op: list(cases) for op, cases in shared.cases.items()})
    monkeypatch.setattr(shared, "sound", set())
    monkeypatch.setattr(shared, "unsound", set())
    monkeypatch.setattr(shared, "elsewhere", False)
    return shared


@pytest.fixture
def ready(numpy, monkeypatch):
    """Let the command plant its mistakes here, without an environment."""
    monkeypatch.setattr(mutants, "ready", lambda chosen, out: [numpy])


def test_every_operator_has_mistakes_planted_in_its_outputs_and_its_gradients():
    for name, operator in operators().items():
        felt = [mutant for mutant in PLANTED if name in mutant.operators]
        assert len(felt) > 10, name
        if operator.differentiable:
            assert any("PULLBACKS" in target for mutant in felt for target in mutant.targets), name


def test_names_and_sentences_tell_the_mistakes_apart():
    assert len({mutant.name for mutant in PLANTED}) == len(PLANTED)
    for mutant in PLANTED:
        assert mutant.sentence.endswith("."), mutant.name
        assert "\n" not in mutant.sentence, mutant.name
        assert set(mutant.operators) <= set(operators()), mutant.name


def test_a_mistake_that_changes_nothing_survives_and_is_named(ready, tmp_path, monkeypatch, capsys):
    (same,) = mutants.planted(["upsample2d/nearest-exact"])
    monkeypatch.setattr(mutants, "planted", lambda *_: [dataclasses.replace(same, same="")])
    assert main(["mutants", "--out", str(tmp_path)]) == 1
    report = json.loads((tmp_path / "tables" / "mutants.json").read_text())
    assert (report["killed"], report["counted"]) == (0, 1)
    assert report["mutants"][0]["status"] == "survived"
    assert "SURVIVES in upsample2d" in capsys.readouterr().err


def test_a_mistake_declared_harmless_that_is_not_is_broken(examination):
    (flipped,) = mutants.planted(["convolve2d/kernel-not-flipped"])
    outcome = examination.outcome(dataclasses.replace(flipped, same="it is claimed"))
    assert outcome.status == "broken"


def test_a_mistake_that_cannot_be_planted_is_broken(examination):
    (known,) = mutants.planted(["flatten/column-major"])
    outcome = examination.outcome(dataclasses.replace(known, name="flatten/unknown"))
    assert outcome.status == "broken"
    assert "flatten/unknown" in outcome.problem


def test_raising_is_no_kill(examination, conv):
    """A dilated kernel that only fits as it was meant: with [h, w] swapped the backend refuses, and returns nothing."""
    (mutant,) = mutants.planted(["convolutions/dilation-swapped"])
    fitting = conv(attrs=operators()["conv2d"].complete({"dilation": [4, 1]}))
    examination.cases = {"conv2d": [fitting], "conv2d_layer": [], "conv_transpose2d": []}
    assert examination.outcome(mutant).kills["conv2d"] == []
    examination.cases["conv2d"] = [conv("another", attrs=operators()["conv2d"].complete({"dilation": [2, 1]}))]
    assert len(examination.outcome(mutant).kills["conv2d"]) == 1


def test_a_case_that_the_unchanged_backend_fails_kills_nothing(examination):
    (mutant,) = mutants.planted(["convolve2d/kernel-not-flipped"])
    (case,) = [case for case in examination.cases["convolve2d"] if "worked-example" in case.id]
    case = dataclasses.replace(case, expected={"y": case.inputs["x"]})  # stated values that nobody computes
    examination.cases["convolve2d"] = [case]
    outcome = examination.outcome(mutant)
    assert outcome.status == "survived"
    assert examination.unsound == {case.id}


def test_the_command_prints_the_table_and_writes_it(ready, tmp_path, capsys):
    command = ["mutants", "--mutant", "flatten/*", "--out", str(tmp_path), "--jobs", "2"]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert "mutation score 100.0 %: 5 of 5" in printed.out
    assert "flatten/batch-flattened" not in printed.out + printed.err
    assert len(printed.out.splitlines()) < 12
    assert main([*command, "--all"]) == 0
    printed = capsys.readouterr()
    assert "flatten/batch-flattened: killed by" in printed.err
    assert "flatten/batch-flattened" in printed.out
    report = json.loads((tmp_path / "tables" / "mutants.json").read_text())
    assert [row["mutant"] for row in report["mutants"]] == [mutant.name for mutant in mutants.planted(["flatten/*"])]
    row = next(row for row in report["mutants"] if row["mutant"] == "flatten/batch-flattened")
    assert row["killed_by"]["flatten"] > 10
    assert len(row["examples"]) == 3


def test_an_unknown_mutant_is_one_line_and_exit_2(capsys):
    assert main(["mutants", "--mutant", "conv9d/*"]) == 2
    assert capsys.readouterr().err.startswith("error: no mutant is named 'conv9d/*'")


def test_a_case_counts_only_where_its_reason_names_what_the_mistake_is_about(examination, conv):
    mutant = next(one for one in PLANTED if one.name.startswith("sizes/convolutions/groups-from-5/"))
    (case, *_) = [case for case in examination.cases["conv2d"] if mutants.touches(mutant, case)]
    assert "groups 5" in case.why
    assert not mutants.touches(mutant, dataclasses.replace(case, why="some other reason"))
    assert not mutants.touches(mutant, conv())


def test_every_size_and_threshold_has_mistakes_planted():
    """From the third threshold and the largest on, of every size of every operator."""
    for name, operator in operators().items():
        for size, thresholds in operator.plan.sizes.items() if operator.plan else ():
            for least in (thresholds[2], thresholds[-1]):
                slug = f"/{size.replace(' ', '-')}-from-{least}/"
                assert any(slug in mutant.name and name in mutant.operators for mutant in PLANTED), (name, slug)


def test_a_mistake_planted_around_any_adapter_is_found_by_the_framework_s_own_result(examination):
    """As in a framework: only what can be had anywhere, and an operator that nothing touches is left out."""
    every = mutants.planted(anywhere=True)
    assert all(mutant.targets == ("execute:execute",) for mutant in every)
    examination.elsewhere = True
    examination.cases["conv2d_layer"] = []
    outcome = examination.outcome(next(one for one in every if "conv2d_layer" in one.operators))
    assert outcome.status == "killed"
    assert set(outcome.kills) == {"conv2d", "conv_transpose2d"}
