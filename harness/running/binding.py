"""What a stored result is bound to: its case, the specification, the judging, and the backend that computed it.

A row of results.jsonl keeps a digest of all that. `--resume` runs a case again whose digest is another now.
"""

import functools
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from harness.workers.backends import ROOT, Backend
from harness.workers.requirements import installed
from spec.core import Case


def digest(case: Case, backend: Backend) -> str:
    """What a result of this case on this backend depends on, in 16 hexadecimal digits."""
    mode = json.dumps(sorted(backend.environment.items()))
    runs = _of_backend(backend.name, backend.folder, backend.is_own, backend.python, mode)
    parts = _of_case(case), _of_sources(), runs
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def _of_case(case: Case) -> str:
    """Everything a case says, but for its id."""
    found = hashlib.sha256()
    plain = [case.op, dict(case.attrs), case.expect, case.tier, case.gradient, case.rtol, case.atol]
    plain += [dict(case.memory)] if case.memory else []
    found.update(json.dumps(plain, sort_keys=True, default=str).encode())
    cotangent = {} if case.canonical_cotangent is None else {"": case.canonical_cotangent}
    for arrays in (case.inputs, case.expected, case.expected_gradients, cotangent):
        for name, array in arrays.items():
            found.update(f"{name} {array.dtype} {array.shape} ".encode())
            found.update(np.ascontiguousarray(array).tobytes())
        found.update(b"|")
    return found.hexdigest()


@functools.cache
def _of_sources() -> str:
    """The specification and what judges by it."""
    return _of_files([*(ROOT / "spec").rglob("*.py"), *(ROOT / "harness" / "judging").glob("*.py")])


@functools.cache
def _sources_of(folder: Path, own: bool) -> str:
    """The files of a backend; of one outside the project those beside its adapter alone."""
    shared = (ROOT / "backends").glob("*.py")
    return _of_files([*(folder.rglob("*.py") if own else folder.glob("*.py")), *shared])


@functools.cache
def _of_backend(name: str, folder: Path, own: bool, python: Path | None, mode: str) -> str:
    """Its files, the mode it runs in, and the packages that its interpreter has."""
    packages = sorted(installed(python).items()) if python else []
    return _sources_of(folder, own) + json.dumps([name, str(python), packages, mode])


def _of_files(files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()
