"""Prints an explanation: sections of lines and of named lines, in the terminal or as a page."""

import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from reports.facts.text import clean
from reports.manifest import replace
from spec.errors import UserError


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading, lines below it, and rows of a name and what is said of it."""

    title: str
    lines: Sequence[str] = ()
    rows: Sequence[tuple[str, str]] = ()


def show(sections: Sequence[Section], html: Path | None = None) -> None:
    """Print the sections; with `html` also write them as a page. Raises `UserError` where that cannot be written."""
    _print(Console(highlight=False), sections)
    if html is not None:
        page = Console(record=True, width=110, file=io.StringIO(), highlight=False)
        _print(page, sections)
        try:
            replace(html, page.export_html(inline_styles=True).encode())
        except OSError as error:
            raise UserError(f"--html {html} cannot be written: {error.strerror}; name another file") from None


def _print(console: Console, sections: Sequence[Section]) -> None:
    for section in sections:
        console.print(Text(f"\n{_plain(section.title)}", style="bold"))
        for line in section.lines:
            console.print(Text(_plain(line)))
        if section.rows:
            table = Table(
                Column(style="bold", no_wrap=True), Column(), box=None, show_header=False, padding=(0, 2, 0, 0)
            )
            for name, text in section.rows:
                table.add_row(Text(_plain(name)), Text(_plain(text)))
            console.print(table)


def _plain(text: str) -> str:
    """Showable, line by line: a control character is none of ours."""
    return "\n".join(clean(line) for line in text.split("\n"))
