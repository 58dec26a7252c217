"""Pages as a browser shows them: from file://, without a network, in the distribution's Chromium.

`folder` is a run folder that was really computed, with its report and its lessons; `open_page` shows a file of it.
"""

import contextlib
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from harness import cli
from tests.browser.view import View

NAMES = ("chromium", "chromium-browser", "google-chrome")  # as distributions call it
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = [
    "--no-sandbox",  # in a container the tests may be root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OPERATORS = ("max_pool2d", "flatten")  # of the run: its report needs passes, known differences and refusals


def chromium() -> str:
    """The path of a Chromium. Raises `pytest.UsageError` where there is none."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    if not found and not MACOS.exists():
        raise pytest.UsageError(f"no browser on PATH: install Chromium, as one of {', '.join(NAMES)}")
    return found[0] if found else str(MACOS)


def pytest_configure():
    chromium()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), headless=True, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory, request):
    """A run folder with its report (index.html) and all lessons (lessons/), of the backends that `--backend` names."""
    out = tmp_path_factory.mktemp("pages") / "run"
    names = [word for name in request.config.getoption("backend") for word in ("--backend", name)]
    wanted = [word for name in OPERATORS for word in ("--op", name)]
    assert cli.main(["run", *names, *wanted, "--out", str(out)]) == 0
    assert cli.main(["lessons", *names, "--out", str(out)]) == 0
    return out


@pytest.fixture
def open_page(browser):
    """open_page(path, width=1400, scheme="light", scripts=True) -> View; what the page said is checked at the end.

    A page may say nothing on the console, raise nothing, and ask for nothing but files.
    """
    with contextlib.ExitStack() as opened:
        views = []

        def show(path: Path, width: int = 1400, scheme: str = "light", scripts: bool = True) -> View:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                java_script_enabled=scripts,
                offline=True,
                reduced_motion="no-preference",
            )
            opened.callback(context.close)
            views.append(View(context.new_page(), path))
            return views[-1]

        yield show
        for view in views:
            assert view.complaints == [], view.path.name
