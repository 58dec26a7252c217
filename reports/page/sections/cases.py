"""Tables with a row for each case and a column for each backend: notable cases first, the others folded."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reports.facts.matrix import Row
from reports.facts.text import anchor, counted
from reports.page.sections.parts import EMPTY, LONG, Cell, Line, Table

Cases = Mapping[str, Mapping[str, Row]]  # case -> backend -> row


def by_case(rows: Iterable[Row], chosen: Callable[[str], bool]) -> dict[str, dict[str, Row]]:
    """The rows of the chosen cases: case -> backend -> row."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        if chosen(row["case"]):
            found.setdefault(row["case"], {})[row["backend"]] = row
    return found


def notable(cases: Cases, is_notable: Callable[[Row], bool]) -> list[str]:
    """The cases of which some backend's row is notable."""
    return [case for case, found in cases.items() if any(map(is_notable, found.values()))]


def tables(
    run: Mapping[str, Any],
    cases: Cases,
    first: list[str],
    words: tuple[str, str],
    name: Callable[[str], str],
    cell: Callable[[Row], Cell],
) -> list[Table]:
    """A table of the cases that come `first` and one of the others; `words` complete the captions "3 cases ..."."""
    backends, found = list(run["backends"]), []
    others = [case for case in cases if case not in first]
    for part, folded, text in ((first, len(first) > LONG, words[0]), (others, True, words[1])):
        lines = []
        for case in part:
            row = next(iter(cases[case].values()))
            head = Cell(name(case), row.get("why", ""), href=anchor(("case", row["case"])))
            lines.append(Line(head, [cell(cases[case][one]) if one in cases[case] else EMPTY for one in backends]))
        if part:
            found.append(Table(f"{counted(len(part), 'case')} {text}", ["case", *backends], lines, folded))
    return found
