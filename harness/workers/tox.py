"""How tox is asked for an environment, what it says while it works, and why it failed.

Where no interpreter is found that the framework supports, uv fetches one into `.tox/pythons`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from harness.workers import backends, requirements
from harness.workers.backends import Backend

# What tox says when its list of interpreters is exhausted.
NO_PYTHON = "could not find python interpreter"
# The last words of tox and pip, which say that something failed and not what.
EMPTY_WORDS = re.compile(
    r"evaluation failed|\S+: (FAIL|exit|skipped)\b|\S+: \d+ [A-Z] exit \d|ERROR: ResolutionImpossible"
)
LOGGED = re.compile(r"\S+: \d+ E (?:HandledError\| )?(?:failed with )?(.*?)(?: \[[\w/.]+:\d+\])?")


class BuildFailed(Exception):
    """Why an environment cannot be built, in one line."""


class NoPython(BuildFailed):
    """There is no interpreter that the framework supports, and none can be fetched."""


def build(backend: Backend, progress: Callable[[str], None]) -> Path:
    """Have tox build the environment anew; its interpreter. Raises `BuildFailed`."""
    try:
        _run(backend, progress)
    except NoPython as error:
        fetch(backend, progress, error)
        _run(backend, progress)
    return _interpreter(backend)


def _run(backend: Backend, progress: Callable[[str], None]) -> None:
    """One call of tox. Raises `BuildFailed`."""
    command = [*_command("run", backend), "--notest", "--recreate", "-vv", "--skip-missing-interpreters=false"]
    lines: list[str] = []
    with subprocess.Popen(
        command, cwd=backends.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line.rstrip())
            if words := step(line):
                progress(words)
    if process.returncode:
        raise (NoPython if any(NO_PYTHON in line for line in lines) else BuildFailed)(reason(lines))


def folder(backend: Backend) -> Path:
    """Where tox keeps the environment; variants share it, another version has its own."""
    return _work(backend) / backend.folder.name


def _work(backend: Backend) -> Path:
    """The folder of environments that the backend's is in."""
    work = backends.ROOT / ".tox"
    return work / f"{backend.folder.name}@{backend.version}" if backend.version else work


def _fetched() -> Path:
    """The folder of the interpreters that uv fetched."""
    return backends.ROOT / ".tox" / "pythons"


def _command(command: str, backend: Backend) -> list[str]:
    """The start of a call of tox; for another version than the pinned one, with other requirements."""
    name = backend.folder.name
    call = [sys.executable, "-m", "tox", command, "-e", name, "--workdir", str(_work(backend))]
    for python in sorted(_fetched().glob("*/bin/python3")):
        call += ["--discover", str(python)]
    if versions := requirements.pythons(backend):
        call += ["-x", f"testenv:{name}.base_python={','.join(f'python{version}' for version in versions)}"]
    if backend.version:
        path = _work(backend) / "requirements.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(requirements.text(backend))
        call += ["-x", f"testenv:{name}.deps=-r {path}"]
    return call


def _interpreter(backend: Backend) -> Path:
    command = [*_command("config", backend), "-k", "env_python"]
    output = subprocess.run(command, cwd=backends.ROOT, capture_output=True, text=True, check=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("env_python"))
    return Path(line.partition("=")[2].strip())


def fetch(backend: Backend, progress: Callable[[str], None], missing: NoPython) -> None:
    """Have uv fetch the best interpreter that the framework supports. Raises `NoPython` in one line."""
    versions = requirements.pythons(backend)
    if not versions:
        raise missing
    progress(f"fetching Python {versions[0]}")
    command = [sys.executable, "-m", "uv", "python", "install", "--no-bin", "--install-dir", str(_fetched())]
    quick = {"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "10", **os.environ}  # without a network, it says so at once
    call = subprocess.run([*command, versions[0]], cwd=backends.ROOT, env=quick, capture_output=True, text=True)
    if call.returncode:
        said = call.stderr.strip().splitlines() or ["uv said nothing"]
        raise NoPython(
            f"it needs Python {' or '.join(versions)}, which is not on PATH and could not be fetched"
            f" ({said[-1].strip().removeprefix('cause: ')}); install python{versions[0]}"
        )


def step(line: str) -> str:
    """A line of tox or pip in a few words, "" where it tells a user nothing."""
    words = line.strip()
    for prefix in ("Collecting ", "Downloading ", "Building wheel", "Installing collected packages"):
        if words.startswith(prefix):
            return words.partition(" from ")[0].partition(" (from")[0][:70]
    return "creating the environment" if "create virtual environment" in words else ""


def reason(lines: list[str]) -> str:
    """Why tox failed, in one line: pip's error if there is one, else tox's own, else its last line."""
    if any("environments not found" in line for line in lines):
        return "tox.ini does not know it; add it to env_list there"
    lines = [line for line in lines if line.strip() and not EMPTY_WORDS.match(line.strip())]
    if said := [line for line in lines if line.startswith("ERROR: ")]:
        return said[-1] + _conflict(lines) + _network(lines)
    if logged := [found[1] for line in lines if (found := LOGGED.fullmatch(line.strip()))]:
        return logged[-1]
    if raised := [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b.*:", line)]:
        return raised[-1]
    return lines[-1].strip() if lines else "tox said nothing"


def _conflict(lines: list[str]) -> str:
    """The requirements that exclude each other, as pip lists them."""
    start = next(
        (place for place, line in enumerate(lines) if line.startswith("The conflict is caused by")), len(lines)
    )
    named = [line.strip() for line in lines[start + 1 :]]
    until = next(
        (place for place, line in enumerate(named) if not re.search(r"requested|depends on", line)), len(named)
    )
    return f" {', '.join(named[:until])}" if named[:until] else ""


def _network(lines: list[str]) -> str:
    """That the index of packages did not answer, which pip's error hides."""
    broken = [line for line in lines if line.startswith("WARNING: Retrying ")]
    found = re.search(r"(?:: | )([^:'\"]+)\)?[\"']\)", broken[-1]) if broken else None
    return f" (the index of packages does not answer: {found[1].rstrip(')')})" if found else ""
