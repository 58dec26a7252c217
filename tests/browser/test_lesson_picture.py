"""README's picture of a lesson: made by one command, and found out when lessons or frameworks come or go.

tox run -e browser -- tests/browser/test_lesson_picture.py --picture FOLDER, of a folder that holds the lessons
"""

import io
import json
from pathlib import Path

from PIL import Image, PngImagePlugin

from harness.workers import backends
from spec.lessons import lessons

PICTURE = Path(__file__).resolve().parents[2] / "reports" / "lesson.png"
LESSON = "same-with-stride"
COLOURS = 64
AGAIN = "python -m harness lessons, then tox run -e browser -- tests/browser/test_lesson_picture.py --picture FOLDER"


def test_the_picture_shows_the_lesson_as_it_is(browser, request):
    """With `--picture FOLDER` it is made first, of the lessons in that folder."""
    if folder := request.config.getoption("picture"):
        draw(browser, Path(folder))
    teaching = [one.name for one in backends.select(()) if one.files("lessons")]
    now = {"frameworks": sorted(teaching), "number": list(lessons()).index(LESSON) + 1, "of": len(lessons())}
    with Image.open(PICTURE) as picture:
        shown = json.loads(picture.info.get("figures", "{}"))
    assert shown == now, f"README's picture of a lesson is an old one; make it anew: {AGAIN}"


def draw(browser, folder: Path) -> None:
    """The steps and the calls of a lesson, with its figures in the file."""
    table = json.loads((folder / "tables" / "lessons.json").read_text())
    ran = sorted(name for name, one in table["backends"].items() if "problem" not in one)
    (lesson,) = (one for one in table["lessons"] if one["name"] == LESSON)
    figures = {"frameworks": ran, "number": lesson["number"], "of": lesson["of"]}
    page = browser.new_page(viewport={"width": 1100, "height": 2080})
    page.goto((folder / "lessons" / f"{LESSON}.html").resolve().as_uri())
    note = PngImagePlugin.PngInfo()
    note.add_text("figures", json.dumps(figures))
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True, pnginfo=note)
    page.close()
