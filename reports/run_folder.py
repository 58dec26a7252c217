"""The run folder: what a run writes as it goes, and what reports read.

run.json        schema_version, command, versions, hardware, times, counts, ...
results.jsonl   one line per (case, backend), written as results arrive
tensors/        .npz of inputs, outputs and truth of every case that did not pass, of what passed it, and of seeds
tables/         what the other commands found, a JSON file each
index.html      the report
manifest.jsonl  what was asked for, and which files are the run's own (`reports/manifest.py`)
"""

import contextlib
import errno
import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from reports import shape
from reports.manifest import LOCK, Manifest, append, replace
from spec.errors import UserError, shown

SCHEMA_VERSION = 1
DAMAGED = "the file is damaged: run again with --resume"
LONGEST_NAME = 200  # bytes of a file name that come from a case and a backend


class Folder:
    """A run folder that is being written, by one run at a time.

    `earlier` are the rows of the run that is resumed. Every error in writing is a `UserError` of one line, after
    which the run can be resumed.
    """

    def __init__(
        self,
        path: Path,
        choice: Mapping[str, Any] | None = None,
        resume: bool = False,
        keeps: Callable[[Mapping[str, Any]], bool] = lambda row: True,
    ) -> None:
        """Make the folder, or empty the one of an earlier run.

        With `resume` the rows of the earlier run stay that `keeps` accepts, if it was asked for the same `choice`.
        Raises `UserError` where another run is writing, and where the folder holds what no run wrote.
        """
        self.path, choice = path, dict(choice or {})
        with self._told("name another folder"):
            path.mkdir(parents=True, exist_ok=True)
            if strange := Manifest(path).strange():
                name = strange[0]
                raise UserError(f"--out {path} holds {name!r}, which is not of a run; name an empty or new folder")
            self.lock = filelock.FileLock(path / LOCK, blocking=False)
            self._own(path)
            self.manifest = Manifest(path)
            if resume:
                lost = not os.path.lexists(path / "results.jsonl")
                if lost and not self.manifest.choice:
                    raise UserError(f"--out {path} holds no stored run; leave --resume out")
                _compare(path, self.manifest.choice, choice)
                self.earlier = [] if lost else _once(row for row in readable(path) if keeps(row))
            else:
                self.manifest.clear()
                self.earlier = []
            self.manifest.begin(choice)
            (path / "tensors").mkdir(exist_ok=True)
            self._restore()
            self.results = append(self.manifest.claim("results.jsonl"))

    def _own(self, path: Path) -> None:
        """Take the lock. The system gives it back when the process ends, however that happens."""
        try:
            self.lock.acquire()
        except filelock.Timeout:
            raise UserError(f"--out {path} is being written by another run; wait, or name another folder") from None

    def _restore(self) -> None:
        """Write the earlier rows again, without those that are dropped and a last one that was cut off."""
        lines = b"".join(_line(row) for row in self.earlier)
        replace(self.manifest.claim("results.jsonl"), lines)

    @contextlib.contextmanager
    def _told(self, remedy: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.close()
            raise UserError(f"--out {self.path} cannot be written: {error.strerror}; {remedy}") from None
        except BaseException:
            self.close()
            raise

    def add(self, row: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        """Write the line of one result at once, and the arrays that are to be kept of it, if any."""
        if arrays:
            self.keep(row, arrays)
        line = _line(row)
        with self._told("make room, then go on with --resume"):
            if self.results.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def keep(self, row: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        """Write the arrays of a result."""
        plain: dict[str, Any] = {name: _plain(array) for name, array in arrays.items()}
        content = io.BytesIO()
        np.savez(content, **plain)
        with self._told("make room, then go on with --resume"):
            replace(self.manifest.claim(f"tensors/{tensors_file(row['case'], row['backend'])}"), content.getvalue())

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Write run.json."""
        text = json.dumps({"schema_version": SCHEMA_VERSION, **summary}, indent=1, allow_nan=False)
        with self._told("make room, then go on with --resume"):
            replace(self.manifest.claim("run.json"), text.encode() + b"\n")
        self.close()

    def close(self) -> None:
        """Let other runs write into the folder."""
        if hasattr(self, "results"):
            self.results.close()
        if hasattr(self, "lock"):
            self.lock.release()


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, allow_nan=False).encode() + b"\n"


def _compare(path: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise `UserError` where a run that is to be resumed was asked for something else."""
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            was, wanted = (json.dumps(one.get(name)) for one in (before, now))
            raise UserError(
                f"--out {path} holds a run with other choices ({name} was {was:.200}, and is {wanted:.200} now); "
                "choose the same, or leave --resume out"
            )


def tensors_file(case: str, backend: str) -> str:
    """The name of a result's file in `tensors/`: "__" for a slash, and a digest where another's could be the same."""
    name = f"{case}/{backend}"
    flat = name.replace("/", "__")
    if flat.replace("__", "/") != name or len(flat.encode()) > LONGEST_NAME:
        short = flat.encode()[:LONGEST_NAME].decode(errors="ignore")
        flat = f"{short}__{hashlib.sha1(name.encode()).hexdigest()[:8]}"
    return f"{flat}.npz"


def tensors(path: Path, row: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays that a run kept of a result: input_NAME, output_NAME, gradient_NAME, and truth_ before the last two.

    None where they cannot be read.
    """
    try:
        with np.load(path / "tensors" / tensors_file(row["case"], row["backend"]), allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError, zipfile.BadZipFile):
        return {}


def explaining(line: Mapping[str, Any]) -> list[str]:
    """The ids of the ledger entries that explain a line of results.jsonl."""
    return [line["ledger"], *line.get("ledger_more", ())] if line.get("ledger") else []


def framework(backend: str) -> str:
    """The framework of a row's backend: the name without version and variant."""
    return backend.partition(":")[0].partition("@")[0]


def processor(description: Mapping[str, Any]) -> str:
    """What a backend's description says of the processor, in a few words; "" where it says nothing.

    "x86_64 avx2 on avx512_bf16 (oneDNN avx2, XLA avx2)": the level in use, the processor's own where it is another
    one, and the parts.
    """
    found = description.get("processor")
    if not isinstance(found, Mapping) or not isinstance(found.get("parts"), Mapping):
        return ""
    parts = [f"{name} {part['level']}" for name, part in found["parts"].items() if part["level"] != "unknown"]
    own = f" on {found['machine']}" if found.get("machine", found["level"]) != found["level"] else ""
    return f"{found['architecture']} {found['level']}{own}" + (f" ({', '.join(parts)})" if parts else "")


def finite(value: float) -> float | str:
    """A number as JSON has it: infinities and NaN as strings."""
    return value if math.isfinite(value) else str(value)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a stored run; a last line that was cut off is left out. Raises `UserError`."""
    lines = _lines(path)
    for number, line in enumerate(lines):
        found = _row(line)
        if isinstance(found, dict):
            yield found
        elif number < len(lines) - 1:
            raise UserError(f"{path}/results.jsonl: line {number + 1} {found}; {DAMAGED}")


def readable(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a stored run that can be read; what was in the others is to be run again. Raises `UserError`."""
    return (row for row in map(_row, _lines(path)) if isinstance(row, dict))


def _lines(path: Path) -> list[bytes]:
    file = path / "results.jsonl"
    try:
        if file.exists() and not file.is_file():  # a pipe could keep its reader waiting for ever
            raise UserError(f"{file} is no regular file; remove it")
        return file.read_bytes().splitlines()
    except OSError:
        raise UserError(f"{path} holds no stored run (no results.jsonl); name the folder a run wrote") from None


def _row(line: bytes) -> dict[str, Any] | str:
    """A line of results.jsonl, or what is wrong with it."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(found, dict):
        return "is no object"
    return shape.wrong(found, shape.ROW, shape.OF_A_ROW) or found


def _once(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each result once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        found.setdefault((line["case"], line["backend"]), line)
    return list(found.values())


def sealed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with a checksum of all else in it, so that `is_sound` tells when something in it was changed."""
    return {**row, "check": _checksum(row)}


def is_sound(row: Mapping[str, Any]) -> bool:
    """Whether a row is as it was written."""
    return row.get("check") == _checksum({name: value for name, value in row.items() if name != "check"})


def _checksum(row: Mapping[str, Any]) -> str:
    return hashlib.sha1(json.dumps(row, sort_keys=True).encode()).hexdigest()[:8]


def summary(path: Path) -> dict[str, Any]:
    """run.json of a stored run. Raises `UserError`."""
    file = path / "run.json"
    try:
        if file.exists() and not file.is_file():
            raise UserError(f"{file} is no regular file; remove it")
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise UserError(f"{path} holds no finished run (no run.json); run again with --resume to finish it") from None
    except (ValueError, RecursionError):
        raise UserError(f"{file} is not JSON; {DAMAGED}") from None
    version = found.get("schema_version") if isinstance(found, dict) else None
    if isinstance(version, bool) or version != SCHEMA_VERSION:
        raise UserError(f"{path}: schema_version is {shown(version)}; this version reads {SCHEMA_VERSION}")
    if problem := shape.wrong(found, shape.SUMMARY, ("backends",)):
        raise UserError(f"{file}: {problem}; {DAMAGED}")
    return found


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """What is missing from a stored run where something reads it is a `UserError` too."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:  # a template raises errors of its own
        what = f"{type(error).__name__} {shown(str(error))}"
        raise UserError(f"{path}: run.json or results.jsonl lacks something ({what}); {DAMAGED}") from error


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
    text = json.dumps(all_finite(data), indent=1, allow_nan=False) + "\n"
    tables_folder(path)
    return Manifest(path).write(f"tables/{name}.json", text.encode())


def tables_folder(path: Path) -> Path:
    """The folder's `tables/`, made where it lacks: long work asks for it before it begins. Raises `UserError`."""
    folder = path / "tables"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {path} cannot be written: {error.strerror}; name another folder") from None
    return folder


def all_finite(data: Any) -> Any:
    """The data with `finite` applied to every number in it."""
    if isinstance(data, Mapping):
        return {key: all_finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [all_finite(value) for value in data]
    return finite(data) if isinstance(data, float) else data


def tables(path: Path) -> dict[str, Any]:
    """name -> what tables/NAME.json holds, for those that are there; None for one that cannot be read."""
    return {file.stem: _table(file) for file in sorted((path / "tables").glob("*.json"))}


def _table(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None


def _plain(array: np.ndarray) -> np.ndarray:
    """`.npz` knows no bfloat16: its values as float32."""
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array
