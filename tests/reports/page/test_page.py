"""What the HTML report owes its reader: everything, once, and nothing that is loaded or executed."""

import re

import numpy as np
import pytest

from reports.page import page as html
from spec.outcomes import Outcome
from tests.reports.found import FOUND
from tests.reports.pages import Page, nested

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


def test_risks_come_first_and_conventions_are_folded(page):
    text = page.text[page.text.index("2 ledger entries reproduced") :]
    assert text.index("Risks: bugs, and precision that is lost jax: 1 bug ▲ bug w trap") < text.index("Conventions")
    assert "Conventions, and what a framework lacks: 1 entry jax: 1 thing that it lacks ~ unsupported" in text


def test_known_differences_show_what_came_and_what_should_have_come(run):
    """Of the part that the entry speaks of, also where another entry explains the other part of the same case."""
    summary, rows = run
    entry = summary["ledger"]["jax"][0]
    other = {
        **entry,
        "id": "both",
        "part": "output",
        "repro": "backends/jax/repros/both.py",
        "instead": "Write it out.",
    }
    row = {**rows[3], "ledger": "both", "ledger_more": ["no reflect"], "message": "y is 1, the truth is 2"}
    both = {**row, "grad_message": "gradient for x is 3, the truth is 4"}
    page = Page(html.render({**summary, "ledger": {"jax": [entry, other]}}, [rows[0], both]))
    text = page.text[page.text.index("2 ledger entries reproduced") :]
    told, shown = text[text.index("no reflect") : text.index("both ·")], text[text.index("both ·") :]
    assert "conv2d/plain/reals : gradient for x is 3, the truth is 4" in told
    assert "Instead: Write it out." in shown
    assert "conv2d/plain/reals : y is 1, the truth is 2 Script: backends/jax/repros/both.py" in shown
    assert "known: both known: no reflect" in page.text


def test_a_known_bug_is_not_counted_as_a_convention(run):
    summary, rows = run
    bug = {**rows[3], "case": "conv2d/other", "ledger": "trap"}
    text = Page(html.render(summary, [*rows, bug])).text
    assert "conv2d ✓ 3 pass bound 0.25 rms 0.5 ▲ 1 bug ~ 1 known ✗ 2 fail" in text


def cards(page):
    return page.text[page.text.index("Failures 4 results") : page.text.index("Stale ledger entries")]


def test_a_failure_shows_what_was_expected_its_peers_and_how_to_repeat_it(run):
    summary, rows = run
    said = "y must be exact: element [0, 1] of 6 is 3.0, the truth is 5"
    changed = [{**row, "message": said} if row is rows[2] else row for row in rows]
    card = cards(Page(html.render(summary, changed)))
    assert "expected 5 at [0, 1] got 3.0" in card
    assert "peers exact: torch" in card
    assert "repeat python -m harness run --backend jax --case conv2d/plain/integers" in card
    assert "take apart python -m harness explain conv2d/plain/integers" in card


def test_a_failure_has_a_picture_of_its_error_and_its_numbers(run):
    summary, rows = run
    wanted = np.arange(12.0).reshape(1, 1, 3, 4)
    got = wanted + np.where(wanted == 6, 0.5, 0)
    kept = {"truth_y": wanted, "output_y": got, "input_x": wanted}
    page = Page(html.render(summary, rows, {}, lambda row: kept if row is not rows[5] else {}))
    pictures = [attrs["aria-label"] for tag, attrs in page.tags if tag == "svg"]
    assert "Error of y: 1 element of 12 of y differ; the plane of [0, 0, 1, 2]" in pictures
    assert {"image, in numbers", "got, in numbers", "expected, in numbers"} <= set(pictures)
    assert "6.5" in page.text


def test_where_a_gradient_alone_is_wrong_its_error_is_drawn_and_not_the_rounding_of_the_output(run):
    summary, rows = run
    wanted = np.arange(12.0).reshape(1, 1, 3, 4)
    kept = {"truth_y": wanted, "output_y": wanted + 1e-7, "truth_gradient_x": wanted, "gradient_x": -wanted}
    kept |= {"truth_gradient_w": wanted, "gradient_w": wanted + 1e-7}
    wrong = {**rows[1], "status": "fail", "grad": {"w": "close", "x": "differs"}}
    page = Page(html.render(summary, [wrong], {}, lambda row: kept))
    errors = [said for tag, one in page.tags if tag == "svg" and (said := one["aria-label"]).startswith("Error of")]
    assert errors == [
        "Error of the gradient for x: 11 elements of 12 of the gradient for x differ; the plane of [0, 0, 2, 3]"
    ]


BASELINE = {
    "old": {"folder": "before", "started": "2026-01-02T03:04:05Z"},
    "counts": {"regression": 1, "mended": 0, "changed": 0},
    "backends": [
        {
            "old": "jax",
            "new": "jax",
            "version": ["0.9", "0.10.2"],
            "operators": {"conv2d": {"bits": [1, 3], "gradients": [2, 2], "ratio": [0.1, 0.2]}},
        },
    ],
    "changes": [
        {
            "kind": "regression",
            "backend": "jax",
            "case": "conv2d/plain/integers",
            "op": "conv2d",
            "before": {"status": "pass", "outcome": "exact"},
            "after": {"status": "fail", "outcome": "differs"},
        }
    ],
    "only": {"new": ["jax pad2d/slow"]},
    "missing": [],
}


def test_what_is_new_is_told_on_top_and_on_each_failure(run):
    text = Page(html.render(*run, {"baseline": BASELINE})).text
    assert (
        "Since 2026-01-02 jax 0.9 → 0.10.2: 1 regression , 0 mended , 0 other changes; other bits in conv2d (2)" in text
    )
    assert text.index("Since 2026-01-02") < text.index("Check a release")
    assert "new since the run of 2026-01-02 (0.9): exact there" in text
    assert "failed in the run of 2026-01-02 as well" in text
    assert "python -m harness report FOLDER --baseline EARLIER" in Page(html.render(*run)).text


def test_every_case_has_an_address_and_every_entry(page):
    ids = set(page.all("id"))
    assert {"case-conv2d-plain-integers", "case-lone", "ledger-jax-trap", "ledger-jax-no-reflect"} <= ids
    assert {"failures", "port", "learn", "matrix", "op-conv2d"} <= ids


def test_what_may_not_stand_in_a_heading_of_a_row_does_not(run):
    """A validator refuses `<details>` in `<th>`, and blocks in `<small>`, `<p>` and `<summary>`."""
    for tag, inside in nested(html.render(*run, FOUND)):
        assert not (tag in ("details", "p", "pre", "figure", "dl", "ul") and {"th", "p", "small"} & set(inside)), inside
        assert not (tag in ("details", "p", "pre", "table", "article") and "summary" in inside), inside


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
    table = text[text.index("Failures 34 results") : text.index("Stale ledger entries")]
    assert table.count("What came equals what comes of flipping w along H.") == 1
    assert "conv2d/flipped/0 : y must be exact" in table
    assert "30 cases of conv2d" in table
    assert all(f"conv2d/flipped/{number}" in table for number in range(30))
