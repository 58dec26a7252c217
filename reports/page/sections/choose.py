"""Chooses the page's further sections: those of other commands' tables, and those made of the rows of the run."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.facts.matrix import Row
from reports.page.sections import (
    bridge,
    conventions,
    determinism,
    laws,
    lessons,
    modes,
    mutants,
    processors,
    refusals,
    scorecard,
    special_values,
)
from reports.page.sections.parts import Section

OF_TABLES = {
    "bridges": bridge.section,
    "conventions": conventions.section,
    "determinism": determinism.section,
    "laws": laws.section,
    "lessons": lessons.section,
    "mutants": mutants.section,
    "processors": processors.section,
    "scorecard": scorecard.section,
}


def further(run: Mapping[str, Any], rows: Sequence[Row], tables: Mapping[str, Any]) -> dict[str, Section]:
    """name -> section, of those that this run has; `tables` are the files of its folder `tables/`."""
    found = {name: _of_table(name, tables[name]) for name in OF_TABLES if name in tables}
    of_rows = {
        "refusals": refusals.section(run, rows),
        "special": special_values.section(run, rows),
        "parity": modes.section(run, rows),
    }
    return found | {name: section for name, section in of_rows.items() if section}


def _of_table(name: str, data: Any) -> Section:
    """A file may be damaged, or older than this code; that must not cost the reader the rest of the page."""
    try:
        return OF_TABLES[name](data)
    except (LookupError, TypeError, AttributeError, ValueError, StopIteration, RecursionError):
        note = f"tables/{name}.json is damaged, or was written by another version; run the command {name} again."
        return Section(name, name.capitalize(), note, [], "!", True)
