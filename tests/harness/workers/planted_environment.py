"""The backend of the planted project, and what the script in the place of tox builds for it."""

from pathlib import Path

from harness.workers import environments
from harness.workers.backends import Backend


def planted(root: Path, **changes) -> Backend:
    return Backend("planted", root / "backends" / "planted" / "adapter.py", **changes)


PACKAGES = ".tox/planted/lib/python3.11/site-packages"


def silent(name: str, step: str) -> None:
    """Progress that nobody watches."""


def resolve(*backends: Backend) -> list[Backend]:
    return environments.resolve(backends, silent)
