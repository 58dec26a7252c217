"""A lesson by keyboard alone: Tab reaches everything, arrows and buttons step, Enter opens what is closed."""

import pytest

from spec.lessons import lessons

STEPPED = [one.name for one in lessons().values() if one.panels()]
SHOWN = "[...document.querySelectorAll('.frames > li')].map((one, i) => one.hidden ? -1 : i).filter(i => i >= 0)"
OUTLINED = "getComputedStyle(document.activeElement).outlineStyle"
STOPS = """() => [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
    .filter(one => one.checkVisibility()).length"""


@pytest.fixture(params=STEPPED)
def view(request, open_page, folder):
    return open_page(folder / "lessons" / f"{request.param}.html")


def shown(view):
    (number,) = view.page.evaluate(SHOWN)
    return number


def tab_to(view, name):
    for _ in range(60):
        view.press("Tab")
        if view.focused() == name:
            return
    pytest.fail(f"Tab does not reach {name!r}")


def test_buttons_and_arrows_step(view):
    frames = view.page.locator(".frames > li").count()
    tab_to(view, "next ›")
    assert shown(view) == 0
    view.press("Enter")
    assert shown(view) == min(1, frames - 1)
    view.press("ArrowLeft")
    assert shown(view) == 0
    view.press(*["ArrowRight"] * (frames + 2))
    assert shown(view) == frames - 1
    assert view.page.locator(".controls output").inner_text() == f"output {frames} of {frames}"
    view.press("Shift+Tab", "Space")
    assert shown(view) == max(frames - 2, 0)


def test_the_slider_steps(view):
    frames = view.page.locator(".frames > li").count()
    tab_to(view, "next ›")
    view.press("Tab", "End")
    assert shown(view) == frames - 1
    view.press("Home")
    assert shown(view) == 0


def test_every_stop_of_tab_shows_that_it_is_there(view):
    stops = view.page.evaluate(STOPS)
    seen = 0
    for _ in range(stops):
        view.press("Tab")
        seen += view.page.evaluate(OUTLINED) != "none"
    assert seen == stops


def test_enter_opens_an_answer(view):
    tab_to(view, "answer")
    closed = "document.activeElement.parentElement.open"
    assert not view.page.evaluate(closed)
    view.press("Enter")
    assert view.page.evaluate(closed)
