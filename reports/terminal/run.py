"""Prints the summary of a run."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from reports.facts import matrix, modes
from reports.facts import run as overview
from reports.facts.text import counted
from reports.terminal import grid
from spec.outcomes import Status

NAMED_KINDS = 20
LONGEST_MESSAGE = 240
ABSENT = "–"


def summary(run: Mapping[str, Any], rows: Sequence[matrix.Row], folder: Path) -> None:
    """Operators down, backends across; then what could not run, what failed, and the times."""
    run, rows = overview.showable(run, rows)
    console = Console(highlight=False)
    for line in grid.lines(list(run["backends"]), matrix.matrix(rows), console.width):
        console.print(line, soft_wrap=True)
    versions = [
        f"{name} {about['version']}" + (f" ({about['gradients']})" if "gradients" in about else "")
        for name, about in run["backends"].items()
        if about.get("version")
    ]
    console.print(Text(f"\n{', '.join(versions)}", style="dim"))
    console.print(Text(f"{overview.processors(run)}\n", style="dim"))
    if problems := list(_problems(run, rows)):
        for sign, words in problems:
            _paragraph(console, Text(sign, "dim" if sign == ABSENT else "red"), words)
        console.print()
    sign, style = ("✓", "green") if overview.passed(run, rows) else ("✗", "red")
    _paragraph(console, Text(sign, style), Text(overview.verdict(run, rows), style="bold"))
    for sentence in [*_figures(run, len(rows)), *_parity(run, rows)]:
        console.print(Text(sentence))
    console.print(Text(f"report: {folder / 'index.html'}"), soft_wrap=True)


def _problems(run: Mapping[str, Any], rows: Sequence[matrix.Row]) -> Iterator[tuple[str, Text]]:
    """(sign, words): what did not run or cannot be had, what fails, and ledger entries that no longer show."""
    for backend, reason, count in overview.not_run(run, rows):
        cases = f" ({counted(count, 'case')})" if count else ""
        yield "○", Text.assemble((backend, "bold"), f" did not run{cases}: {reason}")
    for backend, reason in overview.unavailable(run):
        yield ABSENT, Text.assemble((backend, "bold"), f" cannot be had here: {reason}")
    for sign, found in (("✗", overview.failures(rows)), ("?", overview.new(rows))):
        kinds = sorted(overview.kinds(found, overview.by_similar_message), key=lambda kind: -len(kind.rows))
        for kind in kinds[:NAMED_KINDS]:
            yield sign, _kind(kind)
        if hidden := sum(len(kind.rows) for kind in kinds[NAMED_KINDS:]):
            yield sign, Text(f"{hidden:,} of other kinds; all are in the report")
    for entry in run["stale"]:
        yield "✗", Text.assemble("ledger: ", (entry, "bold"), " no longer shows; remove or correct the entry")
    for entry in run.get("new", ()):
        yield "?", Text.assemble("ledger: ", (entry, "bold"), " does not show on this processor")
    if where := overview.new_where(run, rows):
        yield "?", Text(where)


def _kind(kind: overview.Kind) -> Text:
    """One of several failures that belong together, how many more there are and how large their errors, their cause,
    and what was found.
    """
    first, *others = kind.rows
    more = f" and {len(others)} alike" if others else ""
    facts = [overview.spread(kind.rows), overview.span(kind.rows)] if others else []
    facts = ["; ".join(filter(None, facts))] if any(facts) else []
    message = " ".join(overview.verdict_alone(first).split())
    if len(message) > LONGEST_MESSAGE:
        message = message[: LONGEST_MESSAGE - 1] + "…"
    return Text.assemble(
        (f"{kind.backend} {first['case']}{more}\n", "bold"),
        *(f"{fact}\n" for fact in facts),
        f"what came {kind.cause}\n" if kind.cause else "",
        f"{overview.problem(first)}: {message}",
    )


def _figures(run: Mapping[str, Any], results: int) -> Iterator[str]:
    """What was compared, how much of the specification that covers, and how long it took."""
    counts, times = run["counts"], run["times"]
    shown = [status for status in Status if status != "new" or counts.get(status)]
    statuses = ", ".join(f"{counts.get(status, 0):,} {status}" for status in shown)
    yield f"{counted(run['cases'], 'case')}, {counted(results, 'result')}: {statuses}"
    for kind, pairs in (("attribute values", run["coverage"]), ("sizes and attributes", run.get("geometry", {}))):
        if pairs:
            covered, possible = (sum(found[i] for found in pairs.values()) for i in (0, 1))
            share = 100 * covered // max(possible, 1)
            yield f"pairwise coverage of {kind}: {share} % ({covered:,} of {possible:,})"
    yield (
        f"{times['wall_seconds']:.1f} s on {counted(run['jobs'], 'worker')}; "
        f"in the frameworks {times['framework_seconds']:.1f} s of worker time, "
        f"in the harness {float(times['harness_ms_per_result']):.2f} ms of processor per result"
    )


def _parity(run: Mapping[str, Any], rows: Sequence[matrix.Row]) -> Iterator[str]:
    """A line for each mode or version of a framework that the run holds in several."""
    for family in modes.families(run, rows).values():
        for mode, total in family.totals.items():
            yield modes.sentence(mode, family.base, total)


def _paragraph(console: Console, sign: Text, words: Text) -> None:
    """A sign and its words, whose further lines stand under the first."""
    paragraph = Table.grid(Column(), Column(overflow="fold"), padding=(0, 1))
    paragraph.add_row(sign, words)
    console.print(paragraph)
