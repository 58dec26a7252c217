"""Showing a stored run: terminal, HTML, Markdown, JUnit, JSON. Runs nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(folder: Path, form: str) -> Path:
    """Write the report of a stored run in a format into its folder; returns the file.

    Raises `harness.errors.UserError` where the folder holds no finished run.
    """
    from harness import store
    from reports import html, junit, markdown

    summary, lines = store.summary(folder), list(store.rows(folder))
    if form == "json":
        return folder / "run.json"
    name, render = {
        "html": ("index.html", lambda: html.render(summary, lines, store.tables(folder))),
        "md": ("report.md", lambda: markdown.render(summary, lines)),
        "junit": ("junit.xml", lambda: junit.render(summary, lines)),
    }[form]
    path = folder / name
    path.write_text(render(), encoding="utf-8")
    return path


def add(folder: Path, name: str, data: Mapping[str, Any]) -> Path:
    """Store what a command found as tables/NAME.json and, beside a finished run, show it in the run's page.

    Raises `harness.errors.UserError` where the folder cannot be written or its run is damaged.
    """
    from harness import store

    path = store.add_table(folder, name, data)
    if (folder / "run.json").is_file():
        write(folder, "html")
    return path
