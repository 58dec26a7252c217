"""The Markdown report: well-formed tables, escaped text, short enough for a comment."""

import re

import pytest
from markdown_it import MarkdownIt

from reports import markdown
from tests.reports.pages import Page


def cells(line):
    return re.split(r"(?<!\\)\|", line.strip())[1:-1]


def test_markdown_tables_are_well_formed(run):
    blocks = re.findall(r"(?:^\|.*\n)+", markdown.render(*run), re.M)
    assert len(blocks) == 5
    for block in blocks:
        lines = block.splitlines()
        assert re.fullmatch(r"\|( -+:? \|)+", lines[1])
        assert len({len(cells(line)) for line in lines}) == 1
        assert not [line for line in lines if re.search(r"\\\\\|", line)]


def test_markdown_names_every_failure_and_version(run):
    text = markdown.render(*run)
    for word in (
        "conv2d/plain/integers",
        "y must be exact",
        "pad2d/slow",
        "60 s",
        "2.13.0",
        "0.10.1",
        "no Python 3.11",
        "torch: same-stride",
    ):
        assert word in text
    assert "`pad2d/<i>\\|hostile`" in text
    assert "1 unsupported operation, in 2 cases" in text
    assert "[apache/mxnet\\#17328](<https://github.com/apache/mxnet/issues/17328>)" in text


def rendered(text):
    """The page that a forge makes of a report; raw HTML stays, as there."""
    return Page(MarkdownIt("commonmark", {"html": True, "xhtmlOut": False}).enable("table").render(text))


def entry(number, **more):
    common = {"operators": ["conv2d"], "outcome": "differs", "part": "output", "versions": "", "link": "a/b#1"}
    words = {"what": f"It does number {number}. " + "x" * 200, "why": "The reason is " + "y" * 200}
    return {"id": f"entry-{number}", "kind": "bug" if number % 2 else "convention", **common, **words, **more}


@pytest.mark.parametrize(("count", "reasons", "full"), [(20, True, True), (130, False, True), (300, False, False)])
def test_every_known_difference_is_shown_with_as_many_words_as_there_is_room_for(run, count, reasons, full):
    summary, rows = run
    ledger = {"torch": [entry(n) for n in range(count // 2)], "jax": [entry(n) for n in range(count // 2, count)]}
    text = markdown.render({**summary, "ledger": ledger}, rows)
    page = rendered(text)
    assert all(f"entry-{number} " in page.text for number in range(count))
    assert f"torch: {count // 2} known differences" in page.text
    assert ("The reason is" in page.text, "x" * 200 in page.text) == (reasons, full)
    assert len(text) < 65_536


def test_bugs_come_first_and_say_what_to_write_instead(run):
    summary, rows = run
    entries = [entry(0), entry(1, instead="write `F.pad` first")]
    page = rendered(markdown.render({**summary, "ledger": {"torch": entries}}, rows))
    assert page.text.index("entry-1") < page.text.index("entry-0")
    assert "Instead: write `F.pad` first" in page.text


def test_a_forge_shows_tables_and_no_small_print_over_itself(run):
    """`<sub>` with a break in it prints over the line below."""
    page = rendered(markdown.render(*run))
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == 5
    assert tags.count("details") == 3
    assert "sub" not in tags
    assert "bound 0.25, rms 0.5" in page.text


def test_markdown_escapes_what_is_not_code(run):
    summary, rows = run
    assert markdown.text("<b> | *x* @team `c` [a](b)") == "&lt;b&gt; \\| \\*x\\* &#64;team \\`c\\` \\[a\\](b)"
    outside_code = re.sub(r"`[^`]*`", "", markdown.render(summary, rows))
    assert "<script>" not in outside_code
    assert "@team" not in outside_code
    assert "javascript:" not in outside_code


def test_markdown_fits_a_comment_and_says_what_it_left_out(run):
    summary, rows = run
    many = [{**rows[5], "case": f"conv2d/{number}", "message": f"{number}" + "x" * 500} for number in range(3000)]
    text = markdown.render(summary, many)
    assert len(text) < 65_536
    assert "and 2,960 more" in text


@pytest.mark.parametrize(("length", "shown"), [(240, "x" * 240), (241, "x" * 239 + "…"), (9999, "x" * 239 + "…")])
def test_code_is_cut_where_it_is_too_long(length, shown):
    assert markdown.code("x" * length) == f"`{shown}`"


def test_alike_failures_say_how_far_their_errors_reach(run):
    summary, rows = run
    many = [
        {**rows[2], "case": f"conv2d/{n}", "message": f"off by {n}", "bound_ratio": r} for n, r in ((1, 2.1), (2, 9e5))
    ]
    shown = rendered(markdown.render(summary, [{**row, "causes": ["equals zero"]} for row in many])).text
    assert "conv2d/1 and 1 alike 2.1 to 9e+05 times the bound" in shown


def test_failures_of_one_cause_stand_in_one_row(run):
    cause = "equals what comes of flipping w_1 along H"
    more = {"message": f"y must be exact; output y {cause}", "diagnosis": f"output y {cause}", "causes": [cause]}
    summary, rows = run
    many = [{**rows[2], "case": f"conv2d/flipped/{number}", **more} for number in range(100)]
    (shown,) = (line for line in markdown.render(summary, many).splitlines() if "what came" in line)
    assert "`conv2d/flipped/0` and 99 alike" in shown
    assert "what came equals what comes of flipping w\\_1 along H<br>`y must be exact`" in shown
