"""What a run prints: a matrix that keeps to the width, numbers under numbers, and every kind of failure once."""

import re
from pathlib import Path

import pytest

from reports.facts import matrix
from reports.terminal import grid
from reports.terminal import run as terminal
from tests.reports.conftest import line

NAMES = ["jax", "mxnet", "numpy", "tensorflow", "torch"]


@pytest.fixture
def printed(run, monkeypatch, capsys):
    """The summary of the stored run, or of other rows, as lines of at most `width` characters."""

    def show(rows=None, width=80, **changes):
        monkeypatch.setenv("COLUMNS", str(width))
        rows = run[1] if rows is None else rows
        terminal.summary({**run[0], "results": len(rows), **changes}, rows, Path("out"))
        return [text.rstrip() for text in capsys.readouterr().out.splitlines()]

    return show


def large(names):
    """A run of many cases: 100 to 140 that pass, 10 known, 38 that fail, of an operator with a long name."""
    return [
        line(f"conv_transpose2d/{status}-{number}", name, "close", status, bound_ratio=0.0123)
        for place, name in enumerate(names)
        for status, count in (("pass", 100 + 10 * place), ("known", 10), ("fail", 38))
        for number in range(count)
    ]


def matrix_of(rows, names, width):
    return [text.plain for text in grid.lines(names, matrix.matrix(rows), width)]


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_no_line_of_the_matrix_is_wider_than_the_terminal(width):
    shown = matrix_of(large(NAMES), NAMES, width)
    assert max(map(len, shown)) <= width
    for name in NAMES:
        assert sum(re.search(rf"\b{name}\b", text) is not None for text in shown) == 1


def test_five_backends_fit_80_columns_beside_each_other():
    rows = [row for row in large(NAMES) if row["status"] == "pass" or row["case"][-2:] in ("-0", "-1")]
    assert len(matrix_of(rows, NAMES, 80)) == 4


def test_numbers_stand_below_numbers_and_signs_below_signs():
    rows = [*large(["torch"]), line("pad2d/one", "torch"), line("pad2d/two", "torch", "differs", "fail")]
    assert matrix_of(rows, ["torch"], 40)[2:] == [
        "operator          torch",
        "conv_transpose2d  100 ~10 ✗38 0.012",
        "pad2d               1      ✗1",
    ]


def test_worst_ratios_are_shown_only_where_all_have_room():
    assert "0.012" not in "\n".join(matrix_of(large(NAMES), NAMES, 80))
    assert "\n".join(matrix_of(large(NAMES), NAMES, 120)).count("0.012") == 5
    assert matrix_of(large(NAMES), NAMES, 120)[0] == "pass  ~known  ✗fail  worst error / bound"


def test_the_legend_explains_what_occurs_only():
    assert matrix_of([line("pad2d/one", "torch")], ["torch"], 80)[0] == "pass"


def test_versions_stand_in_a_line_of_their_own(printed):
    text = printed()
    assert "torch 2.13.0, jax 0.10.2" in text
    assert not [head for head in text if head.startswith("operator") and "2.13" in head]


def test_a_backend_that_did_not_run_is_named_once(printed):
    text = printed()
    assert [one for one in text if "no Python 3.11" in one] == ["○ mxnet did not run (1 case): no Python 3.11"]
    pad2d = next(one for one in text if one.startswith("pad2d"))
    assert pad2d.endswith("○1")


def test_a_backend_that_the_system_cannot_have_is_named_without_a_failure(printed):
    text = printed([line("lone", "torch")], backends={"torch": {}, "mxnet": {"unavailable": "no wheel"}}, stale=[])
    assert "– mxnet cannot be had here: no wheel" in text
    assert any(one.startswith("✓ All 1 result match") for one in text)


def test_failures_that_are_alike_are_one(printed):
    rows = [
        line(f"conv2d/rejects/{n}", "jax", "differs", "fail", message=f"accepted (window of {n}); returned [{n}, 1]")
        for n in range(30)
    ]
    text = printed(rows, backends={"jax": {"problem": ""}}, stale=[])
    assert [one for one in text if one.startswith("✗ ")] == [
        "✗ jax conv2d/rejects/0 and 29 alike",
        "✗ 30 of 30 results do not match the specification: jax (30).",
    ]


