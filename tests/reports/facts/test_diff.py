"""Two stored runs: the backends of both, what changed for whom, and what only one of them has."""

import json

import pytest
from markdown_it import MarkdownIt

from harness.cli import main
from harness.commands.diff import show_changes
from reports import run_folder
from reports.facts.diff import kind_of_change, pair_backends
from tests.reports.pages import Page


def row(case, backend, outcome="exact", status="pass", **more):
    return {"case": case, "op": "conv2d", "backend": backend, "outcome": outcome, "status": status, **more}


@pytest.fixture
def stored(tmp_path):
    """A run folder with these rows; without descriptions it has no run.json, as a run that was cut off."""

    def write(name, *rows, **backends):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "results.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
        if backends:
            version, results = run_folder.SCHEMA_VERSION, len(rows)
            summary = {"schema_version": version, "results": results, "backends": backends}
            (folder / "run.json").write_text(json.dumps(summary))
        return folder

    return write


def printed(capsys, *folders):
    """The exit code and the lines that `diff` prints."""
    code = show_changes(*folders)
    return code, [line.rstrip() for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (row("a", "jax"), row("a", "jax"), ""),
        (row("a", "jax"), row("a", "jax", message="other words", seconds=2.0, bits="aa"), ""),
        (row("a", "jax"), row("a", "jax", "close"), "changed"),
        (row("a", "jax"), row("a", "jax", "differs", "fail"), "regression"),
        (row("a", "jax"), row("a", "jax", "differs", "known"), "regression"),
        (row("a", "jax", "differs", "known"), row("a", "jax", "differs", "fail"), "regression"),
        (row("a", "jax", "differs", "known"), row("a", "jax", "differs", "new"), "regression"),
        (row("a", "jax", "differs", "new"), row("a", "jax", "differs", "fail"), "regression"),
        (row("a", "jax", "differs", "fail"), row("a", "jax", "differs", "new"), "mended"),
        (row("a", "jax", "differs", "fail"), row("a", "jax", "differs", "known"), "mended"),
        (row("a", "jax", "differs", "known"), row("a", "jax"), "mended"),
        (row("a", "jax", grad={"x": "exact"}), row("a", "jax", grad={"x": "close"}), "changed"),
        (row("a", "jax", "rejected", error_class="A"), row("a", "jax", "rejected", error_class="B"), "changed"),
        (row("a", "jax", "differs", "known", ledger="p"), row("a", "jax", "differs", "known", ledger="q"), "changed"),
        (
            row("a", "jax", "differs", "known", ledger="p"),
            row("a", "jax", "differs", "known", ledger="p", ledger_more=["q"]),
            "changed",
        ),
    ],
)
def test_a_change_is_one_of_status_or_of_what_was_found(before, after, kind):
    assert kind_of_change(before, after) == kind


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ({"jax", "torch"}, {"jax", "torch"}, {"jax": "jax", "torch": "torch"}),
        ({"jax@0.4.38"}, {"jax"}, {"jax@0.4.38": "jax"}),
        ({"jax@0.4.38:eager"}, {"jax:eager"}, {"jax@0.4.38:eager": "jax:eager"}),
        ({"jax", "jax@0.4.38"}, {"jax"}, {"jax": "jax"}),
        ({"jax@0.4.38", "jax@0.5.0"}, {"jax"}, {}),
        ({"jax@0.4.38"}, {"jax", "jax:x32"}, {}),
        ({"jax@0.4.38"}, {"torch"}, {}),
    ],
)
def test_backends_are_paired_by_name_and_then_by_framework(old, new, pairs):
    assert pair_backends(old, new) == pairs


OLD = {"version": "0.4.38", "jaxlib": "0.4.36", "threads": 1, "seconds": 3.0, "switches": {"x64": True, "gone": "a"}}
NEW = {"version": "0.10.2", "jaxlib": "0.10.2", "threads": 1, "seconds": 9.0, "switches": {"x64": True, "new": "b"}}


