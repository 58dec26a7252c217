"""The command `laws`: what it finds on a right backend and on wrong ones, what it stores and returns."""

import json
import re
import sys
from pathlib import Path

import pytest

from harness.cli import main
from harness.commands.laws import examine
from harness.laws.asker import Bounds
from harness.workers.backends import FOLDER, Backend
from reports.facts import laws as facts
from reports.run_folder import tables
from spec.laws import laws

ADAPTER = """
import os
from backends.contract import Unsupported, native
from backends.numpy.adapter import Adapter as NumPy

class Adapter(NumPy):
    def convolve2d(self, x, k):
        {convolve2d}

    def vjp(self, fn, tensors, cotangent):
        {vjp}
"""
RIGHT = {"convolve2d": "return super().convolve2d(x, k)", "vjp": "return super().vjp(fn, tensors, cotangent)"}
LEDGER = """
from backends.instead import Rounds
from backends.known import Known

LEDGER = [Known("not-today", ("{op}",), "bug", "{outcome}", lambda case: True, "what", "why", "{part}",
                instead=Rounds())]
"""


@pytest.fixture
def tried(tmp_path, capsys):
    """Runs the command on a planted backend; returns exit code, rows of the report by law, and what was printed."""

    def run(*names, ledger=None, **faults):
        adapter = tmp_path / "adapter.py"
        adapter.write_text(ADAPTER.format(**RIGHT | faults))
        if ledger:
            (tmp_path / "ledger.py").write_text(LEDGER.format(**ledger))
        chosen = [word for name in names for word in ("--law", name)]
        out = tmp_path / "out"
        code = main(
            [
                "laws",
                "--backend",
                f"mine{'+ledger' if ledger else ''}={adapter}@{sys.executable}",
                "--out",
                str(out),
                *chosen,
            ]
        )
        rows = {row["name"]: row["cells"]["mine"] for row in facts.rows(tables(out)["laws"])}
        return code, rows, re.sub(r"\s+", " ", capsys.readouterr().out)

    return run


def test_numpy_obeys_every_law():
    heard = []
    backend = Backend("numpy", FOLDER / "numpy" / "adapter.py", Path(sys.executable))
    found = examine(backend, list(laws().values()), Bounds(), 60.0, heard.append)
    assert found.problem == ""
    assert found.version
    assert heard == found.trials
    assert [(trial.law, trial.name, trial.message) for trial in heard if trial.status != "pass"] == []
    assert {trial.outcome for trial in heard if trial.name.endswith("integers")} == {"exact"}
    assert all(trial.ratio <= 0.5 for trial in heard)
    assert len(heard) == sum(1 for law in laws().values() for _ in law.trials())


def test_laws_that_hold_give_0_and_say_how_closely(tried):
    code, rows, printed = tried("flipping", "batch")
    assert code == 0
    assert {name: cell["status"] for name, cell in rows.items()} == {"flipping": "pass", "batch": "pass"}
    assert rows["flipping"]["text"] == "exact"
    assert "2 laws on 1 backends" in printed


def test_a_law_that_fails_gives_1_and_names_the_element(tried):
    code, rows, printed = tried("flipping", "correlation", convolve2d="return self.corr2d(x, k)")
    assert code == 1
    assert rows["correlation"]["status"] == "pass"
    assert rows["flipping"]["text"] == "✗ 2 of 2"
    notes = rows["flipping"]["notes"]
    assert [note["trials"] for note in notes] == [["plain/integers"], ["plain/reals"]]
    assert re.match(r"element \[\d, \d\] is \S+ on the left, \S+ on the right; \d+ of \d+ differ", notes[0]["message"])
    assert laws()["flipping"].formula in printed


def test_what_an_adapter_cannot_express_is_no_failure(tried):
    code, rows, _ = tried("flipping", "correlation", convolve2d='raise Unsupported("it has none")')
    assert code == 0
    assert rows["flipping"]["status"] == "unsupported"
    assert rows["flipping"]["text"] == "∅2"
    (note,) = rows["flipping"]["notes"]
    assert (note["message"], note["trials"]) == ("convolve2d: it has none", ["plain/integers", "plain/reals"])


