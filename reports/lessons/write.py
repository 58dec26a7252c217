"""The pages of the lessons, written from what was computed: HTML, notebooks, or the sources of a book."""

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2

from reports.lessons import notebook, prose, svg
from reports.manifest import Manifest

TEMPLATES = Path(__file__).parent / "templates"
NOTEBOOK = "{lesson}-{backend}.ipynb"
FRAMES = 16  # steps that are drawn; a larger output is cut there, and the page says so


def write(out: Path, table: Mapping[str, Any], form: str = "html") -> list[Path]:
    """Write the lessons of a table in a format into the folder of a run; returns the files. Raises `UserError`."""
    manifest = Manifest(out)
    files = {"html": _html, "ipynb": _notebooks, "book": _book}[form](table)
    return [manifest.write(name, content.encode()) for name, content in files]


def _html(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """An index, a page for each lesson, and the notebooks that the pages link to."""
    yield "lessons/index.html", _template("index.html.j2").render(table=table)
    for lesson in table["lessons"]:
        yield f"lessons/{lesson['name']}.html", page(lesson, table)
    yield from _notebooks(table)


def page(lesson: Mapping[str, Any], table: Mapping[str, Any]) -> str:
    """The page of one lesson, which needs no other file."""
    return _template("lesson.html.j2").render(
        _shown(lesson, table), notebook=lambda name: NOTEBOOK.format(lesson=lesson["name"], backend=name)
    )


def _shown(lesson: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """What a page shows of a lesson: the backends that ran, with their calls, and the steps that are drawn."""
    ran = {name: one for name, one in table["backends"].items() if "problem" not in one}
    steps = max((len(one["steps"]) for one in lesson["panels"]), default=0)
    return {
        "lesson": lesson,
        "table": table,
        "backends": {name: one | one["lessons"][lesson["name"]] for name, one in ran.items()},
        "frames": range(min(FRAMES, steps)),
    }


def _notebooks(table: Mapping[str, Any], folder: str = "lessons") -> Iterator[tuple[str, str]]:
    for lesson in table["lessons"]:
        for name, backend in table["backends"].items():
            if backend.get("lessons", {}).get(lesson["name"], {}).get("calls"):
                file = NOTEBOOK.format(lesson=lesson["name"], backend=name)
                yield f"{folder}/{file}", notebook.write(lesson, name, backend)


def _book(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Sphinx sources with MyST-NB: a page for each lesson, its notebooks below it, nothing executed."""
    for name in ("conf.py", "index.md", "lesson.css"):
        yield f"book/{name}", _template(f"book-{name}.j2").render(table=table)
    for lesson in table["lessons"]:
        yield f"book/{lesson['name']}.md", _template("book-lesson.md.j2").render(_book_page(lesson, table))
    yield from _notebooks(table, "book")


def _book_page(lesson: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """As the page, with the backends alone that have a notebook of this lesson."""
    shown = _shown(lesson, table)
    return shown | {"backends": {name: one for name, one in shown["backends"].items() if one["calls"]}}


@functools.cache
def _template(name: str) -> jinja2.Template:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=jinja2.select_autoescape(["html.j2"]), trim_blocks=True, lstrip_blocks=True
    )
    for draw in (svg.background, svg.step, svg.result, svg.grid):
        environment.globals[draw.__name__] = _safe(draw)
    environment.filters["prose"] = prose.html
    return environment.get_template(name)


def _safe(draw: Callable[..., str]) -> Callable[..., Any]:
    """A drawing, which escapes what it shows itself."""
    from markupsafe import Markup

    return lambda *arguments: Markup(draw(*arguments))
