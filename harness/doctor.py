"""The command `doctor`: which environments exist, which versions they hold, what is missing."""

import importlib.metadata
import json
import subprocess
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import backends, envs

# Asks an environment's own interpreter for what is installed, without importing any framework.
PROBE = """
import importlib.metadata as m, json, sys
wanted = [line.split("==")[0] for line in json.loads(sys.argv[1])]
found = {name: m.version(name) for name in wanted if any(d.metadata["Name"] == name for d in m.distributions())}
print(json.dumps({"python": sys.version.split()[0], **found}))
"""


def examine() -> int:
    """Print a line for each backend; returns 1 if an environment is missing or lacks a package."""
    console = Console()
    table = Table("backend", "environment", "python", "packages")
    complete = True
    for backend in backends.select(()):
        located = envs.locate(backend)
        pinned = requirements(backend)
        if located.python is None:
            state = "outdated" if envs.folder(backend).exists() else "missing"
            table.add_row(backend.name, Text(f"{state}; a run builds it", style="yellow"), "", ", ".join(pinned))
            complete = False
            continue
        found = probe(located, pinned)
        wrong = [pin for pin in pinned if found.get(pin.split("==")[0]) != pin.split("==")[1]]
        complete = complete and not wrong
        packages = Text(", ".join(f"{name} {version}" for name, version in found.items() if name != "python"))
        if wrong:
            packages.append(f"  not as pinned: {', '.join(wrong)}", style="red")
        table.add_row(backend.name, "ready", found.get("python", "?"), packages)
    console.print(table)
    own = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("tox", "execnet", "numpy"))
    console.print(f"harness: Python {sys.version.split()[0]}, {own}")
    return 0 if complete else 1


def requirements(backend: backends.Backend) -> list[str]:
    """The pinned packages of an environment, name==version."""
    lines = (backend.folder / "requirements.txt").read_text().splitlines()
    return [line.split("#")[0].strip() for line in lines if "==" in line]


def probe(backend: backends.Backend, pinned: list[str]) -> dict[str, str]:
    """The versions that an environment really holds; empty where its interpreter does not run."""
    command = [str(backend.python), "-c", PROBE, json.dumps(pinned)]
    try:
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}
