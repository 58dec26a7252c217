"""Showing a stored run: terminal, HTML, Markdown, JUnit, JSON. Runs nothing."""

from pathlib import Path


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
        "html": ("index.html", html.render),
        "md": ("report.md", markdown.render),
        "junit": ("junit.xml", junit.render),
    }[form]
    path = folder / name
    path.write_text(render(summary, lines), encoding="utf-8")
    return path
