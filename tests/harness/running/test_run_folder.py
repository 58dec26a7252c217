"""The run folder: what is written can be read, what is cut off goes on, what is foreign stays untouched."""

import dataclasses
import json
import math
import shutil
import subprocess
import sys

import numpy as np
import pytest

from harness.judging.oracle import truth
from harness.judging.verdict import Comparison, Verdict, judge
from harness.running import row as rows
from harness.running.result import Result
from harness.workers.backends import ROOT
from reports import run_folder
from reports.manifest import Manifest
from reports.run_folder import Folder
from spec.cases.sketches import dtype_of
from spec.errors import UserError
from spec.outcomes import Outcome

ALWAYS = {"case", "op", "backend", "dtype", "layout", "outcome", "status", "route", "seconds", "why"}


@pytest.fixture
def result(conv):
    """A result of one case on one backend; `error` is added to the output."""

    def make(name: str = "mine/first", backend: str = "torch", error: float = 0.0, **changes) -> Result:
        case = conv(name, **changes)
        wanted = truth(case)
        outputs = {"y": wanted.outputs["y"].value.astype(case.dtype) + np.asarray(error, case.dtype)}
        gradients = {key: one.value.astype(case.dtype) for key, one in wanted.gradients.items()}
        reply = {"outcome": "computed", "route": "native", "seconds": 0.1234567}
        verdict = judge(case, wanted, reply, outputs, gradients)
        return Result(case, backend, verdict, reply, outputs, gradients=gradients)

    return make


def written(path, *results: Result, resume: bool = False) -> list[dict]:
    folder = Folder(path, None, resume)
    for one in results:
        folder.add(rows.row(one), rows.arrays(one))
    folder.finish({"command": []})
    return list(run_folder.rows(path))


# ---- rows ----------------------------------------------------------------------------------------


def test_a_row_of_a_pass(tmp_path, result):
    (row,) = written(tmp_path, result())
    assert {key: row[key] for key in ALWAYS} == {
        "case": "mine/first",
        "op": "conv2d",
        "backend": "torch",
        "why": "",
        "dtype": "float32",
        "layout": "NCHW",
        "outcome": "exact",
        "status": "pass",
        "route": "native",
        "seconds": 0.123457,
    }
    measured = {"max_abs", "max_ulp", "median_ulp", "bound_ratio", "rms_ratio"}
    gradients = {"grad", "grad_bound_ratio", "grad_rms_ratio"}
    assert set(row) == ALWAYS | measured | gradients | {"attrs", "shapes", "bits", "grad_bits"}
    assert row["grad"] == {"x": "exact", "w": "exact"}
    assert row["max_abs"] == row["max_ulp"] == row["bound_ratio"] == 0


def test_rows_tell_the_same_bits_from_others(result):
    def bits(one: Result) -> tuple[str, str]:
        row = rows.row(one)
        return row["bits"], row["grad_bits"]

    one, other = result(), result(error=2.0)
    assert bits(one) == bits(result())
    assert bits(one)[0] != bits(other)[0]
    assert bits(one)[1] == bits(other)[1]
    wider = {name: array.astype(np.float64) for name, array in one.outputs.items()}
    flat = {name: array.reshape(-1) for name, array in one.outputs.items()}
    negative = {name: array * np.float32(-1) for name, array in one.outputs.items()}
    found = {dataclasses.replace(one, outputs=outputs).bits for outputs in (one.outputs, wider, flat, negative)}
    assert len(found) == 4
    assert dataclasses.replace(one, outputs={}).bits == ""


def test_a_row_of_a_difference_says_by_how_much(tmp_path, result):
    (row,) = written(tmp_path, result(error=2.0))
    assert (row["outcome"], row["status"], row["max_abs"]) == ("differs", "fail", 2.0)
    assert row["bound_ratio"] > 1
    assert "must be exact" in row["message"]


