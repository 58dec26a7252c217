"""Runs over time: what each left, in a line for each backend; since when every known difference is there.

A line keeps counts, ratios, digests of bits, what did not pass, and which ledger entries showed. The ids of the cases
stand once for all lines that have the same (their `catalogue`).
"""

import dataclasses
import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from packaging.version import InvalidVersion, Version

from reports.facts.matrix import Row
from reports.facts.run import showable, worst_ratio
from reports.facts.text import address, counted
from reports.run_folder import explaining, framework, processor

SCHEMA_VERSION = 1
SHOWS, ABSENT, UNTRIED = "shows", "absent", "not tried"
Line = Mapping[str, Any]


def lines(summary: Mapping[str, Any], rows: Sequence[Row], folder: str) -> Iterator[dict[str, Any]]:
    """What a run leaves: a line with the ids of its cases, then one for each backend that has results."""
    run, rows = showable(summary, rows)
    for backend, about in run["backends"].items():
        mine = sorted((row for row in rows if row["backend"] == backend), key=lambda row: row["case"])
        if not any(row["outcome"] not in ("not-run", "unsupported") for row in mine):
            continue
        cases = [row["case"] for row in mine if row["outcome"] != "not-run"]
        catalogue = _digest(cases)
        yield {"schema_version": SCHEMA_VERSION, "catalogue": catalogue, "cases": cases}
        known: dict[str, list[str]] = {}
        for row in mine:
            for entry in explaining(row):
                known.setdefault(entry, []).append(row["case"])
        yield {
            "schema_version": SCHEMA_VERSION,
            "started": run["started"],
            "folder": folder,
            "backend": backend,
            "version": str(about.get("version", "")),
            "processor": processor(about),
            "hardware": run["hardware"].get("processor", ""),
            "gradients": run["gradients"],
            "results": len(mine),
            "counts": dict(Counter(str(row["status"]) for row in mine)),
            "seconds": about.get("seconds", 0.0),
            "of": catalogue,
            "operators": {op: _operator([row for row in mine if row["op"] == op]) for op in sorted(_ops(mine))},
            "notable": {row["case"]: f"{row['status']} {row['outcome']}" for row in mine if row["status"] != "pass"},
            "known": known,
            "entries": {
                entry["id"]: {key: entry.get(key, "") for key in ("kind", "what", "link")}
                for entry in run["ledger"].get(backend, ())
            },
        }


def _ops(rows: Iterable[Row]) -> set[str]:
    return {row["op"] for row in rows}


def _operator(rows: Sequence[Row]) -> dict[str, Any]:
    """Counts, the worst ratio of what passed, and a digest of all bits."""
    right = [row for row in rows if row["status"] == "pass"]
    bits = [f"{row['case']} {row.get('bits', '')} {row.get('grad_bits', '')}" for row in rows]
    ratio = max(map(worst_ratio, right), default=0.0)
    return {"counts": dict(Counter(str(row["status"]) for row in rows)), "ratio": ratio, "bits": _digest(bits)}


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha1("\n".join(words).encode()).hexdigest()[:16]


def key(line: Line) -> tuple:
    """What two lines of one result have in common: such a line is appended once."""
    return tuple(line.get(name) for name in ("catalogue", "started", "backend", "version", "processor", "of"))


@dataclasses.dataclass(frozen=True)
class Change:
    """What is otherwise in a version than in the one before: cases with another status, and operators."""

    cases: Sequence[tuple[str, str, str]]  # case, before, after
    bits: Sequence[str]
    ratios: Sequence[tuple[str, float, float]]
    comparable: bool  # whether both ran the same cases


def build(found: Sequence[Line]) -> dict[str, Any]:
    """The scoreboard and the known differences, as plain data.

    `frameworks`: name -> its versions, oldest first, each with `counts`, `ratio`, `seconds`, `change` since the one
    before. `known`: name -> ledger entry -> its `versions` with their `state` (shows, absent, not tried), and `words`.
    """
    cases = {line["catalogue"]: set(line["cases"]) for line in found if "catalogue" in line}
    latest: dict[str, dict[str, Line]] = {}
    for line in sorted((line for line in found if "backend" in line), key=lambda line: line["started"]):
        latest.setdefault(board(line["backend"]), {})[line["version"]] = line
    boards, known = {}, {}
    for name, versions in sorted(latest.items()):
        ordered = [versions[version] for version in sorted(versions, key=_order)]
        befores = [None, *ordered]
        boards[name] = [_cell(line, before, cases) for line, before in zip(ordered, befores)]
        known[name] = dict(_entries(ordered, cases))
    return {"schema_version": SCHEMA_VERSION, "frameworks": boards, "known": known}


