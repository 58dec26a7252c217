"""Facts on a run that all reports share: the verdict, what failed, what did not run, what is known.

Plain data; each format shows it in its own way. The counting itself is in `matrix.py`.
"""

import dataclasses
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reports.facts import matrix
from reports.facts.matrix import Row
from reports.facts.text import address, clean, counted, listed
from reports.run_folder import explaining, lacking, processor
from spec.outcomes import Outcome, Status

KINDS = ("bug", "numeric", "unsupported", "convention")
RISKS = ("bug", "numeric")  # the others say how a framework is meant, or refuse

_VARYING = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|[-+]?\b(?:inf|nan|\w*\d[\w.]*(?:[-+]\d+)?)")


def showable(summary: Mapping[str, Any], rows: Sequence[Row]) -> tuple[dict[str, Any], list[Row]]:
    """A run as every report shows it: cleaned, and with a place for each backend that has results.

    A row that is known has the worst `kind` of the entries that explain it; "unsupported" where the adapter says so.

    A resumed run may hold results of a backend that was not chosen again.
    """
    run: dict[str, Any] = clean(summary)
    shown: list[dict[str, Any]] = clean(rows)
    known = {(backend, entry["id"]): entry["kind"] for backend, ones in run.get("ledger", {}).items() for entry in ones}
    for row in shown:
        run["backends"].setdefault(row["backend"], {"problem": "", "seconds": 0.0, "startup_seconds": 0.0})
        if row["status"] == Status.KNOWN:
            kinds = [known.get((row["backend"], entry), KINDS[-1]) for entry in explaining(row)]
            row["kind"] = min(kinds, key=KINDS.index, default="unsupported")
    return run, list(shown)


def is_lost(row: Row) -> bool:
    """Whether the case never ran: such rows are reported per backend, not one by one."""
    return row["outcome"] == Outcome.NOT_RUN


def tally(cell: matrix.Cell) -> list[tuple[str, int]]:
    """(status, count) of a cell of the matrix, without zeros; what never ran is counted apart from what fails."""
    lost = cell.outcomes["not-run"]
    counts: dict[str, int] = {**{status: cell.statuses[status] for status in Status}, "not-run": lost}
    counts["fail"] -= lost
    return [(status, count) for status, count in counts.items() if count]


def tally_by_risk(cell: matrix.Cell) -> list[tuple[str, int]]:
    """The same with what is known told apart: "bug", "numeric", and "known" for conventions and what is lacking."""
    found = []
    for status, count in tally(cell):
        risks = [(kind, cell.kinds[kind]) for kind in RISKS if cell.kinds[kind]] if status == Status.KNOWN else []
        rest = count - sum(number for _, number in risks)
        found += [*risks, *([(str(status), rest)] if rest else [])]
    return found


def not_run(run: Mapping[str, Any], rows: Iterable[Row]) -> list[tuple[str, str, int]]:
    """(backend, reason, cases that did not run), also for a backend that failed without a case of its own."""
    lost = Counter((row["backend"], row.get("message", "")) for row in rows if is_lost(row))
    named = {backend for backend, _ in lost}
    for backend, facts in run["backends"].items():
        if facts.get("problem") and backend not in named:
            lost[backend, facts["problem"]] = 0
    return [(*key, count) for key, count in sorted(lost.items())]


