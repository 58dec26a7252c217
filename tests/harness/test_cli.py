"""The command line: exit codes, errors of one line, and whole runs on planted backends."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness import cli
from harness.commands import determinism
from harness.commands import run as session
from harness.workers import backends, environments, requirements
from harness.workers.backends import Backend, names
from harness.workers.gateway import NotStarted
from reports import run_folder
from spec import operators

ROOT = Path(__file__).resolve().parents[2]
PLANTED = Path(__file__).parent / "planted"


def planted(name: str, file: str = "on_marked") -> list[str]:
    """The option for a planted backend; the variable PLANTED names its fault."""
    return ["--backend", f"{name}={PLANTED / file}.py@{sys.executable}"]


@pytest.fixture
def error(capsys):
    """The one line on stderr that wrong input comes to."""

    def line(*arguments) -> str:
        capsys.readouterr()
        assert cli.main([str(one) for one in arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("error: ")
        assert captured.err.endswith("\n")
        assert captured.err.count("\n") == 1
        return captured.err.strip()

    return line


@pytest.fixture
def cases(tmp_path, conv):
    """A case file of conv2d cases, of which `marked` ones make the planted backends misbehave."""

    def write(*marked: bool, **changes) -> Path:
        rows = []
        for number, mark in enumerate(marked):
            inputs = {
                name: {"dtype": "float32", "shape": list(array.shape), "data": array.ravel().tolist()}
                for name, array in conv(marked=mark).inputs.items()
            }
            rows.append({"id": f"case/{number}", "op": "conv2d", "inputs": inputs} | changes)
        path = tmp_path / "cases.json"
        path.write_text(json.dumps({"schema_version": 1, "cases": rows}))
        return path

    return write


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a case file on planted backends of one fault; the exit code and the rows."""

    def perform(file: Path, *arguments: str, fault: str = "", backends=("one",), out: str = "out"):
        monkeypatch.setenv("PLANTED", fault)
        options = [part for name in backends for part in planted(name)]
        code = cli.main(
            ["run", "--cases", str(file), *options, "--out", str(tmp_path / out), "--jobs", "1", *arguments]
        )
        return code, list(run_folder.rows(tmp_path / out))

    return perform


# ---- wrong input ---------------------------------------------------------------------------------


