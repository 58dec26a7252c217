"""The run folder: what a run writes as it goes, and what reports read.

run.json        schema_version, command, versions, hardware, times, counts, ...
results.jsonl   one line per (case, backend), written as results arrive
tensors/        .npz of inputs and outputs of every case that did not pass
tables/         what the other commands found, a JSON file each
index.html      the report
"""

import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spec.errors import UserError

SCHEMA_VERSION = 1
LONGEST_NAME = 200  # bytes of a file name that come from a case and a backend
FILES = ("run.json", "results.jsonl", "tensors", "index.html", "report.md", "junit.xml", "tables")


class Folder:
    """A run folder that is being written."""

    def __init__(self, path: Path, resume: bool = False) -> None:
        """Make the folder, or empty the one of an earlier run. Raises `UserError` where it must not."""
        self.path = path
        try:
            if path.is_dir() and (strange := sorted(entry.name for entry in path.iterdir() if entry.name not in FILES)):
                raise UserError(
                    f"--out {path} holds {strange[0]!r}, which is not of a run; name an empty or new folder"
                )
            path.mkdir(parents=True, exist_ok=True)
            self.earlier = _resumed(path) if resume else []
            if not resume:
                _clear(path)
            (path / "tensors").mkdir(exist_ok=True)
            self.results = (path / "results.jsonl").open("a", encoding="utf-8")
        except OSError as error:
            raise UserError(f"--out {path} cannot be written: {error.strerror}; name another folder") from None

    def add(self, row: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        """Write the line of one result at once, and the arrays that are to be kept of it, if any."""
        self.results.write(json.dumps(row, allow_nan=False) + "\n")
        self.results.flush()
        if arrays:
            plain: dict[str, Any] = {name: _plain(array) for name, array in arrays.items()}
            np.savez(self.path / "tensors" / tensors_file(row["case"], row["backend"]), **plain)

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Write run.json."""
        self.results.close()
        text = json.dumps({"schema_version": SCHEMA_VERSION, **summary}, indent=1, allow_nan=False)
        (self.path / "run.json").write_text(text + "\n", encoding="utf-8")


def tensors_file(case: str, backend: str) -> str:
    """The name of a result's file in `tensors/`: "__" for a slash, and a digest where another's could be the same."""
    name = f"{case}/{backend}"
    flat = name.replace("/", "__")
    if flat.replace("__", "/") != name or len(flat.encode()) > LONGEST_NAME:
        short = flat.encode()[:LONGEST_NAME].decode(errors="ignore")
        flat = f"{short}__{hashlib.sha1(name.encode()).hexdigest()[:8]}"
    return f"{flat}.npz"


def explaining(line: Mapping[str, Any]) -> list[str]:
    """The ids of the ledger entries that explain a line of results.jsonl."""
    return [line["ledger"], *line.get("ledger_more", ())] if line.get("ledger") else []


def framework(backend: str) -> str:
    """The framework of a row's backend: the name without version and variant."""
    return backend.partition(":")[0].partition("@")[0]


def processor(description: Mapping[str, Any]) -> str:
    """What a backend's description says of the processor, in a few words; "" where it says nothing."""
    found = description.get("processor")
    if not isinstance(found, Mapping) or not isinstance(found.get("parts"), Mapping):
        return ""
    parts = [f"{name} {part['level']}" for name, part in found["parts"].items() if part["level"] != "unknown"]
    return f"{found['architecture']} {found['level']}" + (f" ({', '.join(parts)})" if parts else "")


def finite(value: float) -> float | str:
    """A number as JSON has it: infinities and NaN as strings."""
    return value if math.isfinite(value) else str(value)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a stored run; a last line that was cut off is left out. Raises `UserError`."""
    try:
        lines = (path / "results.jsonl").read_bytes().splitlines()
    except OSError:
        raise UserError(f"{path} holds no stored run (no results.jsonl); name the folder a run wrote") from None
    for number, line in enumerate(lines):
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if isinstance(found, dict):
            yield found
        elif number < len(lines) - 1:
            raise UserError(f"{path}/results.jsonl: line {number + 1} is not JSON; the file is damaged")


def summary(path: Path) -> dict[str, Any]:
    """run.json of a stored run. Raises `UserError`."""
    try:
        found = json.loads((path / "run.json").read_text(encoding="utf-8"))
    except OSError:
        raise UserError(f"{path} holds no finished run (no run.json); run again with --resume to finish it") from None
    except ValueError:
        raise UserError(f"{path}/run.json is not JSON; the file is damaged") from None
    version = found.get("schema_version") if isinstance(found, dict) else None
    if version != SCHEMA_VERSION:
        raise UserError(f"{path}: schema_version is {version!r}; this version reads {SCHEMA_VERSION}")
    return found


def lacking(run: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> str:
    """What is wrong where results.jsonl does not hold the number of results that run.json counts; "" where it does."""
    held = len({(line["case"], line["backend"]) for line in lines})
    counted = run.get("results")
    if counted == held:
        return ""
    return f"run.json counts {counted!r:.20} results, results.jsonl holds {held}; run again with --resume to finish it"


def add_table(path: Path, name: str, data: Mapping[str, Any]) -> Path:
    """Write tables/NAME.json: what another command found, beside a run or without one. Raises `UserError`.

    Infinities and NaN become strings, as in the rows of a run.
    """
    text = json.dumps(_finite(data), indent=1, allow_nan=False) + "\n"
    file = tables_folder(path) / f"{name}.json"
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}; name another folder") from None
    return file


def tables_folder(path: Path) -> Path:
    """The folder's `tables/`, made where it lacks: long work asks for it before it begins. Raises `UserError`."""
    folder = path / "tables"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {path} cannot be written: {error.strerror}; name another folder") from None
    return folder


def _finite(data: Any) -> Any:
    """The data with `finite` applied to every number in it."""
    if isinstance(data, Mapping):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return finite(data) if isinstance(data, float) else data


def tables(path: Path) -> dict[str, Any]:
    """name -> what tables/NAME.json holds, for those that are there. Raises `UserError`."""
    found = {}
    for file in sorted((path / "tables").glob("*.json")):
        try:
            found[file.stem] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise UserError(f"{file} cannot be read; run the command {file.stem} again") from None
    return found


def _resumed(path: Path) -> list[dict[str, Any]]:
    """The rows of a run that was cut off; a line that was cut in two is taken away, and nothing else touched."""
    file = path / "results.jsonl"
    count = len(list(rows(path)))  # a damaged file stays as it is
    lines = file.read_bytes().splitlines(keepends=True)[:count]
    os.truncate(file, sum(len(line) for line in lines if line.endswith(b"\n")))
    return list(rows(path))


def _clear(path: Path) -> None:
    for name in FILES:
        target = path / name
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)


def _plain(array: np.ndarray) -> np.ndarray:
    """`.npz` knows no bfloat16: its values as float32."""
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array
