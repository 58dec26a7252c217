"""One page in the browser, and what can be asked of it."""

import functools
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

from axe_playwright_python.sync_playwright import Axe

from tests.reports.pages import Page

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class View:
    """A file shown as a page. `page` is Playwright's; `complaints` are what it said, raised, or asked a network for."""

    def __init__(self, page, path: Path) -> None:
        self.page, self.path, self.complaints = page, path, []
        page.on("console", lambda message: self.complaints.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", lambda request: self.complaints.append(f"not there: {request.url}"))
        page.on("request", self._asked)
        page.goto(path.as_uri())

    def _asked(self, request) -> None:
        if urlparse(request.url).scheme not in ("file", "data", "blob"):
            self.complaints.append(f"asked for {request.url}")

    def violations(self) -> list[str]:
        """What axe finds, in a line each: the rule, and the elements that break it."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {', '.join(node['target'][0] for node in one['nodes'])}" for one in found]

    def sideways(self) -> int:
        """Pixels that the page is wider than the window."""
        return self.page.evaluate(SIDEWAYS)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self) -> str:
        """The text of the element that has the focus."""
        return self.page.evaluate("document.activeElement.innerText ?? ''").strip()


@functools.cache
def places(path: Path, changed: int) -> frozenset[str]:
    """The ids of a page, read once until its file is `changed`: a report has thousands of links into itself."""
    return frozenset(Page(path.read_text()).all("id"))


def broken_links(path: Path) -> list[str]:
    """The links of a page that lead nowhere: to a file that is not there, or to a place that a page does not have."""
    broken = []
    for link in Page(path.read_text()).all("href"):
        target, place = urldefrag(link)
        if urlparse(target).scheme:
            continue  # to the web, which is not asked
        file = path.parent / unquote(target) if target else path
        if not (file.is_file() and (not place or unquote(place) in places(file, file.stat().st_mtime_ns))):
            broken.append(link)
    return broken
