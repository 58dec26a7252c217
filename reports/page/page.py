"""The report of a run as one HTML file: it loads nothing, works without scripts, and prints.

The templates in `templates/` hold the page; this file arranges a run's rows for them.
"""

import base64
import dataclasses
import functools
import hashlib
import importlib.util
import inspect
import re
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
from reports.page.failures import Arrays, cards
from reports.page.overviews import bits, closeness, moved
from reports.page.risks import groups as ledger
from reports.page.sections import choose
from reports.run_folder import explaining
from spec.outcomes import Outcome, Status

TEMPLATES = Path(__file__).parent / "templates"
SIGNS = {"pass": "✓", "bug": "▲", "numeric": "△", "known": "~", "new": "?", "fail": "✗", "not-run": "○"}
_BETWEEN_TAGS = re.compile(r">[^<>]*&#3[49];[^<>]*<")  # where quotes need no escape, which is a tenth of a page of code
SHORT = {"exact": "=", "close": "≈", "coarse": "∼", "differs": "≠", "rejected": "⊘", "unsupported": "∅"}


@dataclasses.dataclass
class Line:
    """One case on all backends; `status` is the worst of those on which it ran."""

    name: str
    why: str
    cells: dict[str, Row]
    status: str = ""
    anchor: str = ""

    def together(self, backends: Sequence[str]) -> str:
        """What the backends came to in one line, where all passed and a case file states nothing; else "".

        The worst gradient of each stands for all of them. The page would be half as long again with a cell for each.
        """
        rows = [self.cells[name] for name in backends if name in self.cells]
        if len(rows) < max(len(backends), 2) or any(row["status"] != "pass" or "expected" in row for row in rows):
            return ""
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(_in_short(row), []).append(row["backend"])
        if len(found) == 1:
            return f"{next(iter(found))} by all"
        return "; ".join(f"{words}: {listed(names)}" for words, names in found.items())


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
def environment() -> Environment:
    """The templates, with what they call; each is compiled once in a process."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(ratio=_ratio, number=_number, anchor=anchor, gradients=gradients, counted=counted)
    made.filters.update(
        alone=overview.verdict_alone,
        listed=listed,
        problem=overview.problem,
        said=overview.said,
        tally=overview.tally_by_risk,
        span=overview.span,
        explaining=explaining,
    )
    made.globals.update(signs=SIGNS, OUTCOMES=list(Outcome))
    return made


def render(
    summary: Mapping[str, Any],
    rows: Sequence[Row],
    found: Mapping[str, Any] | None = None,
    arrays: Arrays = lambda row: {},
) -> str:
    """The page for a run: `summary` is run.json, `rows` the lines of results.jsonl, `found` name -> tables/*.json.

    `arrays` gives what the run kept of a result in `tensors/`.
    """
    run, rows = overview.showable(summary, rows)
    tables = clean(found or {})
    pages = environment()
    style, script = (_source(pages, name) for name in ("style.css", "script.js"))
    operators = [_section(op, found) for op, found in _by_operator(rows).items()]
    differences = overview.differences(run, rows)
    risks, others = ledger(differences, rows, arrays, tables.get("history"))
    baseline = tables.get("baseline")
    wrong, strange = (
        cards(rows, overview.kinds(found, overview.by_message), baseline, arrays)
        for found in (overview.failures(rows), overview.new(rows))
    )
    page = pages.get_template("report.html.j2").render(
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
        baseline=baseline,
        history=tables.get("history"),
        moved=moved(baseline),
        counts=Counter(row["status"] for row in rows),
        results=len(rows),
        sections=operators,
        totals=_totals(rows),
        closeness=closeness(list(run["backends"]), rows),
        not_run=overview.not_run(run, rows),
        unavailable=overview.unavailable(run),
        failures=overview.failures(rows),
        cards=wrong,
        new_where=overview.new_where(run, rows),
        new_cards=strange,
        command=overview.command(run),
        unsupported=matrix.unsupported(rows),
        differences=differences,
        risks=risks,
        risk_count=sum(group.size for group in risks),
        others=others,
        explained={(entry["backend"], entry["id"]) for entry in differences},
        bitwise=overview.bitwise(run),
        bits_picture=bits(run),
        further=choose.further(run, rows, tables),
    )
    return _BETWEEN_TAGS.sub(lambda text: text[0].replace("&#34;", '"').replace("&#39;", "'"), page)


def gradients(row: Row) -> str:
    """The gradients of one result in short: "x = w ≈0.12"; each input with its outcome and its bound ratio."""
    outcomes = row.get("grad", {})
    if outcomes and set(outcomes.values()) == {"exact"}:
        return "exact"
    ratios = row.get("grad_bound_ratio", {})
    shown = {name: _ratio(ratios.get(name, 0.0)) if outcome != "exact" else "" for name, outcome in outcomes.items()}
    return "  ".join(f"{name}\xa0{SHORT.get(outcome, outcome)}{shown[name]}" for name, outcome in outcomes.items())


def _in_short(row: Row) -> str:
    """An outcome with its ratio, or the class of an error, and the worst gradient: "≈0.12 ∇0.4", "=", "ValueError"."""
    if row["outcome"] not in ("exact", "close"):
        return str(row.get("error_class") or row["outcome"])
    word = "=" if row["outcome"] == "exact" else f"≈{_ratio(row.get('bound_ratio', 0.0))}"
    slopes = max(map(float, row.get("grad_bound_ratio", {}).values()), default=0.0)
    return f"{word} ∇{_ratio(slopes)}" if slopes else f"{word} ∇=" if row.get("grad") else word


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
            lines[row["case"]] = Line(leaf, row.get("why", ""), {}, anchor=anchor(("case", row["case"])))
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


def _source(pages: Environment, name: str) -> Markup:
    """A style sheet or script of ours, which must reach the page unescaped."""
    return Markup(pages.get_template(f"{name}.j2").render().strip())


def _ratio(value: float | str) -> str:
    return matrix.ratio(float(value))


def _number(value: float | str) -> str:
    return f"{float(value):.3g}"
