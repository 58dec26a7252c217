"""The Markdown report: well-formed tables, escaped text, short enough for a comment."""

import re

import pytest

from reports import markdown


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


def test_failures_of_one_cause_stand_in_one_row(run):
    cause = "equals what comes of flipping w_1 along H"
    more = {"message": f"y must be exact; output y {cause}", "diagnosis": f"output y {cause}", "causes": [cause]}
    summary, rows = run
    many = [{**rows[2], "case": f"conv2d/flipped/{number}", **more} for number in range(100)]
    (shown,) = (line for line in markdown.render(summary, many).splitlines() if "what came" in line)
    assert "`conv2d/flipped/0` and 99 alike" in shown
    assert "what came equals what comes of flipping w\\_1 along H<br>`y must be exact`" in shown
