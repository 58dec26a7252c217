"""Case files: cases from outside, as JSON (schema_version 1), judged like the built-in ones.

Every mistake in a file is a `UserError` of one line that names the file, the case, the value and the remedy.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import UserError
from spec import operators
from spec.build import dtype_of
from spec.core import BadCase, Case

DTYPES = ("float16", "bfloat16", "float32", "float64", "int8", "uint8", "int32", "int64")
CASE_KEYS = {"id", "op", "attrs", "inputs", "expected", "rtol", "atol", "gradient", "why"}
SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def load(path: Path) -> list[Case]:
    """The cases of a file. Raises `UserError`."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"case file {path}: {error.strerror}") from None
    except ValueError as error:
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
    if not isinstance(row.get("id"), str) or not row["id"]:
        raise UserError(f"{where}: id is {row.get('id')!r}; it must be a name")
    where = where.rpartition(", case ")[0] + f", case {row['id']!r}"
    if unknown := sorted(row.keys() - CASE_KEYS):
        raise UserError(f"{where} has an unknown key {unknown[0]!r}; known: {', '.join(sorted(CASE_KEYS))}")
    if row.get("op") not in operators():
        raise UserError(f"{where}: unknown operator {row.get('op')!r}; choose from: {', '.join(operators())}")
    operator = operators()[row["op"]]
    attrs, inputs, expected = (_mapping(row, key, where) for key in ("attrs", "inputs", "expected"))
    for key in ("rtol", "atol"):
        value = row.get(key, 0.0)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < math.inf:
            raise UserError(f"{where}: {key} is {value!r}; it must be a number from 0 on")
    if not isinstance(row.get("gradient", True), bool):
        raise UserError(f"{where}: gradient is {row['gradient']!r}; it must be true or false")
    try:
        complete = operator.complete(attrs)
        operator.check_inputs(inputs)
    except BadCase as error:
        raise UserError(f"{where}: {error}") from None
    if unknown := sorted(expected.keys() - set(operator.outputs)):
        raise UserError(f"{where}: {operator.name} has no output {unknown[0]!r}; it has: {', '.join(operator.outputs)}")
    arrays = {
        name: _array(inputs[name], f"{where}, input {name!r}", folder) for name in operator.inputs if name in inputs
    }
    stated = {name: _array(value, f"{where}, expected {name!r}", folder) for name, value in expected.items()}
    return Case(
        row["id"],
        operator.name,
        complete,
        arrays,
        str(row.get("why", "")),
        gradient=row.get("gradient", True),
        expected=stated,
        rtol=float(row.get("rtol", 0.0)),
        atol=float(row.get("atol", 0.0)),
    )


def _mapping(row: Mapping, key: str, where: str) -> dict:
    value = row.get(key, {})
    if not isinstance(value, dict):
        raise UserError(f"{where}: {key} is {value!r:.60}; it must be an object")
    return value


def _array(value: Any, where: str, folder: Path) -> np.ndarray:
    if not isinstance(value, dict):
        raise UserError(f"{where} is {value!r:.60}; it must be an object with 'dtype', 'shape' and 'data', or 'file'")
    if "file" in value:
        return _from_file(value["file"], where, folder)
    dtype, shape, data = value.get("dtype"), value.get("shape"), value.get("data")
    if dtype not in DTYPES:
        raise UserError(f"{where}: unknown dtype {dtype!r}; choose from: {', '.join(DTYPES)}")
    if not isinstance(shape, list) or not all(isinstance(size, int) and size >= 0 for size in shape):
        raise UserError(f"{where}: shape is {shape!r}; it must be a list of sizes")
    if not isinstance(data, list) or len(data) != math.prod(shape):
        found = f"{len(data)} values" if isinstance(data, list) else repr(data)[:60]
        raise UserError(f"{where}: data has {found}; shape {shape} needs {math.prod(shape)}, flat in C order")
    numbers = [SPECIAL.get(number, number) if isinstance(number, str) else number for number in data]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise UserError(f'{where}: {number!r} is no number; write numbers, or "nan", "inf", "-inf"')
    try:
        with np.errstate(all="ignore"):
            return (
                np.array(numbers, np.float64 if dtype_of(dtype).kind not in "iu" else None)
                .astype(dtype_of(dtype))
                .reshape(shape)
            )
    except (OverflowError, ValueError) as error:
        raise UserError(f"{where}: the data do not fit {dtype}: {error}") from None


def _from_file(name: Any, where: str, folder: Path) -> np.ndarray:
    """An `.npy` file beside the case file; nothing outside that folder is opened, nothing is unpickled."""
    if not isinstance(name, str):
        raise UserError(f"{where}: file is {name!r}; it must be the name of an .npy file")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise UserError(f"{where}: file {name!r} lies outside the folder of the case file; put it beside it")
    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise UserError(f"{where}: file {name!r}: {error.strerror or error}") from None
    except (ValueError, EOFError):
        raise UserError(
            f"{where}: file {name!r} is no plain .npy array; save it with numpy.save(..., allow_pickle=False)"
        ) from None
    if not isinstance(array, np.ndarray) or array.dtype.name not in DTYPES:
        found = getattr(array, "dtype", type(array).__name__)
        raise UserError(f"{where}: file {name!r} holds {found}; known dtypes: {', '.join(DTYPES)}")
    return array
