"""What all reports say alike, and that they are written where they belong."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from reports import junit, markdown, write
from reports.facts import matrix
from reports.facts import run as overview
from reports.facts.text import address, clean
from reports.page import page
from tests.reports.conftest import line
from tests.reports.pages import Page


def test_verdict_names_what_fails(run):
    summary, rows = run
    assert overview.verdict(summary, rows) == (
        "4 of 12 results do not match the specification: jax (2) and torch (2). mxnet did not run. "
        "1 ledger entry no longer shows what it explains."
    )


def test_a_run_without_results_does_not_pass(run):
    summary, _ = run
    empty = summary | {"results": 0, "backends": {}, "stale": [], "bitwise": {}, "coverage": {}, "ledger": {}}
    assert not overview.passed(empty, [])
    assert "Failed" in Page(page.render(empty, [])).text
    assert markdown.render(empty, []).startswith("## ✗ Failed\n\nNothing was compared")


def passing(summary, rows):
    """The summary as it would be if the run held these rows alone, none of which fails."""
    backends = {name: summary["backends"][name] for name in ("torch", "jax")}
    return {**summary, "stale": [], "backends": backends, "results": len(rows)}


def test_a_run_that_passes_says_so(run):
    summary, rows = run
    good = [row for row in rows if row["status"] != "fail"]
    calm = passing(summary, good)
    assert overview.passed(calm, good)
    assert (
        overview.verdict(calm, good) == "All 7 results match the specification, or differ in a way that is known (3)."
    )
    assert "✓ Passed" in Page(page.render(calm, good)).text


def test_a_framework_that_the_system_cannot_have_is_told_in_every_report_and_is_no_failure(run):
    summary, rows = run
    good = [row for row in rows if row["status"] != "fail"]
    calm = passing(summary, good)
    why = "there is no wheel of mxnet 1.9.1 for Darwin on <arm64>"
    calm["backends"]["mxnet"] = {**summary["backends"]["mxnet"], "problem": "", "unavailable": why}
    assert overview.passed(calm, good)
    assert overview.verdict(calm, good).endswith(" (3). mxnet cannot be had on this system.")
    shown = Page(page.render(calm, good)).text
    assert "✓ Passed" in shown
    assert f"Cannot be had here mxnet : {why}" in shown.replace("mxnet:", "mxnet :")
    assert "Did not run" not in shown
    assert f"### Cannot be had here\n\n- **mxnet**: `{why}`\n" in markdown.render(calm, good)
    suite = ElementTree.fromstring(junit.render(calm, good)).find("testsuite[@name='mxnet']")
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["1", "0", "0", "1"]
    assert suite.find("testcase/skipped").get("message") == f"cannot be had here: {why}"


@pytest.mark.parametrize("lack", ["stale", "backend", "result"])
def test_one_lack_is_enough_to_fail(run, lack):
    summary, rows = run
    backends = summary["backends"] if lack == "backend" else {"torch": summary["backends"]["torch"]}
    stale = summary["stale"] if lack == "stale" else []
    kept = [row for row in rows if row["status"] != "fail" or (lack == "result" and row["backend"] == "jax")]
    calm = {**summary, "stale": stale, "backends": backends, "results": len(kept)}
    assert not overview.passed(calm, kept)


@pytest.mark.parametrize("kept", [0, 3, 6, "twice", "one more"])
def test_a_run_without_all_the_results_that_it_counts_does_not_pass(run, kept):
    """As where results.jsonl was cut, or where it grew after run.json was written."""
    summary, rows = run
    good = [row for row in rows if row["status"] != "fail"]
    calm = passing(summary, good)
    found = {"twice": [*good[:-1], good[0]], "one more": [*good, line("new", "torch")]}.get(kept) or good[:kept]
    held = {0: 0, 3: 3, 6: 6, "twice": 6, "one more": 8}[kept]
    words = f"run.json counts 7 results, results.jsonl holds {held}; run again with --resume to finish it"
    assert not overview.passed(calm, found)
    assert overview.verdict(calm, found).startswith(f"Results are missing: {words}.")
    assert words in Page(page.render(calm, found)).text
    assert "✓ Passed" not in Page(page.render(calm, found)).text
    assert markdown.render(calm, found).startswith("## ✗ Failed\n\nResults are missing")
    suites = ElementTree.fromstring(junit.render(calm, found).encode())
    assert suites.find("testsuite[@name='run']/testcase/error").get("message") == words
    assert suites.get("errors") == "1"


def test_results_of_a_backend_that_was_not_chosen_again_are_shown(run):
    summary, rows = run
    fewer = {**summary, "backends": {"torch": summary["backends"]["torch"]}}
    assert "y must be exact" in Page(page.render(fewer, rows)).text
    assert [suite.get("name") for suite in ElementTree.fromstring(junit.render(fewer, rows).encode())][:2] == [
        "torch",
        "jax",
    ]


def test_clean_keeps_what_can_be_shown():
    assert clean("π ≈ 3\tµ\n") == "π ≈ 3\tµ\n"
    assert clean({"a\x00": ["\x1b[1;31mred\x1b[0m", 1, None, "\x1b]0;title\x07x"]}) == {"a": ["red", 1, None, "x"]}


def test_only_web_addresses_and_issues_are_linked():
    assert address("pytorch/pytorch#1") == "https://github.com/pytorch/pytorch/issues/1"
    assert address("https://example.org/x") == "https://example.org/x"
    assert address("javascript:alert(1)") == address("measured") == ""


def test_unsupported_operations_are_counted_by_reason(run):
    assert matrix.unsupported(run[1]) == [("jax", "pad2d", "no | such mode", 2)]


@pytest.mark.parametrize(("form", "name"), [("html", "index.html"), ("md", "report.md"), ("junit", "junit.xml")])
def test_write_puts_the_report_into_the_run_folder(run, tmp_path, form, name):
    summary, rows = run
    (tmp_path / "run.json").write_text(json.dumps(summary))
    (tmp_path / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = write.write(tmp_path, form)
    assert path == tmp_path / name
    assert "y must be exact" in path.read_text(encoding="utf-8")


def test_a_problem_of_the_gradient_alone_is_named_as_such():
    row = {"outcome": "exact", "status": "fail", "grad": {"x": "close", "w": "crashed"}}
    assert overview.problem(row) == "gradient crashed"
    assert overview.problem({**row, "grad": {}, "expected": "differs"}) == "case file differs"
    assert overview.problem({**row, "status": "pass"}) == "exact"
    assert overview.problem({**row, "outcome": "differs"}) == "differs"


def test_failures_alike_are_shown_together(run):
    _, rows = run
    one = rows[2]
    found = overview.by_message(
        [one, {**one, "backend": "torch"}, {**one, "case": "conv2d/other"}, {**one, "message": "else"}]
    )
    assert [[row["case"] for row in group] for group in found] == [
        ["conv2d/plain/integers", "conv2d/other"],
        ["conv2d/plain/integers"],
        ["conv2d/plain/integers"],
    ]


def test_the_class_of_an_error_is_said_once():
    assert overview.said({"error_class": "ValueError", "message": "no"}) == ("ValueError", "no")
    assert overview.said({"error_class": "MXNetError", "message": "MXNetError: no"}) == ("", "MXNetError: no")


def test_the_command_can_be_given_again(run):
    assert overview.command({"command": ["run", "--case", "a b|*"]}) == "python -m harness run --case 'a b|*'"


FLIPPED, SWAPPED = "equals what comes of flipping w", "equals what comes of swapping H and W"


def failing(name, *causes, backend="jax", **more):
    """A failure with a diagnosis."""
    sentence = f"output y {' or '.join(causes)}"
    said = {"message": f"y is wrong in {name}; {sentence}", "diagnosis": sentence, "causes": list(causes)}
    return line(f"conv2d/{name}", backend, "differs", "fail", **(said if causes else {"message": name}), **more)


def test_failures_of_one_cause_are_shown_together():
    rows = [
        failing("a", SWAPPED, FLIPPED),
        failing("b", FLIPPED),
        failing("c", FLIPPED),
        failing("d", SWAPPED),
        failing("e", backend="torch"),
        failing("f", FLIPPED, backend="torch"),
        failing("e/again", backend="torch") | {"message": "e"},
    ]
    kinds = overview.kinds(rows, overview.by_message)
    assert [(kind.backend, kind.cause, [row["case"][7:] for row in kind.rows]) for kind in kinds] == [
        ("jax", FLIPPED, ["a", "b", "c"]),
        ("jax", SWAPPED, ["d"]),
        ("torch", FLIPPED, ["f"]),
        ("torch", "", ["e", "e/again"]),
    ]


def test_what_was_found_can_be_told_without_the_diagnosis():
    assert overview.verdict_alone(failing("a", FLIPPED)) == "y is wrong in a"
    assert overview.verdict_alone(failing("a")) == "a"
    assert overview.verdict_alone({"error_class": "E", "message": "no"}) == "E: no"


def test_every_report_shows_the_instruction_sets_in_use(run):
    for form in (page, markdown, junit):
        text = form.render(*run)
        text = text if isinstance(text, str) else text.decode()
        assert "x86_64 avx512 (oneDNN avx512)" in text, form
        assert "MKL 2024.2" in text, form
    assert overview.processors(run[0]) == "x86_64 avx512 (torch)"
    assert Page(page.render(*run)).text.count("x86_64 avx512 (torch)") == 1
    assert "avx512 (torch)" in markdown.render(*run)


def test_backends_of_one_instruction_set_are_named_together(run):
    about = run[0]["backends"]["torch"]
    several = {"torch": about, "jax": about, "mxnet": {"problem": "none"}}
    assert overview.processors({"backends": several}) == "x86_64 avx512 (torch and jax)"
    assert overview.processors({"backends": {"mxnet": {"problem": "none"}}}) == ""


NEW = [line("a", "torch"), line("b", "torch", "differs", "new", message="off by 1")]


@pytest.fixture
def elsewhere(run):
    """A run on a processor on which nothing was tried: a result and an entry are new there, and nothing else is bad."""
    summary = {**run[0], "stale": [], "new": ["torch: same-stride"], "counts": {"pass": 1, "new": 1}, "results": 2}
    summary["backends"] = {"torch": {**run[0]["backends"]["torch"]}}
    return {**summary, "bitwise": {}, "coverage": {}, "ledger": {}}


def test_what_is_new_on_a_processor_is_no_failure_and_no_pass(elsewhere):
    assert not overview.passed(elsewhere, NEW)
    assert not overview.passed({**elsewhere, "results": 1}, NEW[:1])  # the entry alone
    assert not overview.passed({**elsewhere, "new": []}, NEW)  # the result alone
    assert overview.passed({**elsewhere, "new": [], "results": 1}, NEW[:1])
    assert overview.failures(NEW) == []
    said = overview.verdict(elsewhere, NEW)
    assert said == (
        "1 of 2 results are new on this processor: torch (1). 1 ledger entry does not show on this processor."
    )


def test_every_report_says_what_is_new_and_how_to_report_it(elsewhere):
    how = "on x86_64 avx512 (torch) before. Please report what is new here: open an issue with the files run.json and"
    assert how in overview.new_where(elsewhere, NEW)
    shown = Page(page.render(elsewhere, NEW)).text
    assert how in shown
    assert "torch: same-stride does not show" in shown
    text = markdown.render(elsewhere, NEW)
    assert "### New on this processor" in text
    assert "### Failures" not in text
    assert "off by 1" in text
    assert "`torch: same-stride` does not show" in text
    suite = ElementTree.fromstring(junit.render(elsewhere, NEW)).find("testsuite")
    kinds = [one.get("type") for one in suite.iter("failure")]
    assert kinds == ["new on this processor: differs", "new on this processor"]


def test_where_nothing_is_new_nobody_is_asked(run):
    assert overview.new_where(*run) == ""
    assert "New on this processor" not in Page(page.render(*run)).text