def test_versions_and_switches_that_changed_are_named(stored, capsys):
    old = stored("old", row("a", "jax@0.4.38", bits="aa", grad_bits="a"), row("b", "jax@0.4.38"), **{"jax@0.4.38": OLD})
    new = stored("new", row("a", "jax", bits="aa", grad_bits="b"), row("b", "jax", bits="bb"), jax=NEW)
    code, lines = printed(capsys, old, new)
    assert code == 0
    assert lines == [
        "jax@0.4.38 -> jax 0.10.2, jaxlib 0.4.36 -> 0.10.2, gone a -> none, new none -> b: "
        "the same bits in 1 of 1 outputs and 0 of 1 gradients",
        "    conv2d: other bits in 1 of 1 gradients",
        "0 regression, 0 mended, 0 changed",
    ]


def test_a_backend_that_is_the_same_in_both_is_named_once(stored, capsys):
    folders = [stored(name, row("a", "jax", bits="aa"), jax=NEW) for name in ("old", "new")]
    assert printed(capsys, *folders)[1][0] == "jax 0.10.2: the same bits in 1 of 1 outputs"


def test_a_run_that_was_cut_off_is_compared_by_its_results(stored, capsys):
    old, new = stored("old", row("a", "jax@0.4.38")), stored("new", row("a", "jax"), jax=NEW)
    code, lines = printed(capsys, old, new)
    assert lines[0] == "jax@0.4.38 -> jax 0.10.2"
    assert code == 1
    assert f"✗ {old} holds no finished run" in lines[1]


