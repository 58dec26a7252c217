"""The matrix of a run as lines of text: operators down, backends across, numbers under numbers.

Backends that do not fit beside each other follow below.
"""

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from reports.facts import matrix as tables
from reports.facts import run

SIGNS = {
    "pass": ("", ""),
    "known": ("~", "yellow"),
    "new": ("?", "magenta"),
    "fail": ("✗", "bold red"),
    "not-run": ("○", "red"),
}
GAP = Text("  ")


class Column:
    """One backend's cells, each kind of number as wide as its longest; with `ratios` the worst error / bound too."""

    def __init__(self, name: str, cells: Sequence[tables.Cell | None], ratios: bool) -> None:
        tallies = [dict(run.tally(cell)) if cell else {} for cell in cells]
        self.digits = {status: max(len(_number(tally, status)) for tally in tallies) for status in SIGNS}
        worst = [tables.ratio(cell.worst_bound) if cell and ratios else "" for cell in cells]
        lines = [self._line(*pair, max(map(len, worst))) for pair in zip(tallies, worst)]
        self.ratios = any(worst)
        self.width = max(len(name), *(len(line) for line in lines))
        self.lines = [Text(name.rjust(self.digits["pass"]), style="bold"), *lines]
        for line in self.lines:
            line.pad_right(self.width - len(line))

    def _line(self, tally: Mapping[str, int], worst: str, digits: int) -> Text:
        parts = [
            Text(_number(tally, status).rjust(self.digits[status]), style=style)
            for status, (_, style) in SIGNS.items()
            if self.digits[status]
        ]
        return Text(" ").join([*parts, *([Text(worst.ljust(digits), style="dim")] if digits else [])])


def lines(names: Sequence[str], matrix: Mapping[str, Mapping[str, tables.Cell]], width: int) -> Iterator[Text]:
    """The matrix in lines of at most `width` characters if one backend fits; worst ratios where all have room."""
    first = [Text("operator", style="bold"), *map(Text, matrix)]
    margin = max(map(len, first))
    for line in first:
        line.pad_right(margin - len(line))

    def fit(columns: Sequence[Column]) -> bool:
        return margin + sum(len(GAP) + column.width for column in columns) <= width

    def columns(ratios: bool) -> list[Column]:
        return [Column(name, [cells.get(name) for cells in matrix.values()], ratios) for name in names]

    left = columns(True) if fit(columns(True)) else columns(False)
    yield Text(_legend(left), style="dim")
    while left:
        count = next((number for number in range(len(left), 1, -1) if fit(left[:number])), 1)
        beside, left = left[:count], left[count:]
        yield Text()
        for place, name in enumerate(first):
            line = GAP.join([name, *(column.lines[place] for column in beside)])
            line.rstrip()
            yield line


def _legend(columns: Sequence[Column]) -> str:
    shown = [f"{sign}{status}" for status, (sign, _) in SIGNS.items() if any(one.digits[status] for one in columns)]
    return "  ".join([*shown, *(["worst error / bound"] if any(column.ratios for column in columns) else [])])


def _number(tally: Mapping[str, int], status: str) -> str:
    """A number with its sign; "" for none."""
    return f"{SIGNS[status][0]}{tally[status]:,}" if status in tally else ""