def test_alike_failures_are_of_one_operator_and_show_their_range(printed):
    """What differs in numbers alone may still be a small and a large error, and a matter of several operators."""
    rows = [
        line(f"{op}/{n}", "jax", "differs", "fail", message=f"y is {r:g} times the bound off", bound_ratio=r)
        for op in ("conv2d", "pad2d")
        for n, r in enumerate((2.1, 9e5))
    ]
    text = printed(rows, backends={"jax": {"problem": ""}}, stale=[])
    for op in ("conv2d", "pad2d"):
        place = text.index(f"✗ jax {op}/0 and 1 alike")
        assert text[place + 1] == "  2.1 to 9e+05 times the bound"


def test_failures_of_one_cause_are_one(printed):
    cause = "equals what comes of flipping w along H"
    more = {"diagnosis": f"output y {cause}", "causes": [cause]}
    rows = [
        line(f"conv2d/{n}", "jax", "differs", "fail", message=f"message {word}; output y {cause}", **more)
        for n, word in enumerate(("one", "two", "three"))
    ]
    text = printed(rows, backends={"jax": {"problem": ""}}, stale=[])
    place = text.index("✗ jax conv2d/0 and 2 alike")
    assert text[place + 1 : place + 3] == [f"  what came {cause}", "  differs: message one"]


def test_every_kind_of_failure_is_named_the_greatest_first_and_the_rest_counted(printed):
    kinds = [line(f"pad2d/{word}", "jax", "differs", "fail", message=word) for word in map(chr, range(97, 123))]
    twice = [line(f"conv2d/{n}", "jax", "crashed", "fail", message="died") for n in range(2)]
    text = printed([*kinds, *twice], backends={"jax": {"problem": ""}}, stale=[])
    signs = [one for one in text if one.startswith("✗ ")]
    assert signs[:2] == ["✗ jax conv2d/0 and 1 alike", "✗ jax pad2d/a"]
    assert signs[-2:-1] == ["✗ 7 of other kinds; all are in the report"]
    assert len(signs) == terminal.NAMED_KINDS + 2


def test_what_frameworks_say_cannot_steer_the_terminal(printed):
    text = "\n".join(printed())
    assert "alert(" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", text)


def test_long_messages_are_cut(printed):
    rows = [line("conv2d/one", "jax", "rejected", "fail", error_class="E", message="x" * 5000)]
    text = "\n".join(printed(rows, backends={"jax": {"problem": ""}}))
    assert "rejected: E:" in text
    assert text.count("x") < 300


def test_the_verdict_the_counts_and_the_times_come_last(printed):
    text = " ".join(printed(width=200))
    assert "✗ ledger: torch: same-stride no longer shows" in text
    assert "✗ 4 of 12 results do not match the specification: jax (2) and torch (2). mxnet did not run." in text
    assert "6 cases, 12 results: 4 pass, 3 known, 5 fail" in text
    assert "pairwise coverage of attribute values: 75 % (3 of 4)" in text
    assert "pairwise coverage of sizes and attributes: 95 % (19 of 20)" in text
    assert "8.0 s on 2 workers; in the frameworks 8.0 s of worker time, in the harness 90.90 ms" in text
    assert text.endswith("report: out/index.html")


def test_a_run_that_passes_says_so(printed):
    text = printed([line("lone", "torch"), line("twin", "torch")], backends={"torch": {"problem": ""}}, stale=[])
    assert "✓ All 2 results match the specification." in text


def test_nothing_at_all_can_be_printed(printed):
    assert "✗ Nothing was compared: the run has no results." in printed(
        [], backends={}, stale=[], coverage={}, geometry={}
    )


def test_what_is_new_on_a_processor_stands_apart(printed):
    rows = [line("a", "torch"), line("b", "torch", "differs", "new", message="off by 1")]
    lines = printed(rows, stale=[], new=["torch: same-stride"], counts={"pass": 1, "new": 1}, width=200)
    text = "\n".join(lines)
    assert "? torch b" in text
    assert "? ledger: torch: same-stride does not show on this processor" in text
    assert "Please report what is new here" in text
    assert "1 pass, 0 known, 1 new, 0 fail" in text
    assert not any(one.startswith("✗ torch b") for one in lines)
