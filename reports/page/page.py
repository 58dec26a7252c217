"""The report of a run as one HTML file: it loads nothing, works without scripts, and prints.

The templates in `templates/` hold the page; this file arranges a run's rows for them.
"""

import base64
import dataclasses
import functools
import hashlib
import importlib.util
import inspect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.facts import matrix
from reports.facts import run as overview
from reports.facts.matrix import Row
from reports.facts.text import anchor, clean, counted, listed
from reports.page.sections import choose
from reports.run_folder import explaining
from spec.outcomes import Outcome, Status

TEMPLATES = Path(__file__).parent / "templates"
SIGNS = {"pass": "✓", "known": "~", "new": "?", "fail": "✗", "not-run": "○"}
SHORT = {"exact": "=", "close": "≈", "coarse": "∼", "differs": "≠", "rejected": "⊘", "unsupported": "∅"}


@dataclasses.dataclass
class Line:
    """One case on all backends; `status` is the worst of those on which it ran."""

    name: str
    why: str
    cells: dict[str, Row]
    status: str = ""


@dataclasses.dataclass
class Group:
    """The cases whose ids differ in the last part only; `why` is the reason that all of them share."""

    name: str
    lines: list[Line]
    status: str = ""

    @property
    def why(self) -> str:
        reasons = {line.why for line in self.lines if line.why}
        return reasons.pop() if len(reasons) == 1 else ""


@dataclasses.dataclass
class Section:
    """One operator: its definition, totals per backend, and its cases, what did not pass first."""

    name: str
    anchor: str
    lead: str
    definition: str
    totals: dict[str, "Total"]
    groups: list[Group]
    status: str
    cases: int
    notable: int


@dataclasses.dataclass
class Total(matrix.Cell):
    """A cell of the summary matrix with the figures that only an operator's own section shows."""

    largest: dict[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0

    def add(self, row: Row) -> None:
        """Count one result; the largest absolute error and ULP of those that passed, for each dtype by itself."""
        super().add(row)
        self.seconds += row.get("seconds", 0.0)
        if row["status"] == "pass":
            error, ulp = self.largest.get(row["dtype"], (0.0, 0.0))
            own = float(row.get("max_abs", 0.0)), float(row.get("max_ulp", 0.0))
            self.largest[row["dtype"]] = max(error, own[0]), max(ulp, own[1])


@functools.cache
def _environment() -> Environment:
    """The templates, with what they call; each is compiled once in a process."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(ratio=_ratio, number=_number, anchor=anchor, gradients=gradients, counted=counted)
    environment.filters.update(
        alone=overview.verdict_alone,
        listed=listed,
        problem=overview.problem,
        said=overview.said,
        tally=overview.tally,
        by_kind=overview.by_kind,
        explaining=explaining,
    )
    environment.globals.update(signs=SIGNS, OUTCOMES=list(Outcome))
    return environment


def render(summary: Mapping[str, Any], rows: Sequence[Row], found: Mapping[str, Any] | None = None) -> str:
    """The page for a run (`summary` is run.json, `rows` the lines of results.jsonl, `found` name -> tables/*.json)."""
    run, rows = overview.showable(summary, rows)
    environment = _environment()
    style, script = (_source(environment, name) for name in ("style.css", "script.js"))
    operators = [_section(op, found) for op, found in _by_operator(rows).items()]
    differences = overview.differences(run, rows)
    return environment.get_template("report.html.j2").render(
        run=run,
        style=style,
        script=script,
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        backends=list(run["backends"]),
        facts={name: overview.facts(description) for name, description in run["backends"].items()},
        instructions=overview.processors(run),
        share=overview.framework_share(run),
        passed=overview.passed(run, rows),
        verdict=overview.verdict(run, rows),
        counts=Counter(row["status"] for row in rows),
        results=len(rows),
        sections=operators,
        totals=_totals(rows),
        not_run=overview.not_run(run, rows),
        unavailable=overview.unavailable(run),
        failures=overview.failures(rows),
        kinds=overview.kinds(overview.failures(rows), overview.by_message),
        new_where=overview.new_where(run, rows),
        new_kinds=overview.kinds(overview.new(rows), overview.by_message),
        command=overview.command(run),
        unsupported=matrix.unsupported(rows),
        differences=differences,
        explained={(entry["backend"], entry["id"]) for entry in differences},
        bitwise=overview.bitwise(run),
        further=choose.further(run, rows, clean(found or {})),
    )


def gradients(row: Row) -> str:
    """The gradients of one result in short: "x = w ≈0.12"; each input with its outcome and its bound ratio."""
    outcomes = row.get("grad", {})
    if outcomes and set(outcomes.values()) == {"exact"}:
        return "exact"
    ratios = row.get("grad_bound_ratio", {})
    shown = {name: _ratio(ratios.get(name, 0.0)) if outcome != "exact" else "" for name, outcome in outcomes.items()}
    return "  ".join(f"{name}\xa0{SHORT.get(outcome, outcome)}{shown[name]}" for name, outcome in outcomes.items())


def _by_operator(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["op"], []).append(row)
    return dict(sorted(found.items()))


def _section(op: str, rows: Sequence[Row]) -> Section:
    groups: dict[str, Group] = {}
    lines: dict[str, Line] = {}
    for row in rows:
        if row["case"] not in lines:
            path, _, leaf = row["case"].rpartition("/")
            lines[row["case"]] = Line(leaf, row.get("why", ""), {})
            group = groups.setdefault(path, Group(path, []))
            group.lines.append(lines[row["case"]])
        lines[row["case"]].cells[row["backend"]] = row
    for line in lines.values():
        line.status = _worst(row["status"] for row in line.cells.values() if not overview.is_lost(row))
    for group in groups.values():
        group.status = _worst(line.status for line in group.lines)
        group.lines.sort(key=_urgency)
    lead, _, definition = _definition(op).partition("\n\n")
    return Section(
        name=op,
        anchor=anchor(("op", op)),
        lead=lead,
        definition=definition.strip("\n"),
        totals=_totals(rows),
        groups=sorted(groups.values(), key=_urgency),
        status=_worst(line.status for line in lines.values()),
        cases=len(lines),
        notable=sum(line.status != "pass" for line in lines.values()),
    )


def _totals(rows: Iterable[Row]) -> dict[str, Total]:
    found: dict[str, Total] = {}
    for row in rows:
        found.setdefault(row["backend"], Total()).add(row)
    return found


def _worst(statuses: Iterable[str]) -> str:
    return max(map(Status, statuses), key=list(Status).index, default=Status.PASS)


def _urgency(one: Line | Group) -> int:
    """What did not pass comes first; otherwise the order of the run stays."""
    return -list(Status).index(Status(one.status))


def _definition(op: str) -> str:
    """The docstring of the operator's module; "" for one that this version of the specification lacks."""
    name = f"spec.ops.{op}"
    if not op.isidentifier() or importlib.util.find_spec(name) is None:
        return ""
    return inspect.cleandoc(importlib.import_module(name).__doc__ or "")


def _source(environment: Environment, name: str) -> Markup:
    """A style sheet or script of ours, which must reach the page unescaped."""
    return Markup(environment.get_template(f"{name}.j2").render().strip())


def _ratio(value: float | str) -> str:
    return matrix.ratio(float(value))


def _number(value: float | str) -> str:
    return f"{float(value):.3g}"
