"""The further sections of the page: what other commands found, refusals, special values."""

import re
import shlex

import pytest

import reports.terminal.bridge
from harness.commands.bridge import attributes
from reports.facts.text import clean
from reports.page import page as html
from reports.page.sections import bridge as bridges
from reports.page.sections import choose
from tests.reports.conftest import HOSTILE, SUMMARY
from tests.reports.found import FOUND, LAWS, ROWS
from tests.reports.pages import Page


@pytest.fixture(scope="module")
def page():
    """The page of a run with everything."""
    return Page(html.render(SUMMARY, ROWS, FOUND))


def table_of(page, section, number=0):
    return choose.further({"backends": {"torch": {}, "jax": {}}, "ledger": SUMMARY["ledger"]}, ROWS, FOUND)[
        section
    ].tables[number]


def words(table):
    return {one.head.text: [cell.text for cell in one.cells] for one in table.lines}


def test_sections_are_there_for_what_the_run_has_only(run):
    page = Page(html.render(*run))
    assert {*FOUND, "special"}.isdisjoint(page.all("id"))
    assert set(choose.further(run[0], [], {})) == set()
    assert set(choose.further(run[0], [], {"stranger": 1, "laws": LAWS})) == {"laws"}


@pytest.mark.parametrize("table", [{}, [], {"laws": [{}], "backends": {}}])
def test_a_table_of_another_version_is_said_to_be_one(run, table):
    section = choose.further(run[0], [], {"laws": table})["laws"]
    assert section.worry
    assert "run the command laws again" in Page(html.render(*run, {"laws": table})).text


def test_every_section_is_in_the_contents_and_every_link_leads_somewhere(page):
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    links = {attrs["href"][1:] for tag, attrs in page.tags if tag == "a" and attrs["href"].startswith("#")}
    assert {*FOUND, "refusals", "special"} <= links <= set(ids)


def test_hostile_text_is_shown_as_text_in_every_section(page):
    assert page.text.count(clean(HOSTILE).split()[0]) >= 4
    assert "Is the kernel <flipped>?" in page.text
    assert "flipping(x) = x <b>" in page.text
    assert sum(tag == "script" for tag, _ in page.tags) == 1


def test_headers_have_a_scope(page):
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")


def test_refusals_are_counted_by_backend(page):
    assert words(table_of(page, "refusals")) == {
        "torch": ["2", "1", "ValueError 2"],
        "jax": ["1", "1", "TypeError 1, unsupported 1"],
    }


def test_what_somebody_accepts_comes_before_what_all_refuse(page):
    accepted, refused = table_of(page, "refusals", 1), table_of(page, "refusals", 2)
    assert words(accepted) == {"conv2d kernel": ["ValueError", "accepts"], "mine/no-rule": ["accepts", "unsupported"]}
    assert words(refused) == {"conv2d stride": ["ValueError", "TypeError"]}
    assert refused.folded
    assert not accepted.folded
    cell = accepted.lines[0].cells[1]
    assert (cell.aside, cell.status) == ("returns y [2, 0]", "known")
    assert accepted.lines[0].head.href == "case-conv2d-rejects-kernel-reals-float32"  # where the messages stand


def test_a_wrong_refusal_is_no_case_of_refusals(page):
    assert "wrongly refused" in page.text
    refusals = page.text[page.text.index("Input that the specification forbids") : page.text.index("What IEEE 754")]
    assert "wrongly refused" not in refusals


def test_special_values_show_who_returns_something_else(page):
    apart, same = table_of(page, "special"), table_of(page, "special", 1)
    assert words(apart) == {"conv2d/nan-image": ["✓", "differs"]}
    cell = apart.lines[0].cells[1]
    assert cell.aside == "-2.0, not nan"
    assert apart.lines[0].head.href == "case-special-conv2d-nan-image"
    assert "y has NaN in other places" in page.text
    assert words(same) == {"conv2d/negative-zero": ["✓", "✓"]}
    assert [cell.aside for cell in same.lines[0].cells] == ["3 zeros of the other sign", ""]


def test_laws_that_fail_come_first_with_formula_sentence_and_reason(page):
    broken, held = table_of(page, "laws"), table_of(page, "laws", 1)
    assert words(broken) == {"batch": ["0.25", "✗ 1 of 4"]}
    assert words(held) == {"flipping": ["0.25", "exact"]}
    head, (_, bad) = broken.lines[0].head, broken.lines[0].cells
    assert (head.formula, head.aside, bad.status) == ("batch(x) = x <b>", "The sentence of batch.", "fail")
    assert (bad.more[0].label, bad.more[0].text) == ("plain/reals", f"differs: {HOSTILE}")