def test_a_row_of_a_refusal_names_the_error(tmp_path, conv):
    reply = {"outcome": "rejected", "error_class": "InvalidArgumentError", "message": "rank 3"}
    verdict = Verdict(Outcome.REJECTED, "rank 3")
    (row,) = written(tmp_path, Result(conv(), "jax", verdict, reply, {}))
    assert (row.pop("attrs")["groups"], row.pop("shapes")) == (1, {"x": [1, 2, 5, 6], "w": [3, 2, 2, 3]})
    assert row == {
        "case": "conv",
        "op": "conv2d",
        "backend": "jax",
        "why": "",
        "dtype": "float32",
        "layout": "NCHW",
        "outcome": "rejected",
        "status": "fail",
        "route": "",
        "seconds": 0.0,
        "error_class": "InvalidArgumentError",
        "message": "rank 3",
    }


def test_a_row_of_a_known_difference_names_the_entry(tmp_path, result):
    (row,) = written(tmp_path, dataclasses.replace(result(error=1.0), ledger=("G6",)))
    assert (row["status"], row["ledger"]) == ("known", "G6")
    assert not {"ledger_more", "grad_message"} & set(row)
    assert run_folder.explaining(row) == ["G6"]


def test_a_row_of_a_difference_in_both_parts_says_both(tmp_path, result):
    wrong = result(error=1.0)
    slopes = {
        "x": Comparison(Outcome.EXACT),
        "w": Comparison(Outcome.DIFFERS, "gradient for w must be exact: element ..."),
    }
    verdict = dataclasses.replace(wrong.verdict, gradients=slopes)
    (row,) = written(tmp_path, dataclasses.replace(wrong, verdict=verdict, ledger=("G6", "G7")))
    assert row["message"].startswith("y must be exact")
    assert row["grad_message"] == slopes["w"].why
    assert run_folder.explaining(row) == ["G6", "G7"]


def test_a_row_of_a_gradient_alone_says_it_once(tmp_path, result):
    verdict = Verdict(
        Outcome.EXACT,
        "gradient for x: refused",
        Comparison(Outcome.EXACT),
        {"x": Comparison(Outcome.REJECTED, "gradient for x: refused")},
    )
    (row,) = written(tmp_path, dataclasses.replace(result(), verdict=verdict, ledger=("G6",)))
    assert row["message"] == "gradient for x: refused"
    assert "grad_message" not in row


def test_a_row_that_passed_or_failed_names_no_entry(tmp_path, result):
    assert run_folder.explaining(written(tmp_path, result())[0]) == []


def test_a_row_says_whether_the_expected_values_agree(tmp_path, result, conv):
    right = truth(conv()).outputs["y"].value
    agrees = result("agrees", expected={"y": right})
    differs = result("differs", expected={"y": right + 1})
    silent = result("silent")
    found = {row["case"]: row.get("expected", "absent") for row in written(tmp_path, agrees, differs, silent)}
    assert found == {"agrees": "agrees", "differs": "differs", "silent": "absent"}


def test_rows_are_strict_json(tmp_path, result):
    """Infinite ratios and NaN are strings: the tokens Infinity and NaN are no JSON."""
    output = Comparison(Outcome.DIFFERS, "nonsense", math.inf, math.nan, -math.inf, math.inf, math.nan)
    verdict = Verdict(Outcome.DIFFERS, "a line\nand a half \ud800", output, {"x": output})
    written(tmp_path, dataclasses.replace(result(), verdict=verdict))

    def refuse(token):
        raise AssertionError(f"{token} is no JSON")

    text = (tmp_path / "results.jsonl").read_text(encoding="ascii")
    assert text.count("\n") == 1
    row = json.loads(text, parse_constant=refuse)
    assert (row["max_abs"], row["max_ulp"], row["median_ulp"]) == ("inf", "nan", "-inf")
    assert float(row["bound_ratio"]) == math.inf


def test_a_summary_that_is_no_json_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        Folder(tmp_path).finish({"share": math.nan})


def test_rows_are_there_before_the_run_ends(tmp_path, result):
    folder = Folder(tmp_path)
    one = result()
    folder.add(rows.row(one), rows.arrays(one))
    assert [row["case"] for row in run_folder.rows(tmp_path)] == ["mine/first"]


