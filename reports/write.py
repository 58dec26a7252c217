"""Writes the report of a stored run into its folder, as HTML, Markdown, JUnit or JSON."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports import run_folder
from reports.manifest import Manifest


def write(folder: Path, form: str) -> Path:
    """Write the report of a stored run in a format into its folder; returns the file.

    Raises `spec.errors.UserError` where the folder holds no finished run.
    """
    from reports import junit, markdown
    from reports.page import page

    summary, lines = run_folder.summary(folder), list(run_folder.rows(folder))
    kept = functools.partial(run_folder.tensors, folder)
    if form == "json":
        return folder / "run.json"
    name, render = {
        "html": ("index.html", lambda: page.render(summary, lines, run_folder.tables(folder), kept)),
        "md": ("report.md", lambda: markdown.render(summary, lines)),
        "junit": ("junit.xml", lambda: junit.render(summary, lines)),
    }[form]
    with run_folder.reading(folder):
        content = render()
    return Manifest(folder).write(name, content if isinstance(content, bytes) else content.encode())


def add(folder: Path, name: str, data: Mapping[str, Any]) -> Path:
    """Store what a command found as tables/NAME.json and, beside a finished run, show it in the run's page.

    Raises `spec.errors.UserError` where the folder cannot be written or its run is damaged.
    """
    path = run_folder.add_table(folder, name, data)
    if (folder / "run.json").is_file():
        write(folder, "html")
    return path
