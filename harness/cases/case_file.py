"""Case files: cases from outside, as JSON (schema_version 1), judged like the built-in ones.

Every mistake in a file is a `UserError` of one line that names the file, the case, the value and the remedy.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.cases import case_file_arrays
from spec import operators
from spec.core import BadCase, Case
from spec.errors import UserError

CASE_KEYS = {"id", "op", "attrs", "inputs", "expected", "rtol", "atol", "gradient", "why"}
LARGEST = sys.float_info.max
ID_LENGTH = 200  # bytes: files of the run folder are named after it


def load(path: Path) -> list[Case]:
    """The cases of a file. Raises `UserError`."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"case file {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"case file {path} is not JSON: {error}") from None
    if not isinstance(content, dict) or content.get("schema_version") != 1:
        version = content.get("schema_version") if isinstance(content, dict) else None
        raise UserError(f"case file {path}: schema_version is {version!r}; this version reads 1")
    rows = content.get("cases")
    if not isinstance(rows, list) or not rows:
        raise UserError(f"case file {path} has no cases; write them as a list under 'cases'")
    cases = [_case(row, f"case file {path}, case {number}", path.parent) for number, row in enumerate(rows)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise UserError(f"case file {path}: the id {case.id!r} stands twice; give each case its own")
        seen.add(case.id)
    return cases


def _case(row: Any, where: str, folder: Path) -> Case:
    if not isinstance(row, dict):
        raise UserError(f"{where} is {row!r:.60}; it must be an object with 'id', 'op' and 'inputs'")
    if not _is_name(row.get("id")):
        raise UserError(f"{where}: id is {row.get('id')!r:.60}; it must be a name of one line, up to {ID_LENGTH} bytes")
    where = where.rpartition(", case ")[0] + f", case {row['id']!r}"
    if unknown := sorted(row.keys() - CASE_KEYS):
        raise UserError(f"{where} has an unknown key {unknown[0]!r:.60}; known: {', '.join(sorted(CASE_KEYS))}")
    if not isinstance(row.get("op"), str) or row["op"] not in operators():
        raise UserError(f"{where}: unknown operator {row.get('op')!r:.60}; choose from: {', '.join(operators())}")
    operator = operators()[row["op"]]
    attrs, inputs, expected = (_mapping(row, key, where) for key in ("attrs", "inputs", "expected"))
    for key in ("rtol", "atol"):
        value = row.get(key, 0.0)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= LARGEST:
            raise UserError(f"{where}: {key} is {value!r:.60}; it must be a number from 0 on")
    if not isinstance(row.get("gradient", True), bool):
        raise UserError(f"{where}: gradient is {row['gradient']!r:.60}; it must be true or false")
    if not isinstance(row.get("why", ""), str):
        raise UserError(f"{where}: why is {row['why']!r:.60}; it must be text")
    try:
        complete = operator.complete(attrs)
        operator.check_inputs(inputs)
    except BadCase as error:
        raise UserError(f"{where}: {error}") from None
    if unknown := sorted(expected.keys() - set(operator.outputs)):
        raise UserError(f"{where}: {operator.name} has no output {unknown[0]!r}; it has: {', '.join(operator.outputs)}")
    arrays = {
        name: case_file_arrays.read(inputs[name], f"{where}, input {name!r}", folder)
        for name in operator.inputs
        if name in inputs
    }
    stated = {
        name: case_file_arrays.read(value, f"{where}, expected {name!r}", folder) for name, value in expected.items()
    }
    return Case(
        row["id"],
        operator.name,
        complete,
        arrays,
        row.get("why", ""),
        gradient=row.get("gradient", True),
        expected=stated,
        rtol=float(row.get("rtol", 0.0)),
        atol=float(row.get("atol", 0.0)),
    )


def _is_name(value: Any) -> bool:
    """Whether the value is text that can stand in one line and name a file."""
    return isinstance(value, str) and value != "" and value.isprintable() and len(value.encode()) <= ID_LENGTH


def _mapping(row: Mapping, key: str, where: str) -> dict:
    value = row.get(key, {})
    if not isinstance(value, dict):
        raise UserError(f"{where}: {key} is {value!r:.60}; it must be an object")
    return value
