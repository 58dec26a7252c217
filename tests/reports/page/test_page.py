"""What the HTML report owes its reader: everything, once, and nothing that is loaded or executed."""

import re

import pytest

from reports.page import page as html
from spec.outcomes import Outcome
from tests.reports.pages import Page

FAILS = ["conv2d/plain/integers", "conv2d/rejects/stride", "pad2d/<i>|hostile", "pad2d/slow"]


@pytest.fixture
def page(run):
    return Page(html.render(*run))


def test_page_loads_nothing(run, page):
    assert not page.all("src")
    loads = [attrs["href"] for tag, attrs in page.tags if tag == "link"]
    assert loads == ["data:,"]
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", html.render(*run))
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_page_runs_its_own_script_only(run, page):
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    assert "alert(" not in re.search(r"<script>.*?</script>", html.render(*run), re.S)[0]
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_links_lead_to_places_in_the_page_or_upstream(page):
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert {link for link in links if not link.startswith("#")} == {"https://github.com/apache/mxnet/issues/17328"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_hostile_text_is_shown_as_text(run, page):
    assert """<script>alert("1")</script> & 'q' | pipe \\| `tick` @team red""" in page.text
    assert "<b>Odd</b>" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u202e]", html.render(*run))


def test_page_names_every_failure_and_every_reason(run, page):
    for case in FAILS:
        assert case in page.text
    for text in (
        "y must be exact",
        "the worker died",
        "60 s",
        "no Python 3.11",
        "torch: same-stride",
        "no | such mode",
        "gradient refused",
    ):
        assert text in page.text


def test_page_counts_add_up(run, page):
    _, rows = run
    for status in ("pass", "known", "fail"):
        shown = re.search(rf"\b{status} (\d+) (?:as specified|explained|unexplained)", page.text)
        assert int(shown[1]) == sum(row["status"] == status for row in rows)
    assert "results 12 6 cases" in page.text
    assert "in the frameworks 50 %" in page.text


def test_matrix_shows_each_operator_with_counts_and_worst_ratios(page):
    assert "conv2d ✓ 3 pass bound 0.25 rms 0.5 ~ 1 known ✗ 2 fail" in page.text
    assert "lone ✓ 1 pass exact" in page.text
    assert "pad2d ✗ 2 fail ~ 2 known ○ 1 not-run" in page.text  # nothing passed, so there is no worst error to show


def test_a_backend_that_did_not_run_does_not_hide_what_failed(run):
    summary, rows = run
    page = Page(html.render(summary, [rows[0], {**rows[10], "case": rows[0]["case"], "op": "conv2d"}]))
    assert "conv2d ✓ 1 pass exact – ○ 1 not-run" in page.text
    assert "unexplained; 1 never ran" in page.text
    assert "that did not pass everywhere" not in page.text


def test_what_did_not_pass_comes_first(page):
    cases = page.text[page.text.index("3 cases, 3 that did not pass") :]
    assert cases.index("conv2d/plain flips show integers") < cases.index("conv2d/rejects")


def test_cases_show_gradients_routes_and_agreement(page):
    assert "∇ x ≈0.25 b =" in page.text
    assert "⇄ NHWC→NCHW, HWIO→OIHW" in page.text
    assert "case file agrees" in page.text


def test_operator_sections_hold_the_definition(page):
    assert "which is a cross-correlation (the kernel is not flipped)" in page.text
    assert "y[n, o, i, j] = b[o] + sum over c, a, e" in page.text


def test_legend_explains_every_outcome(run, page):
    legend = page.text[page.text.index("Outcome: what happened") :]
    for word in (*Outcome, "bound ratio", "rms ratio"):
        assert word in legend


def test_tables_have_headers_with_scope(page):
    headers = [attrs for tag, attrs in page.tags if tag == "th"]
    assert headers
    assert all(attrs.get("scope") in ("col", "row", "rowgroup") for attrs in headers)


def test_page_of_many_rows_stays_small(run):
    summary, rows = run
    many = [
        {**rows[1], "case": f"conv2d/pairs-{number:03}/reals", "backend": name}
        for number in range(500)
        for name in "abcde"
    ]
    assert len(html.render(summary, many).encode()) < 1_500_000


def test_known_differences_name_the_bugs_first(page):
    text = page.text[page.text.index("2 ledger entries reproduced") :]
    assert text.index("bug 1 entry jax trap") < text.index("unsupported 1 entry jax >=0.4 no reflect")


def test_known_differences_show_what_came_and_what_should_have_come(run):
    """Of the part that the entry speaks of, also where another entry explains the other part of the same case."""
    summary, rows = run
    entry = summary["ledger"]["jax"][0]
    other = {**entry, "id": "both", "part": "output", "repro": "backends/jax/repros/both.py"}
    row = {**rows[3], "ledger": "both", "ledger_more": ["no reflect"], "message": "y is 1, the truth is 2"}
    both = {**row, "grad_message": "gradient for x is 3, the truth is 4"}
    page = Page(html.render({**summary, "ledger": {"jax": [entry, other]}}, [rows[0], both]))
    text = page.text[page.text.index("2 ledger entries reproduced") :]
    told, shown = text[text.index("no reflect") : text.index("jax >=0.4 both")], text[text.index("jax >=0.4 both") :]
    assert "conv2d/plain/reals: gradient for x is 3, the truth is 4 1" in told
    assert "conv2d/plain/reals: y is 1, the truth is 2 Script: backends/jax/repros/both.py 1" in shown
    assert "known: both known: no reflect" in page.text


def test_every_case_says_why_it_is_there_once(run):
    summary, rows = run
    shared, own = ({**rows[0], "case": f"conv2d/x/{name}", "why": "shared"} for name in "ab"), rows[0]
    special = [{**own, "case": f"special/conv2d/{name}", "why": f"because of {name}"} for name in ("nan", "inf")]
    text = Page(html.render(summary, [*shared, *special])).text
    assert text.count("shared") == 1
    assert "special/conv2d nan because of nan exact" in text
    assert "inf because of inf exact" in text


def test_failures_of_one_cause_stand_in_one_row(run):
    cause = "equals what comes of flipping w along H"
    said = f"output y {cause}"
    more = {"message": f"y must be exact; {said}", "diagnosis": said, "causes": [cause]}
    summary, rows = run
    many = [{**rows[2], "case": f"conv2d/flipped/{number}", **more} for number in range(30)]
    text = Page(html.render(summary, [*rows, *many])).text
    table = text[text.index("Failures") : text.index("Stale ledger entries")]
    assert table.count("What came equals what comes of flipping w along H.") == 1
    assert "conv2d/flipped/0: y must be exact" in table
    assert "30 cases of conv2d" in table
    assert all(f"conv2d/flipped/{number}" in table for number in range(30))
