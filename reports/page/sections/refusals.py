"""Page section on forbidden inputs: a row per case, a column per backend with its error, or what it accepts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reports.facts.matrix import Row
from reports.facts.text import anchor, counted
from reports.page.sections.parts import LONG, Cell, Line, Section, Table, explanation

NOTE = (
    "Input that the specification forbids reaches each framework's own call. A framework that accepts it returns "
    "something that another would not: a mistake in a model then shows late, or only after porting."
)
ACCEPTED = "accepted what must be refused"


def section(run: Mapping[str, Any], rows: Sequence[Row]) -> Section | None:
    """Totals, then the cases that somebody accepts, then those that all refuse; None for a run without any."""
    cases = _cases(rows)
    if not cases:
        return None
    accepted = {case: found for case, found in cases.items() if any(_accepts(row) for row in found.values())}
    refused = {case: found for case, found in cases.items() if case not in accepted}
    tables = [_totals(run, cases)]
    if accepted:
        tables.append(
            _table(f"{counted(len(accepted), 'case')} that somebody accepts", run, accepted, len(accepted) > LONG)
        )
    if refused:
        tables.append(_table(f"{counted(len(refused), 'case')} that nobody accepts", run, refused, True))
    return Section("refusals", "Refusals", NOTE, tables, str(len(accepted)))


def _cases(rows: Sequence[Row]) -> dict[str, dict[str, Row]]:
    """case -> backend -> row, of cases that must be refused: right refusals pass, and acceptance is remarked."""
    forbidden = {
        row["case"] for row in rows if _accepts(row) or (row["outcome"] == "rejected" and row["status"] == "pass")
    }
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["case"] in forbidden:
            found.setdefault(row["case"], {})[row["backend"]] = row
    return found


def _accepts(row: Row) -> bool:
    return row.get("message", "").startswith(ACCEPTED)


def _totals(run: Mapping[str, Any], cases: Mapping[str, Mapping[str, Row]]) -> Table:
    lines = []
    for name in run["backends"]:
        found = [rows[name] for rows in cases.values() if name in rows]
        refused = [row for row in found if row["outcome"] == "rejected"]
        classes = Counter(row.get("error_class", "error") for row in refused)
        others = Counter(row["outcome"] for row in found if row not in refused and not _accepts(row))
        words = [f"{kind} {count}" for kind, count in [*classes.most_common(), *others.most_common()]]
        accepted = sum(map(_accepts, found))
        lines.append(Line(Cell(name), [Cell(str(len(refused))), Cell(str(accepted)), Cell(", ".join(words))]))
    return Table("Totals", ["backend", "refuses", "accepts", "how"], lines, right=(1, 2), kind="narrow")


def _table(caption: str, run: Mapping[str, Any], cases: Mapping[str, Mapping[str, Row]], folded: bool) -> Table:
    names = list(run["backends"])
    lines = [
        Line(_head(case, next(iter(found.values()))), [_cell(run, found.get(name)) for name in names])
        for case, found in sorted(cases.items())
    ]
    return Table(caption, ["case", *names], lines, folded)


def _head(case: str, row: Row) -> Cell:
    """The case without what all such cases have in their ids."""
    op, _, name = case.partition("/rejects/")
    return Cell(f"{op} {name.rpartition('/')[0] or name}".strip(), row.get("why", ""), href=anchor(("op", row["op"])))


def _cell(run: Mapping[str, Any], row: Row | None) -> Cell:
    if row is None:
        return Cell("–", status="aside")
    status, more = "aside" if row["status"] == "pass" else row["status"], explanation(run, row)
    if _accepts(row):
        returned = row["message"].rpartition("; returned ")[2].partition(";")[0]
        return Cell("accepts", f"returns {returned}", status, more)
    return Cell(str(row.get("error_class") or row["outcome"]), status=status, more=more)
