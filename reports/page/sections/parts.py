"""The parts of the page's further sections, as plain data: a section holds tables, a table lines, a line cells.

A template shows them all in the same way. Whoever builds them says what stands where, never how it looks.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from reports.facts.matrix import Row
from reports.facts.text import anchor
from reports.run_folder import explaining

LONG = 30  # a table of more lines is folded


@dataclasses.dataclass(frozen=True)
class Block:
    """A paragraph that is shown on demand, or code in the lines in which it was written; `href` as in `Cell`.

    What is `copied` has a button for that; a `picture` stands in place of the text, below the label.
    """

    text: str
    label: str = ""
    code: bool = False
    href: str = ""
    copied: bool = False
    picture: Markup | None = None


@dataclasses.dataclass(frozen=True)
class Cell:
    """A few words, and below them smaller ones.

    `status` (pass, known, fail, not-run, aside) gives its colour, `href` a place in the page (with a slash in it:
    another file), `more` what opens on demand, `formula` stands between the words and the smaller ones. Where a
    reader compares two columns, lines are left out whose cells say the same by their `key` (interface:answer
    in numbers), and the `hint` of the others is shown. `code` is a call to be copied, above the words.
    """

    text: str
    aside: str = ""
    status: str = ""
    more: Sequence[Block] = ()
    formula: str = ""
    href: str = ""
    key: str = ""
    hint: str = ""
    code: str = ""


EMPTY = Cell("–", status="aside")  # where there is no result


@dataclasses.dataclass(frozen=True)
class Line:
    """What the line is about, then a cell for each further column; `anchor` is its address in the page.

    What opens of the head stands in a row below, whose word is `about`.
    """

    head: Cell
    cells: Sequence[Cell]
    anchor: str = ""
    about: str = ""


@dataclasses.dataclass(frozen=True)
class Table:
    """Lines below the names of the columns; `right` are the columns of numbers.

    A table that is `folded` opens on demand, by its caption, and at a link to its `anchor`. `kind` tells the style
    sheet what it holds.
    """

    caption: str
    columns: Sequence[str]
    lines: Sequence[Line]
    folded: bool = False
    right: Sequence[int] = ()
    kind: str = "wide"
    anchor: str = ""


@dataclasses.dataclass(frozen=True)
class Section:
    """A section of the page. `count` stands beside its name in the contents, in red if it is a `worry`.

    Of `compared`, the names of its tables' columns, a reader may choose two. `pictures` are captions and pictures
    above its tables, `level` is that of its heading.
    """

    anchor: str
    title: str
    note: str
    tables: Sequence[Table]
    count: str = ""
    worry: bool = False
    compared: Sequence[str] = ()
    pictures: Sequence[tuple[str, Markup]] = ()
    level: str = "h2"


def known(run: Mapping[str, Any], row: Row) -> list[Block]:
    """The ledger entries that explain a result, each with the place where the page shows it."""
    backend = row["backend"]
    listed = {one["id"] for one in run["ledger"].get(backend, ())}
    return [
        Block(entry, "Known:", href=anchor(("ledger", backend, entry)) if entry in listed else "")
        for entry in explaining(row)
    ]
