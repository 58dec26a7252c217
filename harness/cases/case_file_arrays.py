"""The arrays of a case file: written out as numbers, or an `.npy` file beside it.

Every mistake is a `UserError` of one line that begins with `where`, the place in the case file.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np

from spec import memory
from spec.attributes import is_whole
from spec.cases.sketches import dtype_of
from spec.errors import UserError, shown

DTYPES = ("float16", "bfloat16", "float32", "float64", "int8", "uint8", "int32", "int64")
KEYS = ("data", "dtype", "shape")
MOST_AXES = 32  # that an array may have, in NumPy before version 2
SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def read(value: Any, where: str, folder: Path, more: tuple[str, ...] = ()) -> np.ndarray:
    """The array of {"dtype", "shape", "data"} or {"file"}; files are looked for in `folder`. Raises `UserError`.

    `more` are keys that may stand beside these.
    """
    if not isinstance(value, dict):
        raise UserError(f"{where} is {shown(value)}; it must be an object with 'dtype', 'shape' and 'data', or 'file'")
    known = ("file",) if "file" in value else KEYS
    if unknown := sorted(value.keys() - {*known, *more}):
        beside = f"; beside them {', '.join(more)}" if more else ""
        raise UserError(f"{where} has an unknown key {shown(unknown[0])}; known: {', '.join(KEYS)}, or file{beside}")
    if "file" in value:
        return _from_file(value["file"], where, folder)
    dtype, shape, data = value.get("dtype"), value.get("shape"), value.get("data")
    if dtype not in DTYPES:
        raise UserError(f"{where}: unknown dtype {shown(dtype)}; choose from: {', '.join(DTYPES)}")
    if not isinstance(shape, list) or not all(is_whole(size) and 0 <= size < 2**63 for size in shape):
        raise UserError(f"{where}: shape is {shown(shape)}; it must be a list of sizes")
    if len(shape) > MOST_AXES:
        raise UserError(f"{where}: shape has {len(shape)} axes; an array may have {MOST_AXES} at most")
    if not isinstance(data, list) or len(data) != math.prod(shape):
        found = f"{len(data)} values" if isinstance(data, list) else shown(data)
        wanted = f"shape {shown(shape)} needs {shown(math.prod(shape))}"
        raise UserError(f"{where}: data has {found}; {wanted}, flat in C order")
    try:
        return _numbers(data, dtype_of(dtype), where).reshape(shape)
    except ValueError as error:
        raise UserError(f"{where}: shape {shown(shape)}: {error}") from None


def lies(value: dict[str, Any], array: np.ndarray, where: str) -> str:
    """How an input is to lie in memory; "" where nothing is said. Raises `UserError`."""
    word = value.get("memory", "contiguous")
    if not isinstance(word, str) or word not in memory.WORDS:
        raise UserError(f"{where}: memory is {shown(word)}; choose from: {', '.join(memory.WORDS)}")
    if not memory.fits(array, word):
        raise UserError(f"{where}: memory is {word!r}, which needs 4 axes, not {array.ndim}")
    return word if word != "contiguous" else ""


def _numbers(data: list, dtype: np.dtype, where: str) -> np.ndarray:
    """The numbers as an array with one axis; each must be a number, and one that the dtype can hold."""
    numbers: list[Any] = [SPECIAL.get(number, number) if isinstance(number, str) else number for number in data]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise UserError(f'{where}: {shown(number)} is no number; write numbers, or "nan", "inf", "-inf"')
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        fits = [float(one).is_integer() and limits.min <= one <= limits.max for one in map(_bounded, numbers)]
        array = np.array([int(number) if fit else 0 for number, fit in zip(numbers, fits)], dtype)
    else:
        with np.errstate(over="ignore"):
            array = np.array([float(_bounded(number)) for number in numbers], np.float64).astype(dtype)
        fits = [not infinite or abs(number) == math.inf for number, infinite in zip(numbers, np.isinf(array))]
    for number, fit in zip(numbers, fits):
        if not fit:
            raise UserError(f"{where}: {shown(number)} does not fit {dtype}")
    return array


def _bounded(number: float) -> float:
    """The number, or infinity for a whole number beyond all floats."""
    try:
        float(number)
    except OverflowError:
        return math.inf
    return number


def _from_file(name: Any, where: str, folder: Path) -> np.ndarray:
    """An `.npy` file beside the case file; nothing outside that folder is opened, nothing is unpickled."""
    if not isinstance(name, str):
        raise UserError(f"{where}: file is {shown(name)}; it must be the name of an .npy file")
    where = f"{where}: file {shown(name, 200)}"
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise UserError(f"{where} lies outside the folder of the case file; put it beside it")
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe could keep its reader waiting for ever
            raise UserError(f"{where} is no regular file; save it with numpy.save")
        with path.open("rb") as file:
            array = np.lib.format.read_array(file, allow_pickle=False)
    except OSError as error:
        raise UserError(f"{where}: {error.strerror or error}") from None
    except UserError:
        raise
    except Exception:  # NumPy's reader of headers raises what Python's own tokenizer does, and more
        raise UserError(f"{where} is no plain .npy array; save it with numpy.save(..., allow_pickle=False)") from None
    if array.dtype.name not in DTYPES:
        raise UserError(f"{where} holds {array.dtype}; known dtypes: {', '.join(DTYPES)}")
    return array.astype(array.dtype.newbyteorder("="), copy=False)
