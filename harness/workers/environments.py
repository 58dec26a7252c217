"""The environments: tox builds what is missing, and this remembers where the interpreters are.

`tox.ini` alone says what an environment holds. A stamp in each environment holds the digest of what it was
built from, so that a run whose environments are current does not even start tox.
"""

import concurrent.futures
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from harness.workers.backends import ROOT, Backend

STAMP = "convparity.json"

Progress = Callable[[str, str], None]  # (environment, step)


def resolve(backends: Iterable[Backend], progress: Progress) -> list[Backend]:
    """The backends with their interpreters, built first where missing (two at a time).

    A backend whose environment cannot be built comes back with its `problem` set.
    """
    known = [locate(backend) for backend in backends]
    missing = [backend for backend in known if backend.python is None]
    if not missing:
        return known
    # Variants share an environment: each is built once, under the first backend that needs it.
    needed = {folder(backend): backend for backend in reversed(missing)}
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        built = dict(zip(needed, pool.map(lambda backend: build(backend, progress), needed.values())))
    return [_as(built[folder(backend)], backend) if backend in missing else backend for backend in known]


def _as(built: Backend, backend: Backend) -> Backend:
    return replace(backend, python=built.python, problem=built.problem)


def locate(backend: Backend) -> Backend:
    """The backend with its interpreter if its environment is there and current."""
    if backend.python is not None:
        return backend
    try:
        stamp = json.loads((folder(backend) / STAMP).read_text())
        built_from, python = stamp["digest"], Path(stamp["python"])
    except (OSError, ValueError, LookupError, TypeError):  # no stamp, or one that was damaged
        return backend
    current = built_from == digest(backend) and python.exists()
    return replace(backend, python=python) if current else backend


def build(backend: Backend, progress: Progress) -> Backend:
    """Have tox build the environment; the last lines of its output become the `problem` if it fails."""
    progress(backend.name, "asking tox for the environment")
    command = [*_tox("run", backend), "--notest", "-vv", "--skip-missing-interpreters=false"]
    lines: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line.strip())
            if step := _step(line):
                progress(backend.name, step)
    if process.returncode:
        return replace(backend, problem=_reason(lines))
    python = _interpreter(backend)
    stamp = {"digest": digest(backend), "python": str(python)}
    (folder(backend) / STAMP).write_text(json.dumps(stamp))
    progress(backend.name, "ready")
    return replace(backend, python=python)


def folder(backend: Backend) -> Path:
    """Where tox keeps the environment; variants share it, another version has its own."""
    return _work(backend) / backend.folder.name


def _work(backend: Backend) -> Path:
    """The folder of environments that the backend's is in."""
    return ROOT / ".tox" / f"{backend.folder.name}@{backend.version}" if backend.version else ROOT / ".tox"


def _tox(command: str, backend: Backend) -> list[str]:
    """The start of a call of tox; for another version than the pinned one, with other requirements."""
    call = [sys.executable, "-m", "tox", command, "-e", backend.folder.name, "--workdir", str(_work(backend))]
    if not backend.version:
        return call
    path = _work(backend) / "requirements.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(requirements(backend))
    return [*call, "-x", f"testenv.deps=-r {path}"]


def requirements(backend: Backend) -> str:
    """What the environment holds. Of another version only the framework itself is pinned: pip finds the rest."""
    lines = (backend.folder / "requirements.txt").read_text().splitlines()
    if not backend.version:
        return "\n".join(lines)
    first, *others = (line.partition("==")[0] for line in lines if "==" in line)
    return "\n".join([f"{first}=={backend.version}", *others]) + "\n"


def digest(backend: Backend) -> str:
    """What the environment is built from: its requirements and tox.ini."""
    return hashlib.sha256(requirements(backend).encode() + (ROOT / "tox.ini").read_bytes()).hexdigest()


def _interpreter(backend: Backend) -> Path:
    command = [*_tox("config", backend), "-k", "env_python"]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("env_python"))
    return Path(line.partition("=")[2].strip())


def _step(line: str) -> str:
    """A line of tox or pip in a few words, "" where it tells a user nothing."""
    words = line.strip()
    for prefix in ("Collecting ", "Downloading ", "Building wheel", "Installing collected packages"):
        if words.startswith(prefix):
            return words.partition(" from ")[0].partition(" (from")[0][:70]
    return "creating the environment" if "create virtual environment" in words else ""


def _reason(lines: list[str]) -> str:
    """Why tox failed, in one line: pip's error if there is one, else tox's last word."""
    if any("environments not found" in line for line in lines):
        return "tox.ini does not know it; add it to env_list there"
    telling = [line for line in lines if line.startswith("ERROR") or "could not find python" in line]
    return (telling or [line for line in lines if line] or ["tox said nothing"])[-1]
