"""The pages of the lessons as readers meet them: narrow and wide, light and dark, without scripts, on paper."""

import pytest

from spec.lessons import lessons
from tests.browser.view import broken_links

PAGES = ("index", *lessons())
WIDTHS = (1400, 1024, 390)


@pytest.fixture(params=PAGES)
def path(request, folder):
    return folder / "lessons" / f"{request.param}.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_everybody_can_read_it(open_page, path, width, scheme):
    view = open_page(path, width, scheme)
    for closed in view.page.locator("details").all():
        closed.evaluate("one => { one.open = true; }")
    assert view.sideways() <= 0
    assert view.violations() == []


def test_every_link_works(path):
    assert broken_links(path) == []


def test_a_lesson_is_below_60_kb(path):
    assert path.stat().st_size < 60_000


def test_without_scripts_every_step_is_there_and_no_control(open_page, path):
    view = open_page(path, 390, scripts=False)
    assert view.sideways() <= 0
    frames = view.page.locator(".frames > li")
    assert all(one.is_visible() for one in frames.all())
    assert not any(one.is_visible() for one in view.page.locator("button, input").all())


def test_on_paper_every_step_is_there_and_no_control(open_page, path):
    view = open_page(path)
    view.page.emulate_media(media="print")
    assert all(one.is_visible() for one in view.page.locator(".frames > li").all())
    assert not any(one.is_visible() for one in view.page.locator(".controls button").all())


def test_the_index_leads_to_every_lesson(open_page, folder):
    view = open_page(folder / "lessons" / "index.html")
    for lesson in lessons().values():
        view.page.get_by_role("link", name=lesson.title, exact=True).click()
        assert view.page.locator("h1").inner_text() == lesson.title
        view.page.get_by_role("link", name="Lessons", exact=True).click()


def test_the_report_of_the_same_folder_leads_to_every_lesson(open_page, folder):
    view = open_page(folder / "index.html")
    found = {link.get_attribute("href") for link in view.page.locator("a").all()}
    assert {f"lessons/{name}.html" for name in lessons()} <= found