# ---- tensors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16"])
def test_tensors_of_a_failing_case_can_be_read(tmp_path, result, conv, dtype):
    inputs = {name: array.astype(dtype_of(dtype)) for name, array in conv().inputs.items()}
    failing = result("mine/first", error=1.0, inputs=inputs)
    written(tmp_path, failing)
    stored = np.load(tmp_path / "tensors" / "mine__first__torch.npz", allow_pickle=False)
    assert set(stored) == {"input_x", "input_w", "output_y"}
    assert np.array_equal(stored["input_x"], inputs["x"].astype("float64"))
    assert np.array_equal(stored["output_y"], failing.outputs["y"].astype("float64"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a/b", "torch"), ("a__b", "torch")),
        (("a_/b", "torch"), ("a/_b", "torch")),
        (("a", "b__torch"), ("a__b", "torch")),
        (("é" * 100 + "/1", "torch"), ("é" * 100 + "/2", "torch")),
        (("/" * 198 + "/1", "torch"), ("/" * 198 + "/2", "torch")),
    ],
)
def test_no_two_results_share_a_file(tmp_path, result, conv, one, other):
    folder = Folder(tmp_path)
    for case, backend in (one, other):
        one = result(case, backend, error=1.0)
        folder.add(rows.row(one), rows.arrays(one))
    assert len(list((tmp_path / "tensors").iterdir())) == 2


def test_tensors_of_a_passing_case_are_not_kept(tmp_path, result):
    written(tmp_path, result())
    assert list((tmp_path / "tensors").iterdir()) == []


# ---- cut off, damaged, resumed -------------------------------------------------------------------


def cut(path, characters: int) -> None:
    file = path / "results.jsonl"
    file.write_bytes(file.read_bytes()[:-characters])


@pytest.mark.parametrize("characters", [2, 3, 30])
def test_a_last_line_that_was_cut_off_is_left_out_and_written_again(tmp_path, result, characters):
    written(tmp_path, result("one"), result("two"), result("three"))
    cut(tmp_path, characters)
    folder = Folder(tmp_path, resume=True)
    assert [row["case"] for row in folder.earlier] == ["one", "two"]
    one = result("three")
    folder.add(rows.row(one), rows.arrays(one))
    assert [row["case"] for row in run_folder.rows(tmp_path)] == ["one", "two", "three"]
    assert (tmp_path / "results.jsonl").read_bytes().count(b"\n") == 3


def test_a_last_line_that_lacks_its_end_alone_is_whole(tmp_path, result):
    written(tmp_path, result("one"), result("two"))
    cut(tmp_path, 1)
    written(tmp_path, result("three"), resume=True)
    assert [row["case"] for row in run_folder.rows(tmp_path)] == ["one", "two", "three"]


def test_rows_that_no_longer_hold_are_dropped(tmp_path, result):
    written(tmp_path, result("one"), result("two"))
    folder = Folder(tmp_path, resume=True, keeps=lambda row: row["case"] == "two")
    assert [row["case"] for row in folder.earlier] == ["two"]
    assert [row["case"] for row in run_folder.rows(tmp_path)] == ["two"]


def test_a_run_is_resumed_with_the_same_choice_alone(tmp_path):
    Folder(tmp_path, {"--op": ["conv2d"]}).finish({})
    message = user_error(lambda: Folder(tmp_path, {"--op": ["pad2d"]}, resume=True))
    assert message == (
        f'--out {tmp_path} holds a run with other choices (--op was ["conv2d"], and is ["pad2d"] now); '
        "choose the same, or leave --resume out"
    )
    Folder(tmp_path, {"--op": ["conv2d"]}, resume=True).finish({})


def test_a_last_line_of_noise_is_taken_away_before_another_follows(tmp_path, result):
    written(tmp_path, result("one"))
    with (tmp_path / "results.jsonl").open("ab") as file:
        file.write(b"\0\0\0\n")
    written(tmp_path, result("two"), resume=True)
    assert [row["case"] for row in run_folder.rows(tmp_path)] == ["one", "two"]


def test_a_reader_leaves_out_a_last_line_that_was_cut_off(tmp_path, result):
    written(tmp_path, result("one"), result("two"))
    cut(tmp_path, 30)
    assert [row["case"] for row in run_folder.rows(tmp_path)] == ["one"]


def test_resuming_loses_nothing_even_if_it_is_killed_at_once(tmp_path, result):
    """Before its first result, what is on the disk is what was there."""
    written(tmp_path, result("one"), result("two"))
    folder = Folder(tmp_path, resume=True)
    assert [row["case"] for row in run_folder.rows(tmp_path)] == ["one", "two"]
    del folder


