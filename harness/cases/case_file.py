"""Case files: cases from outside, as JSON (schema_version 1), judged like the built-in ones.

Every mistake in a file is a `UserError` of one line that names the file, the case, the value and the remedy.
"""

import dataclasses
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.cases import case_file_arrays, limits
from spec import operators
from spec.attributes import is_whole
from spec.core import BadCase, Case, convert_images
from spec.errors import UserError, shown

FILE_KEYS = ("schema_version", "cases")
CASE_KEYS = {"id", "op", "attrs", "inputs", "expected", "rtol", "atol", "gradient", "why"} | {
    "cotangent",
    "expect",
    "expected_gradients",
}
LARGEST = sys.float_info.max
LARGEST_FILE = 100_000_000  # bytes
ID_LENGTH = 200  # bytes: files of the run folder are named after it


def load(path: Path) -> list[Case]:
    """The cases of a file. Raises `UserError`."""
    content = _content(path)
    if not isinstance(content, dict) or not is_whole(content.get("schema_version")) or content["schema_version"] != 1:
        version = content.get("schema_version") if isinstance(content, dict) else None
        raise UserError(f"case file {path}: schema_version is {shown(version)}; this version reads 1")
    if unknown := sorted(content.keys() - FILE_KEYS):
        raise UserError(f"case file {path} has an unknown key {shown(unknown[0])}; known: {', '.join(FILE_KEYS)}")
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


def _content(path: Path) -> Any:
    """The JSON of a file. Raises `UserError`."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe could keep its reader waiting for ever
            raise UserError(f"case file {path} is no regular file; write the cases into one")
        if (size := path.stat().st_size) > LARGEST_FILE:
            limit = LARGEST_FILE // 10**6
            raise UserError(f"case file {path} has {size / 1e6:.0f} MB; keep to {limit} MB, with arrays in .npy files")
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_object)
    except OSError as error:
        raise UserError(f"case file {path}: {error.strerror}") from None
    except Twice as key:
        raise UserError(
            f"case file {path}: the key {shown(key.args[0])} stands twice in one object; keep one"
        ) from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"case file {path} is not JSON: {error}") from None


class Twice(Exception):
    """A key that stands twice in one JSON object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise Twice(next(key for key in keys if keys.count(key) > 1))
    return found


def _case(row: Any, where: str, folder: Path) -> Case:
    if not isinstance(row, dict):
        raise UserError(f"{where} is {shown(row)}; it must be an object with 'id', 'op' and 'inputs'")
    if not _is_name(row.get("id")):
        raise UserError(
            f"{where}: id is {shown(row.get('id'))}; it must be a name of one line, up to {ID_LENGTH} bytes"
        )
    where = where.rpartition(", case ")[0] + f", case {row['id']!r}"
    if unknown := sorted(row.keys() - CASE_KEYS):
        raise UserError(f"{where} has an unknown key {shown(unknown[0])}; known: {', '.join(sorted(CASE_KEYS))}")
    if not isinstance(row.get("op"), str) or row["op"] not in operators():
        raise UserError(f"{where}: unknown operator {shown(row.get('op'))}; choose from: {', '.join(operators())}")
    operator = operators()[row["op"]]
    attrs, inputs, expected, slopes = (
        _mapping(row, key, where) for key in ("attrs", "inputs", "expected", "expected_gradients")
    )
    for key in ("rtol", "atol"):
        value = row.get(key, 0.0)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= LARGEST:
            raise UserError(f"{where}: {key} is {shown(value)}; it must be a number from 0 on")
    if not isinstance(row.get("gradient", True), bool):
        raise UserError(f"{where}: gradient is {shown(row['gradient'])}; it must be true or false")
    if not isinstance(row.get("why", ""), str):
        raise UserError(f"{where}: why is {shown(row['why'])}; it must be text")
    try:
        complete = operator.complete(attrs)
        operator.check_inputs(inputs)
    except BadCase as error:
        raise UserError(f"{where}: {error}") from None
    if unknown := sorted(expected.keys() - set(operator.outputs)):
        raise UserError(
            f"{where}: {operator.name} has no output {shown(unknown[0])}; it has: {', '.join(operator.outputs)}"
        )
    if unknown := sorted(slopes.keys() - (set(operator.differentiable) & inputs.keys())):
        known = ", ".join(operator.differentiable) or "none"
        raise UserError(f"{where}: {operator.name} has no gradient for {shown(unknown[0])}; it has: {known}")
    if row.get("expect", "value") not in ("value", "rejected"):
        raise UserError(f"{where}: expect is {shown(row['expect'])}; it must be 'value' or 'rejected'")
    arrays = {
        name: case_file_arrays.read(inputs[name], f"{where}, input {name!r}", folder, more=("memory",))
        for name in operator.inputs
        if name in inputs
    }
    places = {
        name: word
        for name, array in arrays.items()
        if (word := case_file_arrays.lies(inputs[name], array, f"{where}, input {name!r}"))
    }
    stated = {
        name: case_file_arrays.read(value, f"{where}, expected {name!r}", folder) for name, value in expected.items()
    }
    stated_slopes = {
        name: case_file_arrays.read(value, f"{where}, expected gradient {name!r}", folder)
        for name, value in slopes.items()
    }
    case = Case(
        row["id"],
        operator.name,
        complete,
        arrays,
        row.get("why", ""),
        row.get("expect", "value"),
        gradient=row.get("gradient", True),
        expected=stated,
        expected_gradients=stated_slopes,
        rtol=row.get("rtol"),
        atol=row.get("atol"),
        memory=places,
    )
    limits.check(case, where)
    return _with_cotangent(case, row, where, folder)


def _with_cotangent(case: Case, row: Mapping, where: str, folder: Path) -> Case:
    """The case with the cotangent that the file states, in the axes of the first output; the case as it is for none.

    A case that states gradients must state what they are taken against.
    """
    if "cotangent" not in row:
        if case.expected_gradients:
            raise UserError(f"{where} states gradients and no cotangent; write what they are taken against")
        return case
    operator = operators()[case.op]
    if not (case.gradient and operator.differentiable):
        raise UserError(f"{where} states a cotangent and has no gradient; leave one of them out")
    array = case_file_arrays.read(row["cotangent"], f"{where}, cotangent", folder)
    name = operator.outputs[0]
    made = limits.output_shape(case)
    if made is None:
        return case  # refused by the specification: there is no gradient
    shape = convert_images(operator, name, np.empty(made), "NCHW", case.layout or "NCHW").shape
    if array.shape != shape:
        raise UserError(f"{where}: cotangent has shape {list(array.shape)}; {name} has {list(shape)}")
    return dataclasses.replace(case, canonical_cotangent=convert_images(operator, name, array, case.layout, "NCHW"))


def _is_name(value: Any) -> bool:
    """Whether the value is text that can stand in one line and name a file."""
    return isinstance(value, str) and value != "" and value.isprintable() and len(value.encode()) <= ID_LENGTH


def _mapping(row: Mapping, key: str, where: str) -> dict:
    value = row.get(key, {})
    if not isinstance(value, dict):
        raise UserError(f"{where}: {key} is {shown(value)}; it must be an object")
    return value
