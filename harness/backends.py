"""Which backends there are: the folders of `backends/`, and adapters named on the command line."""

import dataclasses
import functools
import importlib.util
from collections.abc import Mapping
from pathlib import Path

from harness.errors import UserError

FOLDER = Path(__file__).resolve().parent.parent / "backends"


@dataclasses.dataclass(frozen=True)
class Backend:
    """A backend: its adapter, the interpreter that runs it, and environment variables for its worker.

    `python` is None as long as its environment is not there; `problem` says why it cannot be had.
    """

    name: str
    adapter: Path
    python: Path | None = None
    problem: str = ""
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the adapter lies, and its ledger and conventions beside it."""
        return self.adapter.parent

    @property
    def is_own(self) -> bool:
        """Whether it is a folder of this project, whose environment is built for it."""
        return self.folder.parent == FOLDER


@functools.cache
def names() -> tuple[str, ...]:
    """The backends of this project, in the order of their names."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/adapter.py")))


def select(wanted: tuple[str, ...]) -> list[Backend]:
    """The backends meant by `--backend` values: a name, or NAME=path/to/adapter.py@/path/to/python.

    All of the project's own for none. Raises `UserError` for an unknown name or a missing file.
    """
    return [_parse(text) for text in dict.fromkeys(wanted or names())]


def _parse(text: str) -> Backend:
    if "=" not in text:
        if text not in names():
            raise UserError(f"unknown backend {text!r}; choose from: {', '.join(names())}, or NAME=adapter.py@python")
        return Backend(text, FOLDER / text / "adapter.py")
    name, _, rest = text.partition("=")
    adapter, at, python = rest.rpartition("@")
    if not at:
        raise UserError(f"backend {text!r} names no interpreter; write NAME=path/to/adapter.py@/path/to/python")
    if not Path(adapter).is_file():
        raise UserError(f"backend {name!r}: there is no adapter file {adapter!r}")
    if not Path(python).is_file():
        raise UserError(f"backend {name!r}: there is no interpreter {python!r}")
    return Backend(name, Path(adapter).resolve(), Path(python).absolute())


def load(path: Path, name: str):
    """A Python file beside an adapter as a module (a ledger, say), or None where there is none."""
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
