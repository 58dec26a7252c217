"""Runs over time: appended once, versions in order, and since when a known difference is there."""

import json

import pytest

from harness.cli import main
from reports import run_folder
from reports.facts import history
from tests.reports.conftest import SUMMARY, line
from tests.reports.pages import Page

ENTRY = {**SUMMARY["ledger"]["jax"][1], "id": "reads-memory", "what": "It reads other memory.", "link": "openxla/xla#1"}


@pytest.fixture
def stored(tmp_path):
    """A run folder of one version of JAX: `known` and `failing` cases, the others pass; `entry` showed."""

    def write(version, known=(), failing=(), cases="abc", started="2026-01-01T00:00:00Z", bits="same"):
        folder = tmp_path / f"jax-{version}"
        folder.mkdir()
        rows = []
        for case in cases:
            more = {"bits": bits, "op": "conv2d", "bound_ratio": 0.25}
            if case in known:
                rows.append(line(case, f"jax@{version}", "differs", "known", ledger="reads-memory", **more))
            elif case in failing:
                rows.append(line(case, f"jax@{version}", "differs", "fail", message="off", **more))
            else:
                rows.append(line(case, f"jax@{version}", **more))
        (folder / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        about = {"version": version, "problem": "", "seconds": 1.5, "startup_seconds": 0.5}
        ledger = {f"jax@{version}": [ENTRY] if known else []}
        summary = {**SUMMARY, "started": started, "results": len(rows), "backends": {f"jax@{version}": about}}
        (folder / "run.json").write_text(json.dumps({**summary, "ledger": ledger, "stale": []}))
        return folder

    return write


def told(*folders):
    lines = [
        one
        for path in folders
        for one in history.lines(run_folder.summary(path), list(run_folder.rows(path)), path.name)
    ]
    return history.build(lines)


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ("ssss", "There in 0.4 already, the oldest of 4 versions tried; still there in 0.10."),
        ("aass", "Appeared in 0.6 (not in 0.5); still there in 0.10."),
        ("saaa", "There in 0.4 already, the oldest of 4 versions tried; gone in 0.5 (still in 0.4)."),
        (
            "asas",
            "Appeared in 0.5 (not in 0.4); gone in 0.6 (still in 0.5); appeared in 0.10 (not in 0.6); "
            "still there in 0.10.",
        ),
        ("-sss", "There in 0.5 already, the oldest of 3 versions tried; still there in 0.10."),
    ],
)
def test_since_when_a_difference_is_there(stored, states, words):
    """Versions in their own order, not that of the alphabet; what fails unexplained in an old version shows it too."""
    versions = dict(zip(("0.10", "0.4", "0.5", "0.6"), (states[3], *states[:3])))
    folders = [
        stored(version, known="ab" if state == "s" else "", cases="cd" if state == "-" else "abc")
        for version, state in versions.items()
    ]
    found = told(*folders)["known"]["jax"]["reads-memory"]
    assert [one["version"] for one in found["versions"]] == ["0.4", "0.5", "0.6", "0.10"]
    assert [one["state"][0] if one["state"] != "not tried" else "-" for one in found["versions"]] == list(states)
    assert found["words"] == words
    assert found["href"] == "https://github.com/openxla/xla/issues/1"


def test_a_case_that_fails_before_the_ledger_speaks_of_the_version_shows_the_difference(stored):
    found = told(stored("0.4", failing="b"), stored("0.5", known="ab"))["known"]["jax"]["reads-memory"]
    assert [(one["state"], one["cases"]) for one in found["versions"]] == [("shows", 1), ("shows", 2)]


def test_the_scoreboard_tells_what_changed_since_the_version_before(stored):
    before, after = told(stored("0.4", bits="one"), stored("0.5", known="a", bits="two"))["frameworks"]["jax"]
    assert before["change"] is None
    assert (before["counts"], after["counts"]) == ({"pass": 3}, {"known": 1, "pass": 2})
    assert after["change"]["cases"] == [("a", "pass", "known differs")]
    assert after["change"]["bits"] == ["conv2d"]


def test_versions_that_ran_other_cases_are_not_compared_by_their_bits(stored):
    _, after = told(stored("0.4", cases="ab"), stored("0.5", cases="abc", known="c"))["frameworks"]["jax"]
    assert (after["change"]["comparable"], after["change"]["bits"], after["change"]["cases"]) == (False, [], [])


def test_a_history_is_appended_once_and_shown_in_the_page_of_a_run(stored, tmp_path, capsys):
    one, other, out = stored("0.4"), stored("0.5", known="a"), tmp_path / "history"
    assert main(["history", str(one), "--out", str(out)]) == 0
    first = (out / "history.jsonl").read_bytes()
    assert main(["history", str(one), str(other), "--out", str(out), "--page", str(other)]) == 0
    whole = (out / "history.jsonl").read_bytes()
    assert whole.startswith(first)
    assert main(["history", str(other), "--out", str(out)]) == 0
    assert (out / "history.jsonl").read_bytes() == whole
    assert sum("backend" in json.loads(text) for text in whole.splitlines()) == 2
    assert "·█ reads-memory: Appeared in 0.5 (not in 0.4)" in capsys.readouterr().out
    for page in (Page((out / "history.html").read_text()), Page((other / "index.html").read_text())):
        assert "It reads other memory." in page.text
        assert "Appeared in 0.5 (not in 0.4); still there in 0.5." in page.text
        assert "0.4 absent 0.5 shows 1 case" in page.text


def test_a_history_that_was_cut_off_goes_on_and_a_damaged_one_is_told(stored, tmp_path, capsys):
    one, other, out = stored("0.4"), stored("0.5"), tmp_path / "history"
    main(["history", str(one), "--out", str(out)])
    path = out / "history.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:50])
    assert main(["history", str(one), str(other), "--out", str(out)]) == 0
    assert len([json.loads(text) for text in path.read_bytes().splitlines()]) == 3
    path.write_bytes(b"nonsense\n" + lines[0])
    assert main(["history", str(one), "--out", str(out)]) == 2
    assert "line 1 is no line of a history" in capsys.readouterr().err
    assert main(["history", str(tmp_path / "nothing"), "--out", str(tmp_path / "x")]) == 2
    assert main(["history", "--out", str(tmp_path / "x")]) == 2


def test_a_damaged_run_is_told_in_one_line(stored, tmp_path, capsys):
    folder = stored("0.4")
    summary = json.loads((folder / "run.json").read_text())
    del summary["started"]
    (folder / "run.json").write_text(json.dumps(summary))
    assert main(["history", str(folder), "--out", str(tmp_path / "history")]) == 2
    assert "lacks something" in capsys.readouterr().err
    assert not (tmp_path / "history").exists()


def test_a_line_of_a_history_that_lacks_something_is_told_in_one_line(stored, tmp_path, capsys):
    out = tmp_path / "history"
    assert main(["history", str(stored("0.4")), "--out", str(out)]) == 0
    path = out / "history.jsonl"
    path.write_text(path.read_text().replace('"started"', '"begun"'))
    before = path.read_bytes()
    assert main(["history", str(stored("0.5")), "--out", str(out)]) == 2
    assert "history.jsonl: a line lacks something (KeyError" in capsys.readouterr().err
    assert path.read_bytes() == before
