"""README's picture of a report: made by one command, and found out when its figures are no longer those of the page.

tox run -e browser -- tests/browser/test_picture.py --picture reports/out/latest
"""

import io
import json
from pathlib import Path

from PIL import Image, PngImagePlugin

from harness.cases import catalogue
from harness.workers import backends
from reports import run_folder
from spec import operators
from spec.questions import questions

PICTURE = Path(__file__).resolve().parents[2] / "reports" / "example.png"
COLOURS = 64
AGAIN = "python -m harness run, then tox run -e browser -- tests/browser/test_picture.py --picture reports/out/latest"


def test_the_picture_shows_the_figures_of_the_page(browser, request):
    """With `--picture FOLDER` it is made first, of the report of a run of all cases."""
    if folder := request.config.getoption("picture"):
        draw(browser, Path(folder))
    now = {
        "backends": sorted(backends.names()),
        "cases": len(catalogue.built_in()),
        "conventions": len(questions()),
        "operators": sorted(operators()),
    }
    with Image.open(PICTURE) as picture:
        shown = json.loads(picture.info.get("figures", "{}"))
    assert shown == now, f"README's picture is of another run; make it anew: {AGAIN}"


def draw(browser, folder: Path) -> None:
    """The first 900 pixels of a report, with its figures in the file."""
    run, tables = run_folder.summary(folder), run_folder.tables(folder)
    figures = {
        "backends": sorted(run["backends"]),
        "cases": run["cases"],
        "conventions": len(tables["conventions"]["questions"]),
        "operators": sorted({row["op"] for row in run_folder.rows(folder)}),
    }
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto((folder / "index.html").resolve().as_uri())
    note = PngImagePlugin.PngInfo()
    note.add_text("figures", json.dumps(figures))
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True, pnginfo=note)
    page.close()