# Were wrong input taken for right, this is what would run.
RUN = ["run", *planted("one")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["run", "--frobnicate"], "No such option"),
        (["run", "extra"], "unexpected extra argument"),
        (["run", "--backend", "caffe"], f"unknown backend 'caffe'; choose from: {', '.join(names())}"),
        (["run", "--backend", ""], "unknown backend ''"),
        (
            ["run", "--backend", "numpy:none"],
            "unknown variant 'numpy:none'; numpy has: numpy:avx512, numpy:avx2",
        ),
        (["run", "--backend", "numpy@new"], "'new' is no version"),
        (["run", "--backend", "mine=none.py"], "names no interpreter; write NAME=path"),
        (["run", "--backend", f"mine=none.py@{sys.executable}"], "there is no adapter file 'none.py'"),
        (["run", "--backend", f"mine={__file__}@none"], "there is no interpreter 'none'"),
        (["run", "--backend", f"a/b={__file__}@{sys.executable}"], "'a/b' is no name"),
        (["run", "--backend", f"={__file__}@{sys.executable}"], "'' is no name"),
        (["run", "--backend", "numpy", *planted("numpy")], "two backends are named 'numpy'"),
        ([*RUN, "--op", "conv3d"], "unknown operator 'conv3d'; choose from: activation, avg_pool2d"),
        ([*RUN, "--case", "no/such/*"], "no case is left by --op (any) --case no/such/*"),
        ([*RUN, "--op", "pad2d", "--case", "conv2d/*"], "no case is left by --op pad2d --case conv2d/*"),
        ([*RUN, "--cases", "none.json"], "case file none.json: No such file or directory"),
        ([*RUN, "--jobs", "0"], "'--jobs': 0 is not in the range"),
        ([*RUN, "--jobs", "many"], "'many' is not a valid integer"),
        ([*RUN, "--timeout", "0"], "'--timeout': 0.0 is not in the range"),
        ([*RUN, "--timeout", "-1"], "'--timeout': -1.0 is not in the range"),
        ([*RUN, "--timeout", "nan"], "'--timeout': nan is no time"),
        ([*RUN, "--timeout", "inf"], "'--timeout': inf is not in the range"),
        (["report", "--format", "pdf"], "'pdf' is not one of 'html', 'md', 'junit', 'json'"),
        (["bridge", "conv2d"], "bridge needs two frameworks: --from tensorflow --to torch"),
        (["bridge", "--from", "torch"], "bridge needs two frameworks"),
        (["bridge", "conv3d", "--from", "torch", "--to", "jax"], "no bridges for 'conv3d'; choose from: conv2d"),
        (["bridge", "conv2d", "--from", "torch", "--to", "torch"], "--from and --to are both torch"),
        (["bridge", "lenet5", "--from", "torch", "--to", "jax:eager"], "jax:eager is a mode of jax"),
        (["bridge", "lenet5", "--from", "torch", "--to", "jax", "--lr", "1"], "no attribute 'lr'; they have: none"),
        (["bridge", "conv2d", "--from", "torch", "--to", "jax", "--dtype", "int8"], "'int8' is not one of"),
        (["report", "nowhere"], "nowhere holds no finished run"),
    ],
    ids=lambda value: " ".join(value)[-40:].replace("/", "|") if isinstance(value, list) else "",
)
def test_wrong_input_is_one_line_and_exit_2(error, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert words in error(*arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1.5/2"])
def test_a_shard_that_is_none(error, cases, tmp_path, part):
    message = error(*RUN, "--cases", cases(False), "--out", tmp_path / "out", "--shard", part)
    assert f"--shard is {part!r}; write I/N with I from 1 to N" in message


def test_a_shard_without_a_case(error, cases, tmp_path):
    message = error(*RUN, "--cases", cases(False, False), "--out", tmp_path / "out", "--shard", "3/4")
    assert "--shard 3/4 leaves nothing of 2 cases" in message
    assert not (tmp_path / "out").exists()


def test_a_bad_case_file_is_one_line_and_touches_nothing(error, cases, run, tmp_path):
    code, before = run(cases(False))
    assert code == 0
    assert "rtol is -1" in error("run", "--cases", cases(False, rtol=-1), *planted("one"), "--out", tmp_path / "out")
    assert list(run_folder.rows(tmp_path / "out")) == before


def test_an_id_in_two_case_files(error, cases, tmp_path):
    first = cases(False)
    second = first.rename(tmp_path / "second.json")
    message = error("run", "--cases", cases(False), "--cases", second, *planted("one"), "--out", tmp_path / "out")
    assert "the case id 'case/0' stands in two case files" in message


def test_a_ledger_from_elsewhere_runs_only_where_that_is_allowed(error, cases, tmp_path):
    adapter = tmp_path / "adapter.py"
    adapter.write_text("from backends.numpy.adapter import Adapter\n")
    (tmp_path / "ledger.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nLEDGER = []\n")
    options = ["--cases", cases(False), "--out", tmp_path / "out"]
    message = error("run", "--backend", f"mine={adapter}@{sys.executable}", *options)
    assert "ledger.py is Python code that would run in this process; write mine+ledger=... to allow that" in message
    assert not (tmp_path / "ran").exists()
    command = ["run", "--backend", f"mine+ledger={adapter}@{sys.executable}", *options]
    assert cli.main([str(word) for word in command]) == 0
    assert (tmp_path / "ran").exists()
    assert {row["backend"] for row in run_folder.rows(tmp_path / "out")} == {"mine"}


def test_a_ledger_that_cannot_be_read_is_one_line_and_touches_nothing(error, cases, tmp_path):
    adapter = tmp_path / "adapter.py"
    adapter.write_text("from backends.numpy.adapter import Adapter\n")
    (tmp_path / "ledger.py").write_text("LEDGER = [Known(")
    options = ["--cases", cases(False), "--out", tmp_path / "out"]
    message = error("run", "--backend", f"mine+ledger={adapter}@{sys.executable}", *options)
    assert f"{tmp_path / 'ledger.py'} cannot be read: SyntaxError" in message
    assert not (tmp_path / "out").exists()


def test_a_foreign_folder_is_refused(error, cases, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("years of work")
    message = error("run", "--cases", cases(False), *planted("one"), "--out", tmp_path / "thesis")
    assert "holds 'thesis.tex', which is not of a run" in message
    assert [entry.name for entry in (tmp_path / "thesis").iterdir()] == ["thesis.tex"]


@pytest.fixture
def lack(monkeypatch):
    """Let the named backends be such as this system cannot have; `named` if the user asked for them."""

    def absent(*names: str, named: bool):
        def resolve(wanted, progress):
            lost = {"problem": "no wheel", "unavailable": True}
            return [replace(one, named=named, **(lost if one.name in names else {})) for one in wanted]

        monkeypatch.setattr(environments, "resolve", resolve)

    return absent


def test_without_any_backend_there_is_no_run(lack, cases, tmp_path, capsys):
    lack("one", named=True)
    assert cli.main(["run", "--cases", str(cases(False)), *planted("one"), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == "error: no backend is left to run: one: no wheel\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("named", [False, True])
def test_what_this_system_cannot_have_fails_only_if_it_was_asked_for(lack, run, cases, tmp_path, named):
    lack("two", named=named)
    code, rows = run(cases(False), backends=("one", "two"))
    assert code == named
    ran = {row["backend"]: row["outcome"] for row in rows}
    assert ran.pop("one") in ("exact", "close")
    assert ran == ({"two": "not-run"} if named else {})
    about = json.loads((tmp_path / "out" / "run.json").read_text())["backends"]["two"]
    assert (about["problem"], about.get("unavailable", "")) == (("no wheel", "") if named else ("", "no wheel"))


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize(
    "command", [["laws", "--law", "flipping"], ["conventions", "--question", "conv.flip"], ["determinism"]]
)
def test_so_with_other_commands(lack, tmp_path, monkeypatch, conv, named, command):
    lack("two", named=named)
    monkeypatch.setenv("PLANTED", "")
    monkeypatch.setattr(determinism, "cases", lambda: iter([conv()]))
    options = [*planted("one"), *planted("two"), "--out", str(tmp_path / "out")]
    assert cli.main([*command, *options]) == named


def test_debug_shows_the_traceback(capsys):
    assert cli.main(["--debug", "run", "--backend", "caffe"]) == 2
    captured = capsys.readouterr().err
    assert "Traceback" in captured
    assert "in _own" in captured
    assert captured.splitlines()[-1].startswith("error: unknown backend 'caffe'")


def test_help_is_shown_for_every_command(capsys):
    for arguments in (["--help"], ["-h"], *([name, "--help"] for name in cli.cli.commands)):
        assert cli.main(arguments) == 0
        assert "Usage: python -m harness" in capsys.readouterr().out
    assert {"run", "report", "doctor"} <= set(cli.cli.commands)


def test_without_arguments_the_help_is_shown_in_full(capsys):
    assert cli.main([]) == 2
    assert "\nCommands:\n" in capsys.readouterr().err


def test_an_interrupt_says_how_to_go_on(monkeypatch, capsys):
    def interrupted(choice):
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "run_cases", interrupted)
    assert cli.main(["run"]) == 130
    assert capsys.readouterr().err.strip() == "interrupted; --resume goes on where it stopped"


# ---- runs ----------------------------------------------------------------------------------------


def test_a_run_that_passes(run, cases, tmp_path):
    code, rows = run(cases(False, True), backends=("one", "two"))
    assert code == 0
    assert {(row["case"], row["backend"], row["status"]) for row in rows} == {
        (f"case/{number}", name, "pass") for number in (0, 1) for name in ("one", "two")
    }
    assert len(rows) == 4
    assert {entry.name for entry in (tmp_path / "out").iterdir()} - {".lock"} == {
        "manifest.jsonl",
        "run.json",
        "results.jsonl",
        "tensors",
        "index.html",
    }
    summary = run_folder.summary(tmp_path / "out")
    assert (summary["cases"], summary["results"], summary["counts"]) == (2, 4, {"pass": 4})
    assert set(summary["backends"]) == {"one", "two"}
    assert summary["bitwise"] == {"conv2d": {"one|two": [2, 2]}}
    assert summary["backends"]["one"]["version"] == np.__version__
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "conv2d" in page
    assert np.__version__ in page


@pytest.mark.parametrize(
    ("fault", "outcome"), [("flipped", "differs"), ("exit", "crashed"), ("error", "rejected"), ("hang", "timed-out")]
)
def test_a_failing_verdict_is_exit_1(run, cases, tmp_path, fault, outcome):
    code, rows = run(cases(False, True), "--timeout", "2" if fault == "hang" else "60", fault=fault)
    assert code == 1
    assert {row["case"]: (row["outcome"], row["status"]) for row in rows}["case/1"] == (outcome, "fail")
    assert run_folder.summary(tmp_path / "out")["counts"] == {"pass": 1, "fail": 1}


def test_what_the_framework_cannot_express_fails_unless_it_is_declared(run, cases):
    code, rows = run(cases(True, False), fault="unsupported")
    assert code == 1
    assert [(row["outcome"], row["status"]) for row in rows] == [("unsupported", "fail"), ("exact", "pass")]


def test_a_run_that_compares_nothing_is_exit_1(run, cases, tmp_path, capsys):
    code, rows = run(cases(True), fault="unsupported")
    assert (code, rows[0]["outcome"], rows[0]["status"]) == (1, "unsupported", "fail")
    problem = "nothing was compared: the adapter expresses none of the cases"
    assert run_folder.summary(tmp_path / "out")["backends"]["one"]["problem"] == problem
    assert f"one did not run: {problem}" in " ".join(capsys.readouterr().out.split())


def test_of_some_cases_one_of_several_backends_may_express_none(cases, tmp_path, monkeypatch):
    monkeypatch.setenv("PLANTED", "lacking")
    backends = [*planted("able", "slow"), *planted("unable")]
    assert cli.main(["run", "--cases", str(cases(True)), *backends, "--out", str(tmp_path / "out")]) == 0


def test_of_all_cases_every_backend_must_express_some():
    ready = [Backend(name, Path("adapter.py")) for name in ("able", "unable")]
    lines = [{"backend": "able", "outcome": "rejected"}, {"backend": "unable", "outcome": "unsupported"}]
    assert session._idle(ready, lines, everything=True) == ["unable"]
    assert session._idle(ready, lines, everything=False) == []
    assert session._idle(ready[1:], lines, everything=False) == ["unable"]


def test_a_backend_that_did_not_run_is_exit_1(cases, tmp_path, monkeypatch):
    monkeypatch.setenv("PLANTED", "import")
    backends = [*planted("good", "slow"), *planted("bad", "at_start")]
    assert cli.main(["run", "--cases", str(cases(False)), *backends, "--out", str(tmp_path / "out")]) == 1
    outcomes = {row["backend"]: (row["outcome"], row["status"]) for row in run_folder.rows(tmp_path / "out")}
    assert outcomes == {"good": ("exact", "pass"), "bad": ("not-run", "fail")}
    assert "libplanted.so" in run_folder.summary(tmp_path / "out")["backends"]["bad"]["problem"]


def test_a_backend_that_starts_no_more_is_exit_1_though_its_cases_are_done(run, cases, tmp_path, monkeypatch):
    file = cases(False)
    assert run(file)[0] == 0
    monkeypatch.delenv("PLANTED")  # without it the adapter cannot be imported
    arguments = ["run", "--cases", str(file), *planted("one"), "--out", str(tmp_path / "out"), "--resume"]
    assert cli.main(arguments) == 1
    assert "PLANTED" in run_folder.summary(tmp_path / "out")["backends"]["one"]["problem"]


@pytest.mark.parametrize(("shift", "code", "word"), [(0, 0, "agrees"), (1, 1, "differs")])
def test_values_that_the_case_file_expects(run, cases, conv, shift, code, word):
    inputs = conv().inputs
    attrs = {"stride": [1, 1], "padding": "valid", "dilation": [1, 1], "groups": 1}
    y = operators()["conv2d"].reference(*inputs.values(), **attrs) + shift
    expected = {"y": {"dtype": "float32", "shape": list(y.shape), "data": y.ravel().tolist()}}
    found, rows = run(cases(False, expected=expected))
    assert (found, rows[0]["expected"], rows[0]["outcome"]) == (code, word, "exact")


def test_gradients_may_be_left_out(run, cases):
    with_gradients, without = run(cases(False))[1], run(cases(False), "--no-gradients")[1]
    assert set(with_gradients[0]["grad"]) == {"x", "w"}
    assert "grad" not in without[0]


def test_shards_take_every_case_once(run, cases):
    file = cases(False, False, False, False, False)
    parts = [{row["case"] for row in run(file, "--shard", f"{part}/2", out=f"part-{part}")[1]} for part in (1, 2)]
    assert [len(part) for part in parts] == [3, 2]
    assert parts[0] | parts[1] == {f"case/{number}" for number in range(5)}


def test_a_run_that_was_cut_off_goes_on(run, cases, tmp_path):
    file = cases(False, False, False)
    _, whole = run(file)
    results = tmp_path / "out" / "results.jsonl"
    results.write_bytes(results.read_bytes()[:-20])
    code, resumed = run(file, "--resume")
    assert code == 0
    assert [row["case"] for row in resumed] == [row["case"] for row in whole]
    assert resumed[:2] == whole[:2]
    assert resumed[2] != whole[2]  # its time, at least, is another
    assert run_folder.summary(tmp_path / "out")["counts"] == {"pass": 3}


def test_a_failure_of_the_earlier_part_still_fails(run, cases, tmp_path):
    file = cases(True, False)
    assert run(file, fault="flipped")[0] == 1
    assert run(file, "--resume", fault="")[0] == 1


def test_what_has_changed_since_is_run_again(run, cases):
    """The earlier part agreed with what the file expected; the file expects something else now."""
    stated = {"y": {"dtype": "float32", "shape": [1, 3, 4, 4], "data": [0] * 48}}
    assert run(cases(False, True))[0] == 0
    code, rows = run(cases(False, True, expected=stated), "--resume")
    assert code == 1
    assert {row["expected"] for row in rows} == {"differs"}


def test_a_run_goes_on_with_the_same_choice_alone(run, cases, error, tmp_path):
    file = cases(False, False)
    run(file)
    arguments = ["run", "--cases", file, *planted("one"), "--out", tmp_path / "out", "--resume"]
    assert "--op was [], and is" in error(*arguments, "--op", "conv2d")
    assert "--no-gradients was false" in error(*arguments, "--no-gradients")
    assert len(run(file, "--resume")[1]) == 2


@pytest.mark.parametrize(("fault", "outcome"), [("exit", "crashed"), ("hang", "timed-out")])
def test_a_crash_and_a_hang_are_tried_again(run, cases, fault, outcome):
    """They may have been the machine's fault."""
    file = cases(False, True)
    assert [row["outcome"] for row in run(file, "--timeout", "2", fault=fault)[1]] == ["exact", outcome]
    code, rows = run(file, "--resume")
    assert (code, [row["outcome"] for row in rows]) == (0, ["exact", "exact"])


def test_what_was_not_run_is_tried_again(run, cases, monkeypatch):
    file = cases(False)
    monkeypatch.setattr("harness.workers.supervisor.Worker.start", _refuse)
    assert [row["outcome"] for row in run(file)[1]] == ["not-run"]
    monkeypatch.undo()
    code, rows = run(file, "--resume")
    assert (code, [row["outcome"] for row in rows]) == (0, ["exact"])


def _refuse(backend):
    raise NotStarted("no licence today")


def test_the_report_of_a_stored_run_can_be_written_again(run, cases, tmp_path, capsys):
    run(cases(False))
    files = {"html": ("index.html", "<!"), "md": ("report.md", "#"), "junit": ("junit.xml", "<?xml")}
    for form, (name, begin) in (files | {"json": ("run.json", "{")}).items():
        capsys.readouterr()
        assert cli.main(["report", str(tmp_path / "out"), "--format", form]) == 0
        assert capsys.readouterr().out == f"{tmp_path / 'out' / name}\n"
        assert (tmp_path / "out" / name).read_text(encoding="utf-8").startswith(begin)


def test_a_report_without_all_results_says_what_is_missing_and_fails(run, cases, tmp_path, capsys):
    run(cases(False, False))
    out = tmp_path / "out"
    lines = (out / "results.jsonl").read_bytes().splitlines(keepends=True)
    (out / "results.jsonl").write_bytes(lines[0])
    capsys.readouterr()
    assert cli.main(["report", str(out)]) == 1
    assert capsys.readouterr().err == (
        f"{out}: run.json counts 2 results, results.jsonl holds 1; run again with --resume to finish it\n"
    )
    assert run(cases(False, False), "--resume")[0] == 0
    assert cli.main(["report", str(out)]) == 0


# ---- as a process --------------------------------------------------------------------------------


def process(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "harness", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_the_exit_code_reaches_the_shell():
    found = process("run", "--backend", "caffe")
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (2, "", 1)
    assert found.stderr.startswith("error: unknown backend 'caffe'")


def test_backends_are_the_folders_with_an_adapter():
    assert names() == tuple(sorted(path.parent.name for path in (ROOT / "backends").glob("*/adapter.py")))
    assert {"jax", "mxnet", "numpy", "tensorflow", "torch"} <= set(names())
    assert Backend("numpy", ROOT / "backends" / "numpy" / "adapter.py").is_own
    assert not Backend("mine", PLANTED / "slow.py").is_own


def test_a_backend_is_a_framework_in_a_version_and_a_mode():
    chosen = backends.select(("jax", "jax@0.4.38", "jax:eager", "jax@0.4.38:eager"))
    assert [(one.version, one.variant) for one in chosen] == [
        ("", ""),
        ("0.4.38", ""),
        ("", "eager"),
        ("0.4.38", "eager"),
    ]
    assert [bool(one.environment) for one in chosen] == [False, False, True, True]


def test_an_interpreter_without_the_requirements_is_told_so(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "harness.commands.run", None)  # as if an import inside it failed
    assert cli.main(["run"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "pip install -r requirements.txt" in line


def test_local_versions_count_as_pinned():
    torch = next(one for one in backends.select(()) if one.name == "torch")
    [pin] = [one for one in requirements.pinned(torch) if one.name == "torch"]
    assert pin.specifier.contains(f"{next(iter(pin.specifier)).version}+cpu", prereleases=True)