def test_without_resume_the_earlier_run_is_replaced(tmp_path, result):
    written(tmp_path, result("one", error=1.0))
    Manifest(tmp_path).write("index.html", b"old")
    run_folder.add_table(tmp_path, "laws", {})
    assert [row["case"] for row in written(tmp_path, result("two"))] == ["two"]
    found = sorted(entry.name for entry in tmp_path.iterdir() if entry.name != ".lock")
    assert found == ["manifest.jsonl", "results.jsonl", "run.json", "tensors"]
    assert list((tmp_path / "tensors").iterdir()) == []


def user_error(action) -> str:
    with pytest.raises(UserError) as caught:
        action()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (b'{"case": "t', "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 10**5, "is not JSON"),
        (b"7", "is no object"),
        (b"null", "is no object"),
        (b"[]", "is no object"),
        (b"{}", "'case' is missing"),
        (b'{"case": 7, "op": "", "backend": "", "outcome": "", "status": ""}', "'case' is 7"),
    ],
)
def test_a_damaged_line_in_the_middle_is_one_clear_error_and_is_run_again(tmp_path, result, damage, words):
    written(tmp_path, result("one"), result("two"), result("three"))
    file = tmp_path / "results.jsonl"
    lines = file.read_bytes().splitlines()
    lines[1] = damage
    file.write_bytes(b"\n".join(lines) + b"\n")
    wanted = f"{tmp_path}/results.jsonl: line 2 {words}; the file is damaged: run again with --resume"
    assert user_error(lambda: list(run_folder.rows(tmp_path))) == wanted
    assert [row["case"] for row in Folder(tmp_path, resume=True).earlier] == ["one", "three"]


def test_a_row_that_was_changed_is_not_sound(result):
    row = json.loads(json.dumps(run_folder.sealed(rows.row(result()))))
    assert run_folder.is_sound(row)
    assert not run_folder.is_sound({**row, "status": "known"})
    assert not run_folder.is_sound({name: value for name, value in row.items() if name != "route"})
    assert not run_folder.is_sound({name: value for name, value in row.items() if name != "check"})


def test_a_result_that_stands_twice_is_one_result(tmp_path, result):
    written(tmp_path, result("one"), result("two"))
    file = tmp_path / "results.jsonl"
    file.write_bytes(file.read_bytes() * 2)
    assert [row["case"] for row in Folder(tmp_path, resume=True).earlier] == ["one", "two"]


def test_there_must_be_a_run_to_resume_or_to_show(tmp_path):
    assert "holds no stored run" in user_error(lambda: Folder(tmp_path, resume=True))
    assert "holds no stored run" in user_error(lambda: list(run_folder.rows(tmp_path)))
    assert "holds no finished run" in user_error(lambda: run_folder.summary(tmp_path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "schema_version is None"),
        (b'{"schema_version": 2}', "schema_version is 2"),
    ],
)
def test_a_summary_that_cannot_be_read_is_one_clear_error(tmp_path, content, words):
    (tmp_path / "run.json").write_bytes(content)
    assert words in user_error(lambda: run_folder.summary(tmp_path))


# ---- foreign and unwritable folders --------------------------------------------------------------


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_with_something_else_is_refused_and_untouched(tmp_path, result, resume):
    written(tmp_path, result())
    (tmp_path / "thesis.tex").write_text("years of work")

    def times():
        return {entry.name: entry.stat().st_mtime_ns for entry in tmp_path.iterdir() if entry.name != ".lock"}

    before = times()
    assert "holds 'thesis.tex', which is not of a run" in user_error(lambda: Folder(tmp_path, None, resume))
    assert times() == before


def test_files_of_the_names_of_ours_that_no_run_wrote_are_refused_and_untouched(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "budget.json").write_text("{}")
    (tmp_path / "report.md").write_text("a year of work")
    assert "holds 'report.md', which is not of a run" in user_error(lambda: Folder(tmp_path))
    assert (tmp_path / "report.md").read_text() == "a year of work"
    assert (tmp_path / "tables" / "budget.json").exists()


def test_a_file_that_somebody_put_beside_ours_stays(tmp_path, result):
    written(tmp_path, result("one", error=1.0))
    (tmp_path / "tensors" / "mine.npz").write_bytes(b"mine")
    written(tmp_path, result("two"))
    assert [path.name for path in (tmp_path / "tensors").iterdir()] == ["mine.npz"]


