"""A backend without automatic differentiation: its outputs are judged, gradients are neither counted nor failed."""

import json
import sys

import pytest

from harness import cli
from reports import run_folder
from reports.write import write

WITHOUT = "from backends.numpy.adapter import Adapter as NumPy\n\n\nclass Adapter(NumPy):\n    vjp = None\n"
WRONG = WITHOUT + "\n    def flatten(self, x, *, layout):\n        return -super().flatten(x, layout=layout)\n"


@pytest.fixture
def run(tmp_path):
    """Run cases on an adapter of this text: exit code, rows, run.json."""

    def perform(text: str, *arguments: str):
        adapter, out = tmp_path / "adapter.py", tmp_path / "out"
        adapter.write_text(text)
        backend = f"mine={adapter}@{sys.executable}"
        code = cli.main(["run", "--backend", backend, "--out", str(out), "--jobs", "1", *arguments])
        return code, list(run_folder.rows(out)), json.loads((out / "run.json").read_text())

    return perform


def test_outputs_pass_and_no_gradient_is_counted(run, tmp_path, capsys):
    code, rows, stored = run(WITHOUT, "--op", "flatten")
    accepted = [row for row in rows if row["outcome"] != "rejected"]
    assert code == 0
    assert accepted
    assert {row["status"] for row in rows} == {"pass"}
    assert not any("grad" in row or "grad_message" in row for row in rows)
    assert stored["backends"]["mine"]["gradients"] == "outputs only"
    assert "(outputs only)" in " ".join(capsys.readouterr().out.split())
    assert "outputs only" in (tmp_path / "out" / "index.html").read_text()
    write(tmp_path / "out", "md")
    assert "outputs only" in next((tmp_path / "out").glob("*.md")).read_text()


def test_a_wrong_output_fails_all_the_same(run):
    code, rows, _ = run(WRONG, "--op", "flatten")
    assert code == 1
    assert {row["status"] for row in rows if row["outcome"] == "differs"} == {"fail"}


def test_with_autodiff_gradients_are_counted(run):
    _, rows, stored = run("from backends.numpy.adapter import Adapter\n", "--op", "flatten")
    assert any("grad" in row for row in rows)
    assert "gradients" not in stored["backends"]["mine"]


def test_laws_of_gradients_cannot_be_tried(tmp_path):
    adapter, out = tmp_path / "adapter.py", tmp_path / "out"
    adapter.write_text(WITHOUT)
    names = [part for name in ("bias-gradient", "linear-in-the-image") for part in ("--law", name)]
    assert cli.main(["laws", "--backend", f"mine={adapter}@{sys.executable}", "--out", str(out), *names]) == 0
    found = json.loads((out / "tables" / "laws.json").read_text())["laws"]
    statuses = {law["name"]: law["results"]["mine"]["status"] for law in found}
    assert statuses.pop("bias-gradient") == "unsupported"
    assert set(statuses.values()) == {"pass"}
