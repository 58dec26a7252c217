"""Page section on forbidden inputs: a row per case, a column per backend with its error, or what it accepts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reports.facts.matrix import Row
from reports.page.sections.cases import by_case, notable, tables
from reports.page.sections.parts import Cell, Line, Section, Table
from spec.outcomes import Outcome, Status

NOTE = (
    "Input that the specification forbids reaches each framework's own call. A framework that accepts it returns "
    "something that another would not: a mistake in a model then shows late, or only after porting."
)
ACCEPTED = "accepted what must be refused"


def section(run: Mapping[str, Any], rows: Sequence[Row]) -> Section | None:
    """Totals, then the cases that somebody accepts, then those that all refuse; None for a run without any."""
    forbidden = {row["case"] for row in rows if _accepts(row) or _is_right_refusal(row)}
    cases = by_case(rows, forbidden.__contains__)
    if not cases:
        return None
    accepted, ordered = sorted(notable(cases, _accepts)), dict(sorted(cases.items()))
    words = "that somebody accepts", "that nobody accepts"
    found = tables(run, ordered, accepted, words, _name, _cell)
    return Section("refusals", "Refusals", NOTE, [_totals(run, cases), *found], str(len(accepted)))


def _is_right_refusal(row: Row) -> bool:
    """Whether a backend refuses what it must: a refusal that is not expected does not pass."""
    return row["outcome"] == Outcome.REJECTED and row["status"] == Status.PASS


def _accepts(row: Row) -> bool:
    return row.get("message", "").startswith(ACCEPTED)


def _totals(run: Mapping[str, Any], cases: Mapping[str, Mapping[str, Row]]) -> Table:
    lines = []
    for name in run["backends"]:
        found = [rows[name] for rows in cases.values() if name in rows]
        refused = [row for row in found if row["outcome"] == Outcome.REJECTED]
        classes = Counter(row.get("error_class", "error") for row in refused)
        others = Counter(row["outcome"] for row in found if row not in refused and not _accepts(row))
        words = [f"{kind} {count}" for kind, count in [*classes.most_common(), *others.most_common()]]
        accepted = sum(map(_accepts, found))
        lines.append(Line(Cell(name), [Cell(str(len(refused))), Cell(str(accepted)), Cell(", ".join(words))]))
    return Table("Totals", ["backend", "refuses", "accepts", "how"], lines, right=(1, 2), kind="narrow")


def _name(case: str) -> str:
    """The case without what all such cases have in their ids."""
    op, _, name = case.partition("/rejects/")
    return f"{op} {name.rpartition('/')[0] or name}".strip()


def _cell(row: Row) -> Cell:
    """What a backend does; its message stands where the case's address leads."""
    status = "aside" if row["status"] == "pass" else row["status"]
    if _accepts(row):
        returned = row["message"].rpartition("; returned ")[2].partition(";")[0]
        return Cell("accepts", f"returns {returned}", status)
    return Cell(str(row.get("error_class") or row["outcome"]), status=status)
