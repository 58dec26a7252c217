"""Modes and versions of one framework beside each other: bits, and verdicts that are other ones."""

import pytest

from reports import markdown
from reports.facts import modes
from reports.page import page as html
from reports.page.sections import choose
from reports.terminal import run
from tests.reports.conftest import HOSTILE, SUMMARY, line
from tests.reports.pages import Page

NAMES = ["jax", "torch:fast", "torch", "torch@1.2"]
PADS = "XLA does not support pads {}."
ROWS = [
    line("conv2d/one", "torch", bits="aa", grad_bits="a1", grad={"x": "exact"}),
    line("conv2d/one", "torch:fast", bits="aa", grad_bits="b1", grad={"x": "close"}),
    line("conv2d/one", "torch@1.2", "close", bits="bb", grad_bits="a1", grad={"x": "exact"}),
    line("conv2d/two", "torch", bits="aa", grad_bits="a1", grad={"x": "exact"}),
    line("conv2d/two", "torch:fast", bits="aa", grad={"x": "rejected"}, status="known", grad_message="gradient: no"),
    line("conv2d/one", "jax", bits="aa", grad_bits="a1", grad={"x": "exact"}),
    line("pad2d/one", "torch", bits="aa"),
    line("pad2d/one", "torch:fast", "rejected", "known", error_class="ValueError", message=PADS.format(3), ledger="p"),
    line("pad2d/two", "torch", "close", bits="aa"),
    line("pad2d/two", "torch:fast", "rejected", "fail", error_class="ValueError", message=PADS.format(4)),
    line("pad2d/nan", "torch", "differs", "known", bits="aa"),
    line("pad2d/nan", "torch:fast", "differs", "known", bits="bb"),
    line("pad2d/zero", "torch", "rejected", error_class="ValueError"),
    line("pad2d/zero", "torch:fast", "rejected", error_class="TypeError"),
    line("pad2d/zero", "torch@1.2", "not-run", "fail"),
    line("flatten/alone", "torch:fast", bits="aa"),
]
ABOUT = {"version": "1", "problem": "", "seconds": 1.0, "startup_seconds": 1.0}
RUN = {**SUMMARY, "backends": dict.fromkeys(NAMES, ABOUT)}


@pytest.fixture
def family():
    return modes.families(RUN, ROWS)["torch"]


def numbers(cell):
    return cell.same, cell.compared, cell.gradients, cell.within, len(cell.apart)


def test_frameworks_that_the_run_holds_once_have_no_table():
    assert set(modes.families(RUN, ROWS)) == {"torch"}
    once = {**RUN, "backends": {"jax": {}, "torch": {}}}
    assert modes.families(once, ROWS) == {}
    assert choose.modes.section(once, ROWS) is None


def test_the_base_is_the_default_or_else_the_first_mode(family):
    assert (family.base, family.modes) == ("torch", ["torch:fast", "torch@1.2"])
    without = {**RUN, "backends": {"torch@1.2": {}, "torch:fast": {}}}
    other = modes.families(without, ROWS)["torch"]
    assert (other.base, other.modes) == ("torch@1.2", ["torch:fast"])
    assert numbers(other.totals["torch:fast"]) == (0, 1, [0, 1], 1, 0)


def test_bits_are_counted_where_the_verdict_is_the_same(family):
    assert numbers(family.operators["conv2d"]["torch:fast"]) == (1, 1, [0, 1], 0, 1)
    assert numbers(family.operators["conv2d"]["torch@1.2"]) == (0, 1, [1, 1], 1, 0)
    assert numbers(family.operators["pad2d"]["torch:fast"]) == (0, 1, [0, 0], 0, 2)
    assert numbers(family.totals["torch:fast"]) == (1, 2, [0, 1], 0, 3)


def test_cases_that_only_one_of_both_ran_are_left_out(family):
    assert "flatten" not in family.operators
    assert "torch@1.2" not in family.operators["pad2d"]


def test_another_expectation_of_the_case_file_is_another_verdict():
    rows = [
        line("mine/x", name, bits="aa", expected=said) for name, said in (("torch", "agrees"), ("torch@1.2", "differs"))
    ]
    assert numbers(modes.families(RUN, rows)["torch"].totals["torch@1.2"])[-1] == 1


def test_cases_with_the_same_words_are_together(family):
    gradient, refused = modes.groups(family.totals["torch:fast"].apart)
    assert [row["case"] for _, row in gradient] == ["conv2d/two"]
    assert [row["case"] for _, row in refused] == ["pad2d/one", "pad2d/two"]
    (base, row), *_ = gradient
    assert modes.words(base, row) == "exact; gradient for x exact"
    assert modes.words(row, base) == "exact; gradient for x rejected; gradient: no"
    base, row = refused[0]
    assert (modes.words(base, row), modes.words(row, base)) == ("exact", f"rejected; ValueError: {PADS.format(3)}")


def test_a_run_of_an_earlier_version_has_verdicts_alone():
    rows = [{key: value for key, value in row.items() if "bits" not in key} for row in ROWS]
    assert numbers(modes.families(RUN, rows)["torch"].totals["torch:fast"]) == (0, 0, [0, 0], 0, 3)


def test_the_page_has_a_table_that_opens_to_both_messages():
    section = choose.further(RUN, ROWS, {})["parity"]
    (table,) = section.tables
    assert (section.count, table.columns) == ("3", ["operator", "torch:fast", "torch@1.2"])
    conv, pad, total = table.lines
    assert (conv.head.text, pad.head.text, total.head.text) == ("conv2d", "pad2d", "all")
    assert (conv.cells[0].text, conv.cells[0].aside) == ("1 of 1 same bits", "∇ 0 of 1 · 1 other verdict")
    assert (conv.cells[1].text, conv.cells[1].aside) == ("0 of 1 same bits", "∇ 1 of 1 · 1 within the bounds")
    assert (pad.cells[0].status, pad.cells[0].aside) == ("fail", "1 wrong in both · 2 other verdicts")
    assert (conv.cells[0].status, conv.cells[1].status, pad.cells[1].text) == ("known", "", "–")
    assert [(block.label, block.text) for block in pad.cells[0].more] == [
        ("2 other verdicts:", "pad2d/one, pad2d/two"),
        ("torch:", "exact"),
        ("here:", "rejected; ValueError: XLA does not support pads 3."),
        ("Known:", "p"),
        ("other bits:", "pad2d/nan"),
    ]
    page = Page(html.render(RUN, ROWS))
    assert {"parity"} <= set(page.all("id"))
    assert "XLA does not support pads 3." in page.text


def test_other_reports_have_it_in_brief(monkeypatch, capsys, tmp_path):
    assert "| all | 1 / 2 ∇ 0 / 1 ≠ 3 | 0 / 1 ∇ 1 / 1 |" in markdown.render(RUN, ROWS)
    monkeypatch.setenv("COLUMNS", "200")
    run.summary(RUN, ROWS, tmp_path)
    printed = capsys.readouterr().out.splitlines()
    assert "torch:fast beside torch: 1 of 2 with the same bits, ∇ 0 of 1; 3 other verdicts" in printed
    assert "torch@1.2 beside torch: 0 of 1 with the same bits, ∇ 1 of 1; 0 other verdicts" in printed


def test_what_frameworks_say_is_shown_as_text():
    rows = [line("pad2d/x", "torch", bits="aa"), line("pad2d/x", "torch:fast", "rejected", "fail", message=HOSTILE)]
    page = Page(html.render(RUN, rows))
    assert sum(tag == "script" for tag, _ in page.tags) == 1
