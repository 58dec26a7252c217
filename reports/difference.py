"""What changed between two stored runs, as a page or as Markdown, from the data of `reports.facts.diff.as_data`."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.facts.matrix import ratio
from reports.facts.text import clean, counted
from reports.markdown import code, table, text
from reports.page.page import environment

LONGEST_LIST = 200
SIGNS = {"regression": "✗", "mended": "✓", "changed": "~"}


def html(data: Mapping[str, Any]) -> str:
    """A page in the style of the report, one file that loads nothing."""
    found = environment()
    found.filters["moved"] = lambda pair: list(moved(pair))
    return found.get_template("difference.html.j2").render(data=clean(data), title=title(data), limit=LONGEST_LIST)


def markdown(data: Mapping[str, Any]) -> str:
    """The same for a comment on a pull request."""
    data = clean(data)
    parts = [f"## {text(title(data))}"]
    for pair in data["backends"]:
        old, new = _names(pair)
        described = "".join(f", {text(name)} {code(a)} → {code(b)}" for name, (a, b) in pair["described"].items())
        parts.append(f"**{text(old)} → {text(new)}**{described}")
        lines = [[code(op), *map(text, words)] for op, *words in moved(pair)]
        parts.append(
            table(["operator", "outputs with other bits", "gradients with other bits", "worst error / bound"], lines)
            if lines
            else "The same bits and ratios in all operators."
        )
    lines = [
        [f"{SIGNS[one['kind']]} {one['kind']}", text(one["backend"]), code(one["case"]), text(_state(one["before"])),
         text(_state(one["after"]))]
        for one in data["changes"][:LONGEST_LIST]
    ]  # fmt: skip
    if lines:
        parts.append(table(["change", "backend", "case", "before", "after"], lines))
    if (more := len(data["changes"]) - LONGEST_LIST) > 0:
        parts.append(f"… and {more:,} more.")
    parts += [text(f"only in {side}: {counted(len(names), 'result')}") for side, names in data["only"].items() if names]
    parts += [f"✗ {text(sentence)}" for sentence in data["missing"]]
    return "\n\n".join(parts)


def title(data: Mapping[str, Any]) -> str:
    """What changed, in a line."""
    counts = data["counts"]
    ops = list(dict.fromkeys(op for pair in data["backends"] for op, *_ in moved(pair)))
    beside = f"; other bits or ratios in {', '.join(ops)}" if ops else ""
    regressions = counted(counts["regression"], "regression")
    return f"{regressions}, {counts['mended']} mended, {counts['changed']} changed{beside}"


def moved(pair: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(operator, outputs with other bits, gradients with other bits, ratios) of a pair of backends, in words."""
    for op, one in pair["operators"].items():
        shares = [
            f"{both - same:,} of {both:,}" if both - same else "–" for same, both in (one["bits"], one["gradients"])
        ]
        before, after = (ratio(float(value)) or "exact" for value in one["ratio"])
        yield op, *shares, before if before == after else f"{before} → {after}"


def _names(pair: Mapping[str, Any]) -> tuple[str, str]:
    old, new = (
        name if "@" in name or not version else f"{name} {version}"
        for name, version in zip((pair["old"], pair["new"]), pair["version"])
    )
    return old, new


def _state(row: Mapping[str, Any]) -> str:
    return f"{row['status']} ({row['outcome']})"
