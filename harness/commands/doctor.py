"""The command `doctor`: which environments exist, which versions they hold, what is missing."""

import importlib.metadata
import sys
from pathlib import Path

from packaging.utils import canonicalize_name
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.workers import backends, environments, requirements, tox


def examine() -> int:
    """Print a line for each backend; returns 1 if an environment is missing, outdated or lacks a package.

    A framework that this system cannot have is told, and does not count.
    """
    console = Console()
    table = Table("backend", "environment", "python", "packages")
    complete = True
    for backend in backends.select(()):
        located = environments.locate(backend)
        if located.python:
            table.add_row(backend.name, "ready", *_holds(backend, located.python))
        elif lacking := requirements.unavailable(backend):
            table.add_row(backend.name, Text("cannot be had here", style="dim"), "", Text(lacking, style="dim"))
        else:
            complete = False
            folder = tox.folder(backend)
            python = folder / "bin" / "python"
            if (folder / "bin").exists():
                state, holds = "outdated", _holds(backend, python)
            else:
                state, holds = "missing", ("", Text(", ".join(map(str, requirements.pinned(backend)))))
            table.add_row(backend.name, Text(f"{state}; a run builds it", style="yellow"), *holds)
    console.print(table)
    own = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("tox", "execnet", "numpy"))
    console.print(f"harness: Python {sys.version.split()[0]}, {own}")
    return 0 if complete else 1


def _holds(backend: backends.Backend, python: Path) -> tuple[str, Text]:
    """An environment's version of Python, and the packages that it holds of those that it should."""
    found = requirements.installed(python)
    names = [pin.name for pin in requirements.pinned(backend) if canonicalize_name(pin.name) in found]
    packages = Text(", ".join(f"{name} {found[canonicalize_name(name)]}" for name in names))
    if wrong := requirements.differing(backend, python):
        packages.append(f"{'  ' if names else ''}not as pinned: {', '.join(wrong)}", style="red")
    return requirements.version(python), packages
