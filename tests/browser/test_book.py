"""The sources of a book become a site: Sphinx and MyST-NB say nothing against them, and its pages show everything."""

import json
import re
import subprocess
import sys

import pytest

from reports.lessons.write import NOTEBOOK, write
from spec.lessons import lessons
from tests.browser.view import SIDEWAYS

BUILD = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]  # every warning is an error


@pytest.fixture(scope="module")
def table(folder):
    return json.loads((folder / "tables" / "lessons.json").read_text())


@pytest.fixture(scope="module")
def site(table, tmp_path_factory):
    out = tmp_path_factory.mktemp("book")
    write(out, table, "book")
    done = subprocess.run([*BUILD, out / "book", out / "site"], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    return out / "site"


@pytest.mark.parametrize("lesson", lessons())
def test_a_page_shows_every_framework_and_its_notebook(open_page, site, table, lesson):
    shown = next(one for one in table["lessons"] if one["name"] == lesson)
    view = open_page(site / f"{lesson}.html", 1024)
    text = view.page.locator("body").inner_text().replace("’", "'")
    for name, backend in table["backends"].items():
        for call in backend.get("lessons", {}).get(lesson, {}).get("calls", []):
            assert call["label"] in text
            assert call["output"].splitlines()[0] in text
            assert (site / NOTEBOOK.format(lesson=lesson, backend=name)).with_suffix(".html").is_file()
    answers = len(shown["exercises"]) + bool(shown["mistake"])
    assert view.page.locator(".admonition.dropdown").count() == answers
    assert view.page.locator(".frames > li").count() == min(
        16, max((len(p["steps"]) for p in shown["panels"]), default=0)
    )
    assert view.page.evaluate(SIDEWAYS) <= 0


def test_the_page_of_a_notebook_shows_what_the_framework_itself_shows(open_page, site, table):
    name, backend = next((name, one) for name, one in table["backends"].items() if "problem" not in one)
    view = open_page(site / NOTEBOOK.format(lesson="same-with-stride", backend=name).replace("ipynb", "html"))
    shown = "\n".join(one.inner_text() for one in view.page.locator(".cell_output").all())
    for call in backend["lessons"]["same-with-stride"]["calls"]:
        wanted = call["shown"] or call["output"]
        assert re.sub(r"\s+", "", wanted) in re.sub(r"\s+", "", shown)
