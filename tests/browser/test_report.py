"""The report of a run in a real browser: wide and narrow, light and dark, on paper, by keyboard, and its search.

`pytest tests/browser/test_report.py --report FOLDER` looks at a stored run instead of a small one of its own.
"""

import json
import shutil
from pathlib import Path

import pytest

from harness import cli
from tests.browser.view import broken_links
from tests.reports.conftest import ROWS, SUMMARY
from tests.reports.found import BRIDGES, DETERMINISM, SCORECARD
from tests.reports.page.test_page import BASELINE

WIDTHS = (1400, 1024, 390)
SCREEN = 900  # pixels that are seen without scrolling

# What a person may look for, and a part of the first result's address, or of any of the first ten ("*").
WANTED = {
    "SAME stride 2": "q-padding-same-stride",
    "tensorflow": "*tensorflow",
    "weights layout": "*q-layout-kernel",
    "bug": "*ledger-",
    "17328": "ledger-",
    "flip": "q-conv-flip",
    "flatten": "*op-flatten",
    "nhwc": "*q-layout",
    "ceil": "*q-pool-ceil",
    "bridge torch": "*bridge-",
    "nan max pool": "*q-pool-nan",
}


@pytest.fixture(scope="session")
def whole(tmp_path_factory, request):
    """A run with every outcome in it and the tables of the other commands: what is shown, real and planted."""
    if stored := request.config.getoption("report"):
        return Path(stored)
    folder = request.getfixturevalue("folder")
    names = [word for name in request.config.getoption("backend") for word in ("--backend", name)]
    out = tmp_path_factory.mktemp("report") / "run"
    shutil.copytree(folder, out)
    assert cli.main(["conventions", *names, "--out", str(out)]) == 0
    assert cli.main(["mutants", "--mutant", "flatten/*", "--out", str(out)]) == 0
    summary = json.loads((out / "run.json").read_text())
    with (out / "results.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in ROWS if row["case"].isascii())
    summary["results"] += len(ROWS)
    summary["backends"] |= SUMMARY["backends"]
    summary["ledger"] |= SUMMARY["ledger"]
    (out / "run.json").write_text(json.dumps(summary))
    planted = {"baseline": BASELINE, "bridges": BRIDGES, "determinism": DETERMINISM, "scorecard": SCORECARD}
    for name, table in planted.items():
        (out / "tables" / f"{name}.json").write_text(json.dumps(table))
    assert cli.main(["report", str(out)]) == 0
    return out


@pytest.fixture
def path(whole):
    return whole / "index.html"


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_everybody_can_read_it(open_page, path, width, scheme, opened):
    view = open_page(path, width, scheme)
    if opened:
        view.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert view.sideways() <= 0
    assert view.violations() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_verdict_and_what_is_new_are_seen_at_once(open_page, path, width):
    view = open_page(path, width)
    for place in (".verdict", "#baseline"):
        box = view.page.locator(place).first.bounding_box()
        assert box["y"] + box["height"] <= SCREEN, place


def test_no_column_is_too_narrow_to_read_on_a_phone(open_page, path):
    """A column of the ledger was once 0 wide: one letter a line, a table 560,000 pixels high."""
    view = open_page(path, 390)
    view.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    narrow = view.page.evaluate(
        """[...document.querySelectorAll("td, th, summary, dd, p")].filter((one) => one.checkVisibility()
           && one.textContent.trim().length > 12 && one.getBoundingClientRect().width < 60
           && !one.closest(".hidden")).map((one) => one.textContent.trim().slice(0, 40))"""
    )
    assert narrow == []


def test_on_paper_the_matrix_is_on_the_first_page(open_page, path):
    view = open_page(path, 718)  # A4 without its margins, at 96 pixels an inch
    view.page.emulate_media(media="print")
    box = view.page.locator(".matrix").bounding_box()
    assert box["y"] + box["height"] < 1030
    assert not view.page.locator("#operators, nav, #search").filter(visible=True).all()
    pages = view.page.pdf(format="A4").count(b"/Type /Page\n")
    assert 1 <= pages <= 6


def test_it_is_small_and_opens_at_once(open_page, path):
    assert path.stat().st_size < 2_000_000
    view = open_page(path)
    timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    view.page.wait_for_load_state()
    assert view.page.evaluate(timing) < 1000


def test_every_link_works(path):
    assert broken_links(path) == []


def test_every_address_opens_what_it_names(open_page, path):
    view = open_page(path)
    closed = view.page.evaluate(
        """async () => {
          const wrong = [];
          for (const one of document.querySelectorAll("main [id]")) {
            if (one.closest("svg, form") || one.matches("[hidden]")) continue;
            for (const open of document.querySelectorAll("details[open]")) open.open = false;
            history.replaceState(null, "", `#${one.id}`);
            dispatchEvent(new HashChangeEvent("hashchange"));
            if (!one.checkVisibility()) wrong.push(one.id);
          }
          return wrong;
        }"""
    )
    assert closed == []


@pytest.mark.parametrize("words", WANTED)
def test_the_search_finds(open_page, path, words):
    wanted = WANTED[words]
    view = open_page(path)
    view.press("/")
    view.page.keyboard.type(words)
    view.page.locator("#results").wait_for(state="visible")
    found = [one.get_attribute("href") for one in view.page.locator("#found a").all()]
    first = found[:10] if wanted.startswith("*") else found[:1]
    assert any(wanted.lstrip("*") in one for one in first), found[:10]


def test_the_search_is_used_by_keyboard_and_its_words_are_in_the_address(open_page, path):
    view = open_page(path, 390)
    view.press("/")
    assert view.page.evaluate("document.activeElement.id") == "find"
    view.page.keyboard.type("same stride 2")
    view.page.wait_for_url("**#find=same%20stride%202")
    assert view.violations() == []
    assert view.sideways() <= 0
    view.press("ArrowDown", "Enter")
    view.page.wait_for_url("**#q-padding-same-stride")
    assert view.page.locator("#q-padding-same-stride .about .opened").is_visible()
    assert view.page.locator("#results").is_hidden()
    view.page.goto(path.as_uri() + "#find=flatten")
    assert view.page.locator("#found a").count() > 0
    view.press("Escape")
    assert view.page.locator("#results").is_hidden()


def test_boxes_that_scroll_can_be_reached_by_keyboard(open_page, path):
    view = open_page(path, 390)
    unreached = view.page.evaluate(
        """[...document.querySelectorAll(".scroll, pre")].filter((one) => one.tabIndex < 0)
           .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert unreached == []


def test_two_frameworks_are_compared_by_an_address(open_page, path):
    view = open_page(path)
    names = view.page.locator("form.compare select").first.locator("option").all_inner_texts()[1:]
    if len(names) < 2:
        pytest.skip("one framework alone was asked")
    view.page.goto(f"{path.as_uri()}#pair={names[0]},{names[1]}")
    assert "answered differently" in view.page.locator("form.compare output").inner_text()


def test_without_scripts_all_is_there_but_the_search(open_page, path):
    view = open_page(path, 390, scripts=False)
    assert view.sideways() <= 0
    assert view.page.locator("#search").is_hidden()
    assert view.page.locator(".matrix").is_visible()