def board(backend: str) -> str:
    """What the versions of a backend stand under: the framework with its mode. jax@0.4.38:x32 is jax:x32."""
    mode = backend.partition(":")[2]
    return f"{framework(backend)}:{mode}" if mode else framework(backend)


def _order(version: str) -> tuple:
    try:
        return 1, Version(version)
    except InvalidVersion:
        return 0, version


def _cell(line: Line, before: Line | None, cases: Mapping[str, set[str]]) -> dict[str, Any]:
    keys = ("version", "started", "processor", "gradients", "results", "counts", "seconds", "folder")
    ratio = max((one["ratio"] for one in line["operators"].values()), default=0.0)
    change = dataclasses.asdict(_change(before, line, cases)) if before else None
    return {**{name: line[name] for name in keys}, "ratio": ratio, "change": change}


def _change(before: Line, after: Line, cases: Mapping[str, set[str]]) -> Change:
    both = cases[before["of"]] & cases[after["of"]]
    changed = []
    for case in sorted(before["notable"].keys() | after["notable"].keys()):
        states = [one["notable"].get(case, "pass") for one in (before, after)]
        if case in both and states[0] != states[1]:
            changed.append((case, *states))
    comparable = before["of"] == after["of"] and before["gradients"] == after["gradients"]
    ops = [op for op in after["operators"] if op in before["operators"]] if comparable else []
    pairs = {op: (before["operators"][op], after["operators"][op]) for op in ops}
    bits = [op for op, (one, other) in pairs.items() if one["bits"] != other["bits"]]
    ratios = [
        (op, one["ratio"], other["ratio"]) for op, (one, other) in pairs.items() if one["ratio"] != other["ratio"]
    ]
    return Change(changed, bits, ratios, comparable)


def _entries(ordered: Sequence[Line], cases: Mapping[str, set[str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each ledger entry that showed in a version, with its state in all of them."""
    for entry in sorted({entry for line in ordered for entry in line["known"]}):
        explained = {case for line in ordered for case in line["known"].get(entry, ())}
        versions = [_state(line, entry, explained, cases[line["of"]]) for line in ordered]
        about = next(line["entries"][entry] for line in reversed(ordered) if entry in line["entries"])
        link = address(about["link"]) if about["link"] else ""
        yield entry, {**about, "href": link, "versions": versions, "words": _words(versions)}


def _state(line: Line, entry: str, explained: set[str], ran: set[str]) -> dict[str, Any]:
    """Whether a version shows an entry: by its ledger, or, where that says nothing of it, by a case that fails."""
    shown = line["known"].get(entry, [])
    failing = [case for case in explained & ran if line["notable"].get(case, "").startswith(("fail", "new"))]
    state = SHOWS if shown or failing else ABSENT if explained & ran else UNTRIED
    return {"version": line["version"], "state": state, "cases": len(shown) or len(failing)}


def _words(versions: Sequence[Mapping[str, Any]]) -> str:
    """Since when a difference is there, and when it was mended."""
    tried = [one for one in versions if one["state"] != UNTRIED]
    if not tried:
        return "It was tried in no version."
    if len(tried) == 1:
        return f"It was tried in {tried[0]['version']} alone."
    parts = []
    if tried[0]["state"] == SHOWS:
        parts.append(f"there in {tried[0]['version']} already, the oldest of {counted(len(tried), 'version')} tried")
    for before, after in itertools.pairwise(tried):
        if before["state"] != after["state"]:
            what = "appeared" if after["state"] == SHOWS else "gone"
            parts.append(
                f"{what} in {after['version']} ({'not' if what == 'appeared' else 'still'} in {before['version']})"
            )
    if tried[-1]["state"] == SHOWS:
        parts.append(f"still there in {tried[-1]['version']}")
    sentence = "; ".join(parts) or f"in none of {counted(len(tried), 'version')}"
    return f"{sentence[0].upper()}{sentence[1:]}."
