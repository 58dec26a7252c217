"""The scripts in `backends/*/repros/`: what their docstrings say of themselves.

A docstring ends with lines "name: value":

    Upstream     the issue, owner/name#number, or "none found"
    Shows as     AssertionError, or the signal that ends the process
    Needs        what else it imports, where the framework cannot be called without; left out for nothing
    Belongs to   "ledger ID", "question ID" or, where no case comes by the bug, "operator NAME"; left out where a
                 ledger entry has the name of the script
"""

import ast
import dataclasses
from pathlib import Path

from backends.known import Known
from harness.judging.ledger import entries
from harness.workers.backends import FOLDER, select

ROOT = FOLDER.parent
NONE_FOUND = "none found"
LEDGERS = {backend.name: known for backend in select(()) if (known := entries(backend))}


@dataclasses.dataclass(frozen=True)
class Repro:
    """A script, and the lines at the end of its docstring."""

    path: Path

    def __str__(self) -> str:
        return f"{self.framework}:{self.name}"

    @property
    def framework(self) -> str:
        return self.path.parent.parent.name

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def text(self) -> str:
        """The docstring without the lines at its end."""
        return self._docstring().rpartition("\n\n")[0]

    @property
    def says(self) -> dict[str, str]:
        """name -> value of the lines at the end."""
        lines = self._docstring().rpartition("\n\n")[2].splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def entry(self) -> Known | None:
        """The ledger entry that it shows: that of its own name, or the one it names."""
        kind, _, wanted = self.says.get("Belongs to", f"ledger {self.name}").partition(" ")
        known = LEDGERS.get(self.framework, ())
        return next((one for one in known if kind == "ledger" and one.id == wanted), None)

    def _docstring(self) -> str:
        return ast.get_docstring(ast.parse(self.path.read_text())) or ""


REPROS = [Repro(path) for path in sorted(FOLDER.glob("*/repros/*.py"))]