@pytest.mark.parametrize("kept", [0, 1, 2])
@pytest.mark.parametrize("side", ["old", "new"])
def test_results_that_were_lost_are_missing_and_fail(stored, capsys, kept, side):
    whole = [stored(name, *(row(case, "jax") for case in "abc"), jax=NEW) for name in ("old", "new")]
    assert printed(capsys, *whole)[0] == 0
    folder = whole[("old", "new").index(side)]
    lines = (folder / "results.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "results.jsonl").write_bytes(b"".join(lines[:kept]))
    code, text = printed(capsys, *whole)
    assert code == 1
    words = f"run.json counts 3 results, results.jsonl holds {kept}; run again with --resume to finish it"
    assert f"✗ {folder}: {words}" in text


def test_changes_come_worst_first_and_alike_together(stored, capsys):
    cases = [f"conv2d/{number}" for number in range(3)]
    old = stored(
        "old",
        *(row(case, "jax") for case in cases),
        row("mended", "jax", "differs", "fail", message="was so"),
        jax={},
    )
    new = stored(
        "new",
        *(row(case, "jax", "rejected", "fail", message=f"no window of {case[-1]}") for case in cases),
        row("mended", "jax"),
        jax={},
    )
    code, lines = printed(capsys, old, new)
    assert code == 1
    assert lines == [
        "jax",
        "✗ regression jax conv2d/0 and 2 alike: pass (exact) -> fail (rejected)  no window of 0",
        "✓ mended jax mended: fail (differs) -> pass (exact)  was: was so",
        "3 regression, 1 mended, 0 changed",
    ]


def test_results_of_one_run_alone_are_counted(stored, capsys):
    old, new = stored("old", row("a", "jax"), row("b", "jax")), stored("new", row("a", "jax"), row("a", "torch"))
    lines = " ".join(printed(capsys, old, new)[1]).replace("  ", " ")
    assert "old: 1 results, such as jax b" in lines
    assert "new: 1 results, such as torch a" in lines


def test_what_frameworks_say_cannot_steer_the_terminal(stored, capsys):
    old = stored("old", row("a", "jax"))
    new = stored("new", row("a", "jax", "rejected", "fail", message="\x1b[31mred\x1b[0m [bold]\x07"))
    text = "\n".join(printed(capsys, old, new)[1])
    assert "\x1b" not in text
    assert "red [bold]" in text


def test_another_processor_is_named(stored, capsys):
    def on(level):
        parts = {"XLA": {"level": level, "word": "its own"}, "other": {"level": "unknown", "word": "unknown"}}
        return {"version": "1", "processor": {"architecture": "x86_64", "level": level, "parts": parts}}

    old, new = stored("old", row("a", "jax"), jax=on("avx512")), stored("new", row("a", "jax"), jax=on("avx2"))
    assert printed(capsys, old, new)[1][0] == "jax 1, processor x86_64 avx512 (XLA avx512) -> x86_64 avx2 (XLA avx2)"
    assert printed(capsys, new, new)[1][0] == "jax 1"


def test_what_is_compared_cannot_write_to_the_terminal(stored, capsys):
    """Names, versions and messages come from outside."""
    hostile = "\x1b[2Jtorch\x07"
    version = {hostile: {"version": "\x1b[31m1.0"}}
    old = stored("old", row("a", hostile), **version)
    new = stored("new", row("a", hostile, "differs", "fail", message=hostile), **version)
    assert show_changes(old, new) == 1
    written = capsys.readouterr()
    assert not {"\x1b", "\x07"} & set(written.out + written.err)


def test_operators_whose_bits_or_ratios_changed_are_named(stored, capsys):
    """114 changed bits were called "0 changed"."""
    pads = [row(f"p{n}", "jax", bits="aa", bound_ratio=0.1) | {"op": "pad2d"} for n in range(3)]
    old = stored("old", *pads, row("a", "jax", bits="aa", bound_ratio=0.1), row("b", "jax", bits="aa"), jax=NEW)
    moved = [{**one, "bits": "bb"} if one["case"] != "p0" else one for one in pads]
    new = stored("new", *moved, row("a", "jax", bits="aa", bound_ratio=0.25), row("b", "jax", bits="aa"), jax=NEW)
    code, lines = printed(capsys, old, new)
    assert code == 0
    assert lines[1:3] == ["    conv2d: worst error / bound 0.1 -> 0.25", "    pad2d: other bits in 2 of 3 outputs"]


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_every_format_names_changes_operators_and_what_is_missing(stored, capsys, form):
    before, after = row("a|b", "jax", bits="aa"), row("a|b", "jax", "differs", "fail", bits="bb", message="y <is> off")
    old, new = (
        stored("old", before, row("gone", "jax"), jax=OLD),
        stored("new", after, jax={**NEW, "version": "0.10.2"}),
    )
    assert show_changes(old, new, form) == 1
    text = capsys.readouterr().out
    if form == "json":
        found = json.loads(text)
        assert found["counts"] == {"regression": 1, "mended": 0, "changed": 0}
        assert found["backends"][0]["operators"]["conv2d"]["bits"] == [0, 1]
        assert found["changes"][0]["after"]["message"] == "y <is> off"
        assert found["only"] == {"old": ["jax gone"], "new": []}
        return
    page = Page(text if form == "html" else MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    assert "1 regression, 0 mended, 0 changed; other bits or ratios in conv2d" in page.text
    assert "conv2d 1 of 1 –" in page.text
    assert "a|b" in page.text
    assert "pass (exact) → fail (differs)" in page.text or "pass (exact) fail (differs)" in page.text
    assert str(old.parent) not in text


def test_a_baseline_is_shown_in_the_page_of_the_run(stored, run):
    summary, rows = run
    folders = []
    for name, version in (("old", "0.9"), ("new", "0.10.2")):
        folder = stored(name)
        own = [{**one, "outcome": "exact", "status": "pass"} if one["outcome"] == "differs" else one for one in rows]
        lines = own if name == "old" else rows
        (folder / "results.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
        about = {**summary["backends"], "jax": {**summary["backends"]["jax"], "version": version}}
        (folder / "run.json").write_text(json.dumps({**summary, "backends": about}))
        folders.append(folder)
    assert main(["report", str(folders[1]), "--baseline", str(folders[0])]) == 0
    page = Page((folders[1] / "index.html").read_text())
    assert "jax 0.9 → 0.10.2: 2 regressions , 0 mended" in page.text
    assert main(["report", str(folders[1]), "--baseline", str(folders[1])]) == 2