def test_conventions_show_answers_by_interface_and_open_to_code_and_output(page):
    flip = table_of(page, "conventions").lines[0]
    assert [cell.text for cell in flip.cells] == ["functional: no\nnn: refuses (TypeError)", "none of these"]
    assert flip.cells[1].status == "known"
    assert [(block.label, block.text, block.code) for block in flip.cells[0].more][:2] == [
        ("torch.nn.functional", "def flip(x):\n    return x", True),
        ("returns", "[19. 25.]", True),
    ]
    assert flip.cells[0].more[3].label == "raises TypeError:"
    opened = " ".join(f"{block.label} {block.text}" for block in flip.head.more)
    for part in ("Mathematicians flip it.", "Bridge: Flip it yourself.", "x is [[1. 2.]", "no would give [19. 25.]"):
        assert part in opened
    assert "refuses would give" not in opened


def test_conventions_are_grouped_and_say_who_was_not_asked(page):
    assert table_of(page, "conventions").caption == "Convolution: 1 question, 1 with different answers"
    assert table_of(page, "conventions", 1).caption == "Padding: 1 question, 0 with different answers"
    assert words(table_of(page, "conventions", 1)) == {"Which?": ["–", "–"]}
    assert "mxnet was not asked: no Python 3.11." in page.text


def test_two_backends_can_be_compared_by_the_page_itself(page):
    """The script hides lines with equal keys; without it nothing is offered and nothing is hidden."""
    keys = [attrs["data-key"] for tag, attrs in page.tags if tag == "td" and "data-key" in attrs]
    assert keys == ["0:0 1:1", "2:2"]  # interface:answer
    assert [attrs.get("hidden", "shown") for tag, attrs in page.tags if attrs.get("class") == "compare"] == [None]
    assert [attrs.get("hidden", "shown") for tag, attrs in page.tags if attrs.get("class") == "hint"] == [None, None]
    assert sum(tag == "option" for tag, _ in page.tags) == 2 * 3
    assert "Flip it yourself." in page.text


def test_mistakes_that_survive_are_open_and_the_rest_is_folded(page):
    survived, killed, harmless = (table_of(page, "mutants", number) for number in range(3))
    assert [one.folded for one in (survived, killed, harmless)] == [False, True, True]
    noticed = survived.lines[0].cells[0]
    assert (noticed.text, noticed.aside, noticed.status) == ("3 of 15", "not by corr2d", "fail")
    assert harmless.lines[0].head.more[0].text == "zeros stay zeros"
    assert "1 of 2 mistakes are noticed by every operator that feels them. 1 case count" in page.text


def test_rules_show_how_often_each_is_wrong_and_what_it_sees(page):
    totals, resolution, implementations = (table_of(page, "scorecard", number) for number in range(3))
    assert words(totals) == {"derived bounds": ["0", "0"], "NumPy": ["6", "0"]}
    assert totals.lines[1].cells[0].aside == "75.0 % of 8"
    assert words(resolution) == {"derived bounds": ["17", "none"], "NumPy": ["even 24", "even 24"]}
    assert words(implementations) == {"lanes": ["0", "2"], "TF32": ["0", "2"]}
    assert implementations.lines[0].cells[1].more[0].text == "y noise, dx noise"
    assert implementations.lines[1].head.more[0].text == "y integers"
    assert "at most 1.5 times the errors of the worst correct sum" in page.text
    assert "mxnet, 1 thread, float16: rejected: no gemm." in page.text


def test_determinism_names_the_arrays_whose_bits_change_and_by_how_much(page):
    table = table_of(page, "determinism")
    assert words(table) == {"conv2d": ["on 2 threads, not 1: dw", "same"]}
    changing, same = table.lines[0].cells
    assert (changing.more[0].label, changing.more[0].text) == ("on 2 threads, not 1:", "dw 3e-07")
    assert (same.more[0].label, same.more[0].text) == ("conv2d/large", "rejected: too large")
    assert "mxnet did not run: no Python 3.11." in page.text


def test_code_keeps_its_lines(page):
    assert re.search(r"<pre[^>]*>def flip\(x\):\n    return x</pre>", html.render(SUMMARY, ROWS, FOUND))