def unavailable(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(backend, reason) of those that this system cannot have, which is told and no failure."""
    return [(name, about["unavailable"]) for name, about in run["backends"].items() if about.get("unavailable")]


def failures(rows: Iterable[Row]) -> list[Row]:
    """The rows that ran and fail, backends together."""
    return [row for row in matrix.failures(rows) if not is_lost(row)]


def new(rows: Iterable[Row]) -> list[Row]:
    """The rows that fail on a processor on which the ledger was never tried, backends together."""
    return matrix.failures(rows, "new")


def new_where(run: Mapping[str, Any], rows: Iterable[Row]) -> str:
    """On which processors something is new, and how to report it; "" where nothing is."""
    names = {row["backend"] for row in new(rows)} | {entry.partition(": ")[0] for entry in run.get("new", ())}
    if not names:
        return ""
    where = processors({"backends": {name: about for name, about in run["backends"].items() if name in names}})
    return (
        f"Nobody has tried the ledger of known differences on {where} before. Please report what is new here: open an "
        "issue with the files run.json and results.jsonl of this run."
    )


def problem(row: Row) -> str:
    """What is wrong with a result: its outcome, or that of a gradient if the output itself is right."""
    if not Outcome(row["outcome"]).is_right or row["status"] == Status.PASS:
        return row["outcome"]
    bad = [outcome for outcome in row.get("grad", {}).values() if not Outcome(outcome).is_right]
    return f"gradient {bad[0]}" if bad else "case file differs"


def said(row: Row) -> tuple[str, str]:
    """(error class, message) of a result; the class is "" where the message begins with it."""
    kind, message = row.get("error_class", ""), row.get("message", "")
    return ("" if message.startswith(kind) else kind), message


@dataclasses.dataclass(frozen=True)
class Kind:
    """Failures of one backend that belong together: of one `cause` ("equals what comes of ..."), or alike without."""

    cause: str
    rows: list[Row]

    @property
    def backend(self) -> str:
        return self.rows[0]["backend"]

    @property
    def operators(self) -> list[str]:
        return sorted({row["op"] for row in self.rows})

    @property
    def problems(self) -> list[str]:
        """What is wrong, the most frequent first."""
        return [found for found, _ in Counter(map(problem, self.rows)).most_common()]


def kinds(rows: Iterable[Row], together: Callable[[Iterable[Row]], list[list[Row]]]) -> list[Kind]:
    """Failures by their causes, the most frequent of a backend first; then those without, put `together`."""
    by_backend: dict[str, list[Row]] = {}
    for row in rows:
        by_backend.setdefault(row["backend"], []).append(row)
    explained: list[Kind] = []
    left: list[Row] = []
    for found in by_backend.values():
        # A case alone may fit several causes: it goes to the one that explains most.
        while counts := Counter(cause for row in found for cause in row.get("causes", ())):
            cause = counts.most_common(1)[0][0]
            explained.append(Kind(cause, [row for row in found if cause in row.get("causes", ())]))
            found = [row for row in found if cause not in row.get("causes", ())]
        left += found
    return [*explained, *(Kind("", group) for group in together(left))]


def verdict_alone(row: Row) -> str:
    """The message without the diagnosis, which is shown beside it."""
    return ": ".join(filter(None, said(row))).removesuffix(f"; {row.get('diagnosis')}")


def by_message(rows: Iterable[Row]) -> list[list[Row]]:
    """Groups of failures with the same backend, operator, problem and message, in the order of the first of each."""
    return _grouped(rows, lambda row: (row["backend"], row["op"], problem(row), said(row)))


def by_similar_message(rows: Iterable[Row]) -> list[list[Row]]:
    """Groups of failures of a backend and an operator whose messages differ only in numbers and in brackets."""
    return _grouped(rows, lambda row: (row["backend"], row["op"], problem(row), gist(row)))


def worst_ratio(row: Row) -> float:
    """The largest error of a result, of its output or a gradient, as a part of its bound; 0 where none was taken."""
    return max(float(one) for one in (row.get("bound_ratio", 0.0), *row.get("grad_bound_ratio", {}).values()))


def span(rows: Iterable[Row]) -> str:
    """From which ratio to which the errors of several results go, "2.1 to 9e+05 times the bound"; "" without any."""
    found = sorted(filter(None, map(worst_ratio, rows)))
    if not found:
        return ""
    ends = dict.fromkeys(matrix.ratio(one) for one in (found[0], found[-1]))
    return f"{' to '.join(ends)} times the bound"


def spread(rows: Sequence[Row]) -> str:
    """The operators of several results with their numbers, "conv2d 3, pad2d 2"; "" for those of one operator."""
    counts = Counter(row["op"] for row in rows)
    return ", ".join(f"{op} {count}" for op, count in counts.most_common()) if len(counts) > 1 else ""


def gist(row: Row) -> tuple[str, ...]:
    """The message of a result without numbers and without what is in brackets."""
    return tuple(_VARYING.sub("", part) for part in (*said(row), row.get("grad_message", "")))


def _grouped(rows: Iterable[Row], key: Callable[[Row], tuple]) -> list[list[Row]]:
    groups: dict[tuple, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return list(groups.values())


def command(run: Mapping[str, Any]) -> str:
    """The command line of the run, as it can be given again."""
    return shlex.join(["python", "-m", "harness", *run["command"]])


def passed(run: Mapping[str, Any], rows: Sequence[Row]) -> bool:
    """Whether the run as a whole passes; one without any result, or without all that it counts, does not."""
    failed = any(row["status"] in ("new", "fail") for row in rows) or run["stale"] or run.get("new")
    return bool(rows) and not failed and not not_run(run, rows) and not lacking(run, rows)


def verdict(run: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """The result of the run in plain words."""
    lost_results = lacking(run, rows)
    if not rows and not lost_results:
        return "Nothing was compared: the run has no results."
    parts = [f"Results are missing: {lost_results}."] if lost_results else []
    if failed := Counter(row["backend"] for row in failures(rows)):
        where = listed([f"{backend} ({count})" for backend, count in sorted(failed.items())])
        parts.append(f"{failed.total():,} of {counted(len(rows), 'result')} do not match the specification: {where}.")
    if found := Counter(row["backend"] for row in new(rows)):
        where = listed([f"{backend} ({count})" for backend, count in sorted(found.items())])
        parts.append(f"{found.total():,} of {counted(len(rows), 'result')} are new on this processor: {where}.")
    if lost := not_run(run, rows):
        parts.append(f"{listed(sorted({backend for backend, _, _ in lost}))} did not run.")
    if run["stale"]:
        parts.append(
            f"{counted(len(run['stale']), 'ledger entry', 'ledger entries')} no longer shows what it explains."
        )
    if absent := run.get("new"):
        parts.append(f"{counted(len(absent), 'ledger entry', 'ledger entries')} does not show on this processor.")
    if not parts:
        parts.append(f"All {counted(len(rows), 'result')} match the specification")
        known = sum(row["status"] == "known" for row in rows)
        parts[-1] += f", or differ in a way that is known ({known:,})." if known else "."
    if absent := [name for name, _ in unavailable(run)]:
        parts.append(f"{listed(absent)} cannot be had on this system.")
    return " ".join(parts)


def differences(run: Mapping[str, Any], rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The ledger entries that showed, each with its `backend`, `href`, and its `cases` by the number.

    `example` is one of them, and `values` what came there and what should have come.
    """
    shown: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        for entry in explaining(row):
            shown.setdefault((row["backend"], entry), []).append(row)
    return [
        {
            **entry,
            "backend": backend,
            "href": address(entry.get("link", "")),
            **_example(entry, shown.get((backend, entry["id"]), [])),
        }
        for backend, entries in run["ledger"].items()
        for entry in entries
    ]


def _example(entry: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """The first of the cases that an entry explains, and the message on its part (output or gradient)."""
    first = rows[0] if rows else {}
    said = first.get("message", "")
    values = first.get("grad_message", said) if entry.get("part") == "gradient" else said
    return {"cases": len(rows), "example": first.get("case", ""), "values": values}


def by_kind(entries: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """(kind, ledger entries), bugs first and conventions last."""
    found: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in KINDS}
    for entry in entries:
        found.setdefault(entry["kind"], []).append(entry)
    return [(kind, ones) for kind, ones in found.items() if ones]


def bitwise(run: Mapping[str, Any]) -> dict[str, list[int]]:
    """ "a|b" -> [cases with identical bits, cases compared], over all operators."""
    total: dict[str, list[int]] = {}
    for pairs in run["bitwise"].values():
        for pair, (equal, compared) in pairs.items():
            so_far = total.setdefault(pair, [0, 0])
            so_far[0] += equal
            so_far[1] += compared
    return dict(sorted(total.items()))


def processors(run: Mapping[str, Any]) -> str:
    """The instruction sets that a run's backends use: "x86_64 avx512 (numpy), x86_64 avx2 (torch)"; "" if none says."""
    users: dict[str, list[str]] = {}
    for name, about in run["backends"].items():
        if found := processor(about):
            users.setdefault(found.partition(" (")[0], []).append(name)
    return ", ".join(f"{level} ({listed(names)})" for level, names in users.items())


def facts(description: Mapping[str, Any]) -> dict[str, str]:
    """What a backend says of itself beside version, device and threads, one level deep."""
    shown = ("version", "device", "threads", "problem", "unavailable", "seconds", "startup_seconds")
    flat: dict[str, Any] = {}
    for name, value in description.items():
        if name == "processor":
            flat[name] = processor(description)
            flat |= {part: about["word"] for part, about in value["parts"].items()} if flat[name] else {}
        elif isinstance(value, Mapping):
            flat.update(value)
        elif name not in shown:
            flat[name] = value
    return {name: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in flat.items()}


def framework_share(run: Mapping[str, Any]) -> float:
    """The part of the workers' time that the frameworks themselves needed, from 0 to 1."""
    spent = run["times"]["wall_seconds"] * run["jobs"]
    return min(1.0, run["times"]["framework_seconds"] / spent) if spent else 0.0
