"""The essentials of a run in Markdown, for a comment on a pull request.

A comment on GitHub may have 65,536 characters. Known differences are all named, with as many words as there is room
for; other long lists are cut, and say so. The HTML report has it all.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reports.facts import matrix, modes
from reports.facts import run as overview
from reports.facts.matrix import Cell, Row
from reports.facts.text import counted

LONGEST_LIST = 40
LONGEST_TEXT = 240
SHORT_TEXT = 60
LONGEST = 62_000  # characters of the whole, with room for what a forge adds
SIGNS = {"pass": "✓", "known": "\\~", "new": "?", "fail": "✗", "not-run": "not run"}


def render(summary: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """The comment for a run (`summary` is run.json, `rows` the lines of results.jsonl)."""
    run, rows = overview.showable(summary, rows)
    sign = "✓ Passed" if overview.passed(run, rows) else "✗ Failed"
    before = [
        f"## {sign}",
        text(overview.verdict(run, rows)),
        _matrix(run, rows),
        *_not_run(run, rows),
        *_failures(rows),
        *_new(run, rows),
        *_parity(run, rows),
        *_stale(run),
        *_unsupported(rows),
    ]
    after = [_versions(run), _times(run)]
    room = LONGEST - sum(map(len, [*before, *after]))
    return "\n\n".join([*before, *_known(run, rows, room), *after]) + "\n"


def text(value: Any) -> str:
    """A value as plain words on one line: whatever Markdown or HTML would read into it is escaped."""
    line = " ".join(str(value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|~])", r"\\\1", line).replace("@", "&#64;")


def code(value: Any) -> str:
    """A value as code on one line, where nothing has a meaning but the backtick and, in tables, the pipe."""
    line = " ".join(str(value).split())
    if len(line) > LONGEST_TEXT:
        line = line[: LONGEST_TEXT - 1] + "…"
    # A backslash right before a pipe would escape the backslash that escapes the pipe.
    line = line.replace("`", "'").replace("\\|", "\\ |").replace("|", "\\|")
    return f"`{line}`" if line else ""


def table(header: Sequence[str], lines: Iterable[Sequence[Any]], right: Sequence[int] = ()) -> str:
    """A table of cells that are Markdown already; the columns `right` hold numbers."""
    ruler = ["---:" if column in right else "---" for column in range(len(header))]
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in (header, ruler, *lines))


def _matrix(run: Mapping[str, Any], rows: Sequence[Row]) -> str:
    names = list(run["backends"])
    lines = [[code(op), *(_cell(cells.get(name)) for name in names)] for op, cells in matrix.matrix(rows).items()]
    legend = (
        f"{SIGNS['pass']} pass, {SIGNS['known']} known difference, {SIGNS['new']} new on this processor, "
        f"{SIGNS['fail']} fail; "
        "below, the worst errors that passed, as parts of the two bounds (1 is the limit)"
    )
    return table(["operator", *map(text, names)], lines) + f"\n\n{legend}"


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    counts = " ".join(f"{SIGNS[status]} {count}" for status, count in overview.tally(cell))
    worst = [
        f"{name} {matrix.ratio(value)}"
        for name, value in (("bound", cell.worst_bound), ("rms", cell.worst_rms))
        if value
    ]
    return counts + (f"<br>{', '.join(worst)}" if worst else "")


def _not_run(run: Mapping[str, Any], rows: Sequence[Row]) -> list[str]:
    lost = overview.not_run(run, rows)
    lines = [f"- **{text(backend)}** ({counted(count, 'case')}): {code(reason)}" for backend, reason, count in lost]
    absent = [f"- **{text(backend)}**: {code(reason)}" for backend, reason in overview.unavailable(run)]
    return [
        *(["### Did not run", "\n".join(lines)] if lines else []),
        *(["### Cannot be had here", "\n".join(absent)] if absent else []),
    ]


def _failures(rows: Sequence[Row]) -> list[str]:
    found = overview.failures(rows)
    return [f"### Failures ({len(found)})", _kinds(found)] if found else []


def _new(run: Mapping[str, Any], rows: Sequence[Row]) -> list[str]:
    """What is new on this processor: results, and ledger entries that do not show."""
    where, found = overview.new_where(run, rows), overview.new(rows)
    if not where:
        return []
    absent = "\n".join(f"- {code(entry)} does not show" for entry in run.get("new", ()))
    return list(filter(None, ["### New on this processor", text(where), _kinds(found) if found else "", absent]))


def _kinds(found: Sequence[Row]) -> str:
    """Results with what was found, those of one kind together."""
    groups = overview.kinds(found, overview.by_message)
    lines = []
    for kind in groups[:LONGEST_LIST]:
        row, *others = kind.rows
        case = code(row["case"]) + (f" and {len(others)} alike" if others else "")
        facts = [overview.spread(kind.rows), overview.span(kind.rows)] if others else []
        case += "".join(f"<br>{text(fact)}" for fact in facts if fact)
        said = code(overview.verdict_alone(row))
        if kind.cause:
            said = f"what came {text(kind.cause)}<br>{said}"
        lines.append([text(kind.backend), case, text(", ".join(kind.problems)), said])
    return table(["backend", "case", "outcome", "what was found"], lines) + _cut(groups)


def _stale(run: Mapping[str, Any]) -> list[str]:
    lines = [f"- {code(entry)}" for entry in run["stale"]]
    return ["### Ledger entries that no longer show", "\n".join(lines)] if lines else []


def _unsupported(rows: Sequence[Row]) -> list[str]:
    found = matrix.unsupported(rows)
    if not found:
        return []
    lines = [[text(backend), code(op), code(reason), count] for backend, op, reason, count in found[:LONGEST_LIST]]
    listing = table(["backend", "operator", "reason", "cases"], lines, right=[3]) + _cut(found)
    cases = counted(sum(count for *_, count in found), "case")
    return [_folded(f"{counted(len(found), 'unsupported operation')}, in {cases}", listing)]


def _known(run: Mapping[str, Any], rows: Sequence[Row], room: int) -> list[str]:
    """A folded table for each backend with all its known differences, in at most so many characters if that can be.

    Where it cannot, the reasons are left out first, then what happens is cut.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for _, entries in overview.by_kind(overview.differences(run, rows)):
        for entry in entries:
            found.setdefault(entry["backend"], []).append(entry)
    tables: list[str] = []
    for words in (_with_reasons, _without_reasons, _cut_short):
        tables = [_of_backend(backend, entries, words) for backend, entries in sorted(found.items())]
        if sum(map(len, tables)) <= room:
            break
    return tables


