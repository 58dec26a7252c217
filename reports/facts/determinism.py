"""Facts on determinism that all reports share: which arrays change their bits, and when."""

from collections.abc import Iterable, Mapping
from typing import Any

MANY = 4


MEANING = {
    "repeat": "called again",
    "processes": "in another process",
    "threads": "on 2 threads, not 1",
    "batch": "image by image",
}


def rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each operator its name and `cells`: backend -> {"same": bool or None, "changes": ...}.

    `changes` holds, for every question that has an answer other than "the same bits", the arrays whose bits change
    with their largest relative difference. `same` is None where nothing was computed.
    """
    names = [name for name, about in data["backends"].items() if not about["problem"]]
    operators = list(dict.fromkeys(op for name in names for op in data["results"][name]))
    return [{"op": op, "cells": {name: cell(data["results"][name][op]) for name in names}} for op in operators]


def cell(found: Mapping[str, Any]) -> dict[str, Any]:
    """One operator on one backend."""
    asked = {question: one for question, one in found.items() if question != "refused"}
    changes = {question: one["largest"] for question, one in asked.items() if one["largest"]}
    computed = any(one["same"] for one in asked.values())
    return {"same": not changes if computed else None, "changes": changes, "refused": found["refused"]}


def text(cell: Mapping[str, Any]) -> str:
    """same, or what changes the bits of which arrays: "threads: dw db", a line for each question."""
    if cell["same"] is None:
        return "–"
    lines = [f"{question}: {arrays(changed)}" for question, changed in cell["changes"].items()]
    return "\n".join(lines) or "same"


def arrays(names: Iterable[str]) -> str:
    """Names of arrays, or their number where they are many."""
    names = list(names)
    return " ".join(names) if len(names) <= MANY else f"{len(names)} arrays"