def test_bridges_of_a_pair_are_counted_and_lead_to_its_operators(page):
    matrix = table_of(page, "bridges")
    assert words(matrix) == {"torch": ["–", "1 of 2"], "jax": ["1 of 2", "–"]}
    (_, there), (back, _) = (line.cells for line in matrix.lines)
    assert (there.aside, there.status, there.href) == ("8 cases; 1 fails", "fail", "bridge-torch-jax")
    assert (back.aside, back.status, back.href) == ("8 cases; 1 not expressible", "known", "bridge-jax-torch")
    assert {"bridge-torch-jax", "bridge-jax-torch", "words-torch", "words-jax"} <= set(page.all("id"))
    assert words(table_of(page, "bridges", 1))["jax"] == ["own logits differ", "same logits"]


def test_a_bridge_opens_to_its_text_its_words_and_its_command(page):
    table = table_of(page, "bridges", 3)
    assert (table.caption, table.folded) == ("What jax says, in the words of torch", True)
    holds, lacking = table.lines
    text, proof = holds.cells
    assert (holds.head.text, holds.head.aside) == ("conv2d", "stride [2, 2], padding [[1, 2], [0, 3]], mode same")
    assert text.text == "x: NHWC → NCHW (0, 3, 1, 2)"
    assert [block.text for block in text.more] == [
        "def conv2d_of_jax(x):\n    return conv2d(x)\n",
        "conv2d in the words of torch",
        "python -m harness bridge conv2d --from jax --to torch --stride 2 --padding '[[1, 2], [0, 3]]' --mode same",
    ]
    assert text.more[1].href == "words-torch"
    assert (proof.text, proof.aside) == ("8 of 8 cases", "4 with the same bits")
    assert lacking.head.text == "conv2d float16"
    assert lacking.cells[0].text == "not expressible in torch"
    assert not lacking.cells[0].more
    assert page.text.count("return x < 1") == 1


def test_a_bridge_in_few_words_shows_the_call_with_its_pads_to_be_copied(run):
    rows = [dict(row) for row in FOUND["bridges"]["bridges"]]
    at = {"size": [224, 224], "kernel": [3, 3], "call": "y = F.conv2d(F.pad(x, (0, 1, 0, 1)), w, b, stride=2)"}
    rows[0] |= {"short": True, "call": "rows, columns = ...\ny = F.conv2d(...)", "tail": "import torch", "at": at}
    shown = Page(html.render(*run, {"bridges": {**FOUND["bridges"], "bridges": rows}}))
    [copied] = [attrs for tag, attrs in shown.tags if tag == "code" and attrs.get("class") == "call"]
    assert "data-copy" in copied
    assert "y = F.conv2d(F.pad(x, (0, 1, 0, 1)), w, b, stride=2) at 224 × 224, kernel 3 × 3; any size" in shown.text
    assert "For any size: rows, columns = ... y = F.conv2d(...)" in shown.text
    assert "--size 224x224" in shown.text
    assert "bridge-conv2d-jax-torch" in shown.all("id")


def test_the_command_that_a_bridge_shows_is_understood():
    row = FOUND["bridges"]["bridges"][2] | {"op": "pad2d", "attrs": {"padding": [[1, 2], [0, 3]], "mode": "reflect"}}
    command = shlex.split(bridges._command(row))
    assert command[:8] == ["python", "-m", "harness", "bridge", "pad2d", "--from", "torch", "--to"]
    assert attributes("pad2d", command[9:])["padding"] == [[1, 2], [0, 3]]


def test_a_bridge_that_fails_says_why(page):
    table = table_of(page, "bridges", 2)
    cell = table.lines[1].cells[1]
    assert (cell.text, cell.aside, cell.status) == ("0 of 8 cases", "fails", "fail")
    assert (cell.more[0].label, cell.more[0].text) == ("jax:", HOSTILE)


def test_the_terminal_says_once_what_cannot_be_expressed(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    again = [{**row, "why": "no such dtype"} for row in FOUND["bridges"]["bridges"]]
    reports.terminal.bridge.show({**FOUND["bridges"], "bridges": [*again, again[1]]})
    printed = capsys.readouterr().out
    assert printed.count("∅ conv2d float16 is not expressible in torch: no such dtype") == 1
    assert printed.count("✗ pad2d from torch to jax: jax: no such dtype") == 1
    assert "1 of 2 1 ✗" in printed
