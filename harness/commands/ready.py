"""How a command begins: its folder is made and its environments are built, before any work that takes long."""

from collections.abc import Sequence
from pathlib import Path

from harness.workers import environments
from harness.workers.backends import Backend
from reports import run_folder
from reports.terminal import progress


def ready(chosen: Sequence[Backend], out: Path | None = None) -> list[Backend]:
    """The backends with the interpreters of their environments, built where they are missing.

    `out` is the folder for the command's table. Raises `UserError` where it cannot be written.
    """
    if out is not None:
        run_folder.tables_folder(out)
    with progress.building() as tell:
        return environments.resolve(list(chosen), tell)