def test_laws_of_which_none_was_tried_give_1(tried):
    code, rows, printed = tried("flipping", convolve2d='raise Unsupported("it has none")')
    assert (code, rows["flipping"]["status"]) == (1, "unsupported")
    assert "mine: nothing was compared: the adapter expresses none of the laws" in printed


@pytest.mark.parametrize(
    ("body", "outcome", "message"),
    [
        ('raise RuntimeError("not today")', "rejected", "not today"),
        ("os._exit(3)", "crashed", "died"),
        ("import numpy; return numpy.array([print])", "crashed", "worker"),
        ("return super().convolve2d(x, k)[1:]", "differs", "shape"),
        ("return super().convolve2d(x, k).astype('float64')", "differs", "dtype"),
    ],
)
def test_no_answer_fails_the_law_and_no_other(tried, body, outcome, message):
    code, rows, _ = tried("flipping", "correlation", convolve2d=body)
    assert code == 1
    assert rows["correlation"]["status"] == "pass"
    assert {note["outcome"] for note in rows["flipping"]["notes"]} == {outcome}
    assert all(message in note["message"] for note in rows["flipping"]["notes"])


@pytest.mark.parametrize("covered", [True, False])
def test_the_ledger_explains_a_refusal(tried, covered):
    ledger = {"op": "convolve2d" if covered else "corr2d", "outcome": "rejected", "part": "output"}
    code, rows, _ = tried("flipping", convolve2d='raise RuntimeError("not today")', ledger=ledger)
    assert code == (0 if covered else 1)
    assert rows["flipping"]["text"] == ("~2" if covered else "✗ 2 of 2")
    assert rows["flipping"]["notes"][0]["ledger"] == ("not-today" if covered else "")


def test_the_ledger_explains_wrong_values(tried):
    ledger = {"op": "convolve2d", "outcome": "differs", "part": "output"}
    code, rows, _ = tried("flipping", convolve2d="return self.corr2d(x, k)", ledger=ledger)
    assert (code, rows["flipping"]["status"]) == (0, "known")


@pytest.mark.parametrize(("part", "code"), [("gradient", 0), ("output", 1)])
def test_the_ledger_explains_a_gradient_by_an_entry_on_gradients(tried, part, code):
    ledger = {"op": "pad2d", "outcome": "rejected", "part": part}
    found, rows, _ = tried("padding-gradient", vjp='raise RuntimeError("no gradient")', ledger=ledger)
    assert found == code
    assert "no gradient" in rows["padding-gradient"]["notes"][0]["message"]


def test_a_backend_that_does_not_start_is_not_run_and_gives_1(tried, tmp_path, monkeypatch):
    monkeypatch.setitem(RIGHT, "vjp", "return None\nraise ImportError('no such framework')")
    code, rows, printed = tried("flipping")
    assert code == 1
    assert rows["flipping"]["text"] == "not run"
    assert "not run: mine: ImportError: no such framework" in printed


def test_what_is_stored_says_what_was_tried(tried, tmp_path):
    tried("adjoint")
    data = json.loads((tmp_path / "out" / "tables" / "laws.json").read_text())
    assert data["backends"]["mine"]["problem"] == ""
    (stored,) = data["laws"]
    law = laws()["adjoint"]
    assert (stored["formula"], stored["sentence"]) == (law.formula, law.sentence)
    assert stored["operators"] == ["conv2d", "conv_transpose2d"]
    result = stored["results"]["mine"]
    assert result["exact"] + result["close"] == stored["trials"] == len(list(law.trials()))
    assert 0 <= result["ratio"] < 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--law", "gravity"], "unknown law 'gravity'; choose from: flipping, "),
        (["--backend", "caffe"], "unknown backend 'caffe'"),
        (["--jobs", "0"], "--jobs"),
    ],
)
def test_wrong_input_gives_2_and_one_line(arguments, message, tmp_path, capsys):
    assert main(["laws", "--out", str(tmp_path), *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_gives_2(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    backend = f"mine={FOLDER / 'numpy' / 'adapter.py'}@{sys.executable}"
    assert main(["laws", "--backend", backend, "--law", "flipping", "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err
