"""The pictures of a lesson: grids of numbers as small SVG, in the colours of the page, with text for screen readers."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

CELL = 34


def background(panel: Mapping[str, Any], name: str) -> str:
    """The padded image, drawn once; every step refers to it."""
    rows = panel["image"]
    (top, bottom), (left, right) = panel["pads"]
    unread = {tuple(place) for place in panel["unread"]}
    largest = max((abs(float(text)) for row in rows for text in row if text), default=0) or 1
    cells = []
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            inside = top <= i < len(rows) - bottom and left <= j < len(row) - right
            kind = " unread" if (i, j) in unread else ""
            shade = abs(float(text)) / largest if inside and text else 0
            cells.append(_cell(i, j, text, ("px" if inside else "pad") + kind, shade))
    return f'<g id="{name}">{"".join(cells)}</g>{_results(panel, name)}'


def _results(panel: Mapping[str, Any], name: str) -> str:
    """The output before the first step and after each: every picture is the one before and a number more."""
    rows, columns = panel["output"]
    empty = "".join(_rect(i, j, "px") for i in range(rows) for j in range(columns))
    found = [f'<g id="{name}-">{empty}</g>']
    for number, one in enumerate(panel["steps"]):
        before = f"{name}-{number - 1 if number else ''}"
        text = _text(one["place"][0], one["place"][1], one["value"])
        found.append(f'<g id="{name}-{number}"><use href="#{before}"/>{text}</g>')
    return "".join(found)


def step(panel: Mapping[str, Any], name: str, number: int) -> str:
    """The image with the window of one step."""
    one, rows = panel["steps"][number], panel["image"]
    taps = "".join(_rect(i, j, "tap") for i in one["rows"] for j in one["columns"]) if _dilated(one) else ""
    (i, j), height, width = (one["rows"][0], one["columns"][0]), _span(one["rows"]), _span(one["columns"])
    size = f'width="{width * CELL - 2}" height="{height * CELL - 2}"'
    frame = f'<rect class="win" x="{j * CELL + 1}" y="{i * CELL + 1}" {size}/>'
    label = f"{panel['title']}: the window at row {i}, column {j} of the padded image"
    return _svg(len(rows), len(rows[0]), f'<use href="#{name}"/>{taps}{frame}', label)


def result(panel: Mapping[str, Any], name: str, number: int) -> str:
    """The output as far as this step."""
    rows, columns = panel["output"]
    (i, j), value = panel["steps"][number]["place"], panel["steps"][number]["value"]
    shown = f'<use href="#{name}-{number}"/>{_rect(i, j, "now")}'
    return _svg(rows, columns, shown, f"Output row {i}, column {j} is {value}")


def grid(rows: Sequence[Sequence[str]], label: str) -> str:
    """Plain numbers, shaded by their size."""
    largest = max((abs(float(text)) for row in rows for text in row if text), default=0) or 1
    cells = [
        _cell(i, j, text, "px", abs(float(text)) / largest if text else 0)
        for i, row in enumerate(rows)
        for j, text in enumerate(row)
    ]
    return _svg(len(rows), len(rows[0]), "".join(cells), label)


def _cell(i: int, j: int, text: str, kind: str, shade: float) -> str:
    fill = f' fill-opacity="{0.45 * shade:.2f}"' if shade else ""
    return _rect(i, j, kind, fill) + _text(i, j, text, kind)


def _rect(i: int, j: int, kind: str, more: str = "") -> str:
    return f'<rect class="{kind}"{more} x="{j * CELL}" y="{i * CELL}"/>'  # its size is in the style sheet


def _text(i: int, j: int, text: str, kind: str = "") -> str:
    if not text:
        return ""
    small = ' class="s"' if len(text) > 3 else ""
    classes = small if not kind.startswith("pad") and "unread" not in kind else f' class="quiet{" s" if small else ""}"'
    return f'<text{classes} x="{j * CELL + CELL // 2}" y="{i * CELL + CELL // 2}">{escape(text)}</text>'


def _svg(rows: int, columns: int, content: str, label: str) -> str:
    size = f'width="{columns * CELL + 2}" height="{rows * CELL + 2}"'
    return f'<svg role="img" aria-label="{escape(label)}" viewBox="{_box(rows, columns)}" {size}>{content}</svg>'


def _box(rows: int, columns: int) -> str:
    return f"-1 -1 {columns * CELL + 2} {rows * CELL + 2}"


def _span(places: Sequence[int]) -> int:
    return places[-1] - places[0] + 1


def _dilated(one: Mapping[str, Any]) -> bool:
    return _span(one["rows"]) > len(one["rows"]) or _span(one["columns"]) > len(one["columns"])
