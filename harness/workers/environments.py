"""The environments: tox builds what is missing, and this remembers where the interpreters are.

A stamp in each environment says what it was made from and what lay in its folder of packages then. A run whose
environments are as their stamps say starts neither tox nor any interpreter to find that out.
"""

import concurrent.futures
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from filelock import AcquireReturnProxy, FileLock, Timeout
from packaging.requirements import InvalidRequirement

from harness.workers import requirements, tox
from harness.workers.backends import Backend

STAMP = "convparity.json"

Progress = Callable[[str, str], None]  # (environment, step)


def resolve(backends: Iterable[Backend], progress: Progress) -> list[Backend]:
    """The backends with their interpreters, built first where missing (two at a time).

    A backend whose environment cannot be had comes back with its `problem` set, and as `unavailable` if that is so of
    this system, whatever one does.
    """
    known = [locate(backend) for backend in backends]
    missing = [backend for backend in known if backend.python is None]
    if not missing:
        return known
    # Variants share an environment: each is built once, under the first backend that needs it.
    needed = {tox.folder(backend): backend for backend in reversed(missing)}
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        built = dict(zip(needed, pool.map(lambda backend: build(backend, progress), needed.values())))
    found = [_as(built[tox.folder(backend)], backend) if backend in missing else backend for backend in known]
    for backend in found:
        if backend.excused:
            progress(backend.name, f"cannot be had here: {backend.problem}")
    return found


def _as(built: Backend, backend: Backend) -> Backend:
    return replace(backend, python=built.python, problem=built.problem, unavailable=built.unavailable)


def locate(backend: Backend) -> Backend:
    """The backend with its interpreter if its environment is there, current and complete. Starts no process."""
    if backend.python is not None:
        return backend
    try:
        stamp = json.loads((tox.folder(backend) / STAMP).read_text())
        made_from, python, held = stamp["digest"], Path(stamp["python"]), set(stamp["contents"])
        current = made_from == requirements.digest(backend) and os.access(python, os.X_OK)
        current = current and held <= set(requirements.contents(python)) and not requirements.differing(backend, python)
    except (OSError, ValueError, LookupError, TypeError):  # no stamp, or one that was damaged
        return backend
    return replace(backend, python=python) if current else backend


def build(backend: Backend, progress: Progress) -> Backend:
    """Have the environment built, unless another process just did; a failure is the `problem` of the backend."""
    try:
        if lacking := requirements.unavailable(backend):
            return replace(backend, problem=lacking, unavailable=True)
        with _lock(backend, progress):
            if (found := locate(backend)).python:
                return found
            progress(backend.name, "asking tox for the environment")
            python = tox.build(backend, lambda step: progress(backend.name, step))
            _write_stamp(backend, python)
    except tox.BuildFailed as error:
        return replace(backend, problem=str(error), unavailable=isinstance(error, tox.NoPython))
    except InvalidRequirement as error:
        return replace(backend, problem=f"{backend.folder / 'requirements.txt'}: {' '.join(str(error).split())}")
    except OSError as error:
        return replace(backend, problem=f"{error.strerror}: {error.filename}")
    progress(backend.name, "ready")
    return replace(backend, python=python)


def _lock(backend: Backend, progress: Progress) -> AcquireReturnProxy:
    """Holds the lock of an environment, once another process that builds it has ended. Raises `OSError`."""
    place = tox.folder(backend)
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.with_name(f"{place.name}.lock"))
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        progress(backend.name, "waiting for another process that builds it")
        return lock.acquire()


def _write_stamp(backend: Backend, python: Path) -> None:
    """Remember the environment; in one step, so that nobody reads half a stamp."""
    stamp = {
        "digest": requirements.digest(backend),
        "python": str(python),
        "contents": requirements.contents(python),
    }
    path = tox.folder(backend) / STAMP
    path.with_suffix(".new").write_text(json.dumps(stamp))
    path.with_suffix(".new").replace(path)