# ---- symbolic links ------------------------------------------------------------------------------


def test_nothing_is_written_through_a_link(tmp_path, result):
    target = tmp_path / "target"
    target.write_text("precious")
    out = tmp_path / "out"
    written(out, result("one", error=1.0))
    (out / "run.json").unlink()
    for name in ("index.html", "run.json"):
        (out / name).symlink_to(target)
    Manifest(out).files.add("index.html")
    (out / "manifest.jsonl").write_text((out / "manifest.jsonl").read_text() + '{"file": "index.html"}\n')
    Manifest(out).write("index.html", b"page")
    assert (out / "index.html").read_bytes() == b"page"
    (out / "results.jsonl").rename(out / "moved")
    (out / "moved").rename(tmp_path / "moved")
    (out / "results.jsonl").symlink_to(tmp_path / "moved")
    before = (tmp_path / "moved").read_bytes()
    written(out, result("two"), resume=True)
    assert (tmp_path / "moved").read_bytes() == before
    assert not (out / "results.jsonl").is_symlink()
    assert target.read_text() == "precious"


def test_no_folder_of_ours_may_be_a_link(tmp_path, result):
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    written(out, result("one", error=1.0))
    shutil.move(out / "tensors", tmp_path / "tensors")
    (out / "tensors").symlink_to(elsewhere)
    assert "is a symbolic link" in user_error(lambda: written(out, result("two", error=1.0), resume=True))
    assert list(elsewhere.iterdir()) == []


def test_a_manifest_names_nothing_outside_its_folder(tmp_path):
    (tmp_path / "precious").write_text("")
    out = tmp_path / "out"
    Folder(out).finish({})
    lines = [{"file": name} for name in ("../precious", str(tmp_path / "precious"), 7, "", "a/b/c")]
    (out / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert Manifest(out).files == set()


# ---- two at once, and a full disk ----------------------------------------------------------------


def test_one_run_at_a_time_writes_into_a_folder(tmp_path, result):
    first = Folder(tmp_path)
    for resume in (False, True):
        message = user_error(lambda resume=resume: Folder(tmp_path, None, resume))
        assert message == f"--out {tmp_path} is being written by another run; wait, or name another folder"
    first.finish({})
    written(tmp_path, result())


def test_a_killed_run_leaves_no_lock(tmp_path):
    code = f"from reports.run_folder import Folder; from pathlib import Path; Folder(Path({str(tmp_path)!r}))"
    killed = subprocess.run([sys.executable, "-c", f"{code}; import os; os._exit(9)"], cwd=ROOT, check=False)
    assert killed.returncode == 9
    assert (tmp_path / "results.jsonl").exists()
    Folder(tmp_path).finish({})


class Full:
    """A disk that holds so many bytes more."""

    def __init__(self, room: int, file) -> None:
        self.room, self.file = room, file

    def write(self, content: bytes) -> int:
        fits = content[: self.room]
        self.room -= len(fits)
        return self.file.write(fits)

    def close(self) -> None:
        self.file.close()


@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_full_disk_is_one_clear_error_and_the_run_goes_on_later(tmp_path, result, room):
    folder = Folder(tmp_path)
    one, two = result("one"), result("two")
    folder.add(rows.row(one), rows.arrays(one))
    folder.results = Full(room, folder.results)
    message = user_error(lambda: folder.add(rows.row(two), rows.arrays(two)))
    assert message == (
        f"--out {tmp_path} cannot be written: No space left on device; make room, then go on with --resume"
    )
    written(tmp_path, two, resume=True)
    assert [row["case"] for row in run_folder.rows(tmp_path)] == ["one", "two"]


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written: File exists" in user_error(lambda: Folder(tmp_path / "file"))
    assert "cannot be written: Not a directory" in user_error(lambda: Folder(tmp_path / "file" / "run"))
    (tmp_path / "run" / "results.jsonl" / "inner").mkdir(parents=True)
    assert "not of a run" in user_error(lambda: Folder(tmp_path / "run", resume=True))


def test_a_new_folder_is_made_with_its_parents(tmp_path, result):
    assert len(written(tmp_path / "a" / "b", result())) == 1
