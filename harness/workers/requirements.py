"""What an environment must hold (`requirements.txt` beside the adapter, `tox.ini`), and what it does hold.

The first line of a `requirements.txt` is the framework. Where it has wheels for some systems only, the lines at the top
carry environment markers, one line for each name that it has:

    tensorflow-cpu==2.21.0; sys_platform == "linux" and platform_machine == "x86_64"
    tensorflow==2.21.0; sys_platform == "darwin" and platform_machine == "arm64"

Where none of them applies, the framework cannot be had on this system.
"""

import configparser
import hashlib
import itertools
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.workers import backends
from harness.workers.backends import Backend

# What tox.ini says of an environment without changing what it holds.
NOT_HELD = ("base_python", "commands", "description")


def listed(backend: Backend) -> list[Requirement]:
    """The pins of its requirements.txt, for all systems. Raises `InvalidRequirement`."""
    return [Requirement(line) for line in _lines(backend) if "==" in line and not line.startswith("-")]


def pinned(backend: Backend) -> list[Requirement]:
    """The packages that the environment must hold on this system."""
    return [one for one in listed(backend) if applies(one)]


def applies(requirement: Requirement) -> bool:
    """Whether the line is meant for this system."""
    return requirement.marker is None or requirement.marker.evaluate()


def names(backend: Backend) -> list[Requirement]:
    """The lines that name the framework: those at the top with markers, or else the first."""
    lines = listed(backend)
    return list(itertools.takewhile(lambda one: one.marker, lines)) or lines[:1]


def unavailable(backend: Backend) -> str:
    """Why this system cannot have the framework in its pinned version; "" where it can."""
    if backend.version or any(map(applies, names(backend))):
        return ""
    wheels = " or ".join(f"{one.name} {str(one.specifier).lstrip('=')}" for one in names(backend))
    return f"no wheel of {wheels} works on {platform.system()}, {platform.machine()}"


def text(backend: Backend) -> str:
    """The requirements, as pip reads them. Of another version only the framework is pinned: pip finds the rest."""
    if not backend.version:
        return "\n".join(_lines(backend)) + "\n"
    named = names(backend)
    framework = next(filter(applies, named), named[0])
    others = [one.name for one in listed(backend)[len(named) :] if applies(one)]
    return "\n".join([f"{framework.name}=={backend.version}", *others]) + "\n"


def _lines(backend: Backend) -> list[str]:
    """The requirements.txt without comments and empty lines."""
    lines = (backend.folder / "requirements.txt").read_text().splitlines()
    return [line for line in (one.partition("#")[0].strip() for one in lines) if line]


def digest(backend: Backend) -> str:
    """What the environment is made from: its requirements, and what tox.ini says of it and of no other."""
    made = {key: value for key, value in settings(backend).items() if key not in NOT_HELD}
    return hashlib.sha256(f"{text(backend)}{sorted(made.items())}".encode()).hexdigest()


def settings(backend: Backend) -> dict[str, str]:
    """What tox.ini says of the environment, as it is written there; empty where it cannot be read."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string((backends.ROOT / "tox.ini").read_text())
    except (OSError, configparser.Error):  # tox itself says what is wrong with the file
        return {}
    sections = [parser[name] for name in ("testenv", f"testenv:{backend.folder.name}") if name in parser]
    return {key: " ".join(value.split()) for section in sections for key, value in section.items()}


def pythons(backend: Backend) -> list[str]:
    """The versions of Python that tox.ini lists for the framework ("3.13"), in the order in which they are looked for.

    Newest first, but before all others the one that the harness runs on, if the framework supports it: it is there,
    it works, and whoever made the harness's own environment chose it.
    """
    words = settings(backend).get("base_python", "").replace(",", " ").split()
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    return sorted((word.removeprefix("python") for word in words), key=lambda version: version != own)


def site(python: Path) -> Path | None:
    """The folder of the packages of a virtual environment, by its interpreter; None where there is none."""
    return next(iter(sorted(python.parent.parent.glob("lib/python3*/site-packages"))), None)


def version(python: Path) -> str:
    """The version of Python of a virtual environment, from its pyvenv.cfg; "?" where that does not say it."""
    try:
        lines = [line.partition("=") for line in (python.parent.parent / "pyvenv.cfg").read_text().splitlines()]
    except OSError:
        return "?"
    said = {key.strip(): value.strip() for key, _, value in lines}
    return said.get("version_info", said.get("version", "?")).partition(".final")[0]


def contents(python: Path) -> list[str]:
    """What lies in the folder of packages: modules, and NAME-VERSION.dist-info of each distribution."""
    folder = site(python)
    return sorted(name for name in os.listdir(folder) if name != "__pycache__") if folder else []


def installed(python: Path) -> dict[str, str]:
    """The distributions of a virtual environment: normalized name -> version. Starts no process."""
    found = (
        name.removesuffix(".dist-info").rpartition("-") for name in contents(python) if name.endswith(".dist-info")
    )
    return {canonicalize_name(name): version for name, _, version in found}


def differing(backend: Backend, python: Path) -> list[str]:
    """The pins that the environment does not keep to: "numpy==2.4.6 (found 1.26.4)", "ml_dtypes==0.5.4 (missing)"."""
    if backend.version:
        return []
    found = installed(python)
    versions = [(pin, found.get(canonicalize_name(pin.name), "")) for pin in pinned(backend)]
    return [
        f"{pin.name}{pin.specifier} ({f'found {version}' if version else 'missing'})"
        for pin, version in versions
        if not version or not pin.specifier.contains(version, prereleases=True)
    ]


# Asks an interpreter for what is installed, without importing any framework.
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


def probe(backend: Backend, pins: list[Requirement]) -> dict[str, str]:
    """The versions that any interpreter really has, asked of it; empty where it does not run."""
    command = [str(backend.python), "-c", PROBE, *(pin.name for pin in pins)]
    try:
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}
