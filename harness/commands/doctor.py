"""The command `doctor`: which environments exist, which versions they hold, what is missing."""

import importlib.metadata
import json
import subprocess
import sys

from packaging.requirements import Requirement
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.workers import backends, environments

# Asks an environment's own interpreter for what is installed, without importing any framework.
PROBE = """
import importlib.metadata, json, sys
found = {"python": sys.version.split()[0]}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def examine() -> int:
    """Print a line for each backend; returns 1 if an environment is missing or lacks a package."""
    console = Console()
    table = Table("backend", "environment", "python", "packages")
    complete = True
    for backend in backends.select(()):
        located = environments.locate(backend)
        pinned = requirements(backend)
        if located.python is None:
            state = "outdated" if environments.folder(backend).exists() else "missing"
            missing = Text(f"{state}; a run builds it", style="yellow")
            table.add_row(backend.name, missing, "", ", ".join(map(str, pinned)))
            complete = False
            continue
        found = probe(located, pinned)
        wrong = [str(pin) for pin in pinned if not pin.specifier.contains(found.get(pin.name, "0"), prereleases=True)]
        complete = complete and not wrong
        packages = Text(", ".join(f"{name} {version}" for name, version in found.items() if name != "python"))
        if wrong:
            packages.append(f"  not as pinned: {', '.join(wrong)}", style="red")
        table.add_row(backend.name, "ready", found.get("python", "?"), packages)
    console.print(table)
    own = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("tox", "execnet", "numpy"))
    console.print(f"harness: Python {sys.version.split()[0]}, {own}")
    return 0 if complete else 1


def requirements(backend: backends.Backend) -> list[Requirement]:
    """The pinned packages of an environment."""
    lines = (backend.folder / "requirements.txt").read_text().splitlines()
    return [Requirement(line.partition("#")[0]) for line in lines if "==" in line]


def probe(backend: backends.Backend, pinned: list[Requirement]) -> dict[str, str]:
    """The versions that an environment really holds; empty where its interpreter does not run."""
    command = [str(backend.python), "-c", PROBE, *(pin.name for pin in pinned)]
    try:
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}
