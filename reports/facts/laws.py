"""Facts on laws that all reports share: for each law and backend a status, a few words, and what did not pass."""

from collections.abc import Mapping
from typing import Any

from reports.facts.matrix import ratio

STATUSES = ("pass", "known", "unsupported", "not-run", "fail")


def rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each law: name, formula, sentence, operators, trials, and for each backend a cell.

    A cell has `status` (pass, known, unsupported, not-run, fail), `text` for the table, and `notes`: for each
    reason why trials did not pass, the reason, and the names of these trials.
    """
    keys = ("name", "formula", "sentence", "operators", "trials")
    return [
        {key: law[key] for key in keys}
        | {"cells": {name: cell(result, law["trials"]) for name, result in law["results"].items()}}
        for law in data["laws"]
    ]


def cell(result: Mapping[str, Any], trials: int) -> dict[str, Any]:
    """One law on one backend."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for note in result["notes"]:
        key = note["status"], note["outcome"], note["message"], note.get("ledger", "")
        grouped.setdefault(key, []).append(note["trial"])
    notes = [
        {"status": status, "outcome": outcome, "message": message, "ledger": entry, "trials": names}
        for (status, outcome, message, entry), names in grouped.items()
    ]
    return {"status": result["status"], "text": words(result, trials), "notes": notes}


def words(result: Mapping[str, Any], trials: int) -> str:
    """exact, or the worst ratio to the bound; what failed, is known or unsupported, of how many."""
    counts = {status: sum(note["status"] == status for note in result["notes"]) for status in STATUSES}
    if result["status"] == "not-run":
        return "not run"
    if counts["fail"]:
        return f"✗ {counts['fail']} of {trials}"
    held = (ratio(float(result["ratio"])) or "exact") if result["exact"] + result["close"] else ""
    more = [f"{sign}{counts[status]}" for status, sign in (("known", "~"), ("unsupported", "∅")) if counts[status]]
    return " ".join(filter(None, [held, *more]))