def _of_backend(backend: str, entries: Sequence[Mapping[str, Any]], words: Callable[[Mapping[str, Any]], str]) -> str:
    lines = []
    for entry in entries:
        link = f" [{text(_short(entry['link']))}](<{entry['href']}>)" if _linkable(entry["href"]) else ""
        lines.append([code(entry["id"]), text(entry["kind"]), words(entry) + link, entry["cases"]])
    listing = table(["entry", "kind", "what happens", "cases"], lines, right=[3])
    return _folded(f"{text(backend)}: {counted(len(entries), 'known difference')}", listing)


def _with_reasons(entry: Mapping[str, Any]) -> str:
    instead = f" Instead: {text(entry['instead'])}" if entry.get("instead") else ""
    return f"{text(entry['what'])} {text(entry['why'])}{instead}"


def _without_reasons(entry: Mapping[str, Any]) -> str:
    return text(entry["what"])


def _cut_short(entry: Mapping[str, Any]) -> str:
    what = " ".join(entry["what"].split())
    return text(what if len(what) <= SHORT_TEXT else what[: SHORT_TEXT - 1] + "…")


def _short(link: str) -> str:
    """A link's words: an issue as it is written, an address without what all have."""
    return link.replace("https://", "").replace("http://", "")


def _parity(run: Mapping[str, Any], rows: Sequence[Row]) -> list[str]:
    """A folded table for each framework that the run holds in several modes or versions."""
    found = []
    for family in modes.families(run, rows).values():
        lines = [
            [code(op), *(_beside(cells.get(mode)) for mode in family.modes)] for op, cells in family.operators.items()
        ]
        lines.append(["all", *(_beside(family.totals[mode]) for mode in family.modes)])
        legend = "the same bits in so many of so many cases (∇ gradients), and ≠ other verdicts"
        listing = table(["operator", *map(text, family.modes)], lines) + f"\n\n{legend}"
        found.append(_folded(f"Modes and versions beside {text(family.base)}", listing))
    return found


def _beside(cell: modes.Parity | None) -> str:
    if cell is None:
        return "–"
    same, slopes = cell.gradients
    parts = [f"{cell.same} / {cell.compared}", f"∇ {same} / {slopes}" if slopes else ""]
    return " ".join(filter(None, [*parts, f"≠ {len(cell.apart)}" if cell.apart else ""]))


def _versions(run: Mapping[str, Any]) -> str:
    lines = [
        [
            text(name),
            text(about.get("version", "–")),
            text(about.get("device", "–")),
            text(about.get("threads", "–")),
            ", ".join(f"{text(key)} {code(value)}" for key, value in overview.facts(about).items() if value),
        ]
        for name, about in run["backends"].items()
    ]
    return _folded("Versions", table(["backend", "version", "device", "threads", "switches and libraries"], lines))


def _times(run: Mapping[str, Any]) -> str:
    hardware, times = run["hardware"], run["times"]
    return (
        f"{text(run['started'])} · {text(hardware['processor'])}, {counted(hardware['cpus'], 'CPU')} · "
        f"{text(overview.processors(run)) or 'instruction sets unknown'} · "
        f"{times['wall_seconds']:.1f} s on {counted(run['jobs'], 'worker')}, "
        f"{100 * overview.framework_share(run):.0f} % of it in the frameworks · {code(overview.command(run))}"
    )


def _linkable(href: str) -> bool:
    """Whether an address can stand in `<...>` in a table cell."""
    return bool(href) and not re.search(r"[\s<>|\\]", href)


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"


def _cut(found: Sequence[Any]) -> str:
    more = len(found) - LONGEST_LIST
    return f"\n\n… and {more:,} more; the HTML report has them all." if more > 0 else ""
