"""Which backends there are: the folders of `backends/`, and adapters named on the command line."""

import dataclasses
import functools
import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path

from harness.workers import held
from spec.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "backends"


@dataclasses.dataclass(frozen=True)
class Backend:
    """A backend: its adapter, the interpreter that runs it, and environment variables for its worker.

    `python` is None as long as its environment is not there; `problem` says why it cannot be had, and `unavailable`
    that this system cannot have it at all: no wheel, or no interpreter that the framework supports. `named` is one
    that the user asked for by name. `version` is that of the framework where it is not the pinned one, `variant` the
    mode where it is not the default, `processor` what it is held to.
    """

    name: str
    adapter: Path
    python: Path | None = None
    problem: str = ""
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    version: str = ""
    variant: str = ""
    processor: str = ""
    unavailable: bool = False
    named: bool = False

    @property
    def excused(self) -> bool:
        """Whether that it cannot be run is told and no failure: this system cannot have it, and nobody asked for it."""
        return self.unavailable and not self.named

    @property
    def folder(self) -> Path:
        """Where the adapter lies, and its ledger and conventions beside it."""
        return self.adapter.parent

    def files(self, name: str) -> list[Path]:
        """The files of a subject beside the adapter (a ledger, say): NAME.py, or those of the folder NAME."""
        return [*self.folder.glob(f"{name}.py"), *sorted(self.folder.glob(f"{name}/*.py"))]

    @property
    def is_own(self) -> bool:
        """Whether it is a folder of this project, whose environment is built for it."""
        return self.folder.parent == FOLDER


@functools.cache
def names() -> tuple[str, ...]:
    """The backends of this project, in the order of their names."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/adapter.py")))


def select(wanted: tuple[str, ...], processor: str = "") -> list[Backend]:
    """The backends meant by `--backend` values; all of the project's own for none.

    NAME                        the pinned version, as it runs by default
    NAME:VARIANT                the same in another mode, from `modes.py` beside its adapter
    NAME:PROCESSOR              held to a smaller instruction set: avx512, avx2 or sse; NAME:VARIANT:PROCESSOR is both
    NAME@VERSION                another version, in an environment of its own; NAME@VERSION:VARIANT is both
    NAME=path/to/adapter.py@/path/to/python
    NAME+ledger=...             the same, with the ledger beside it: Python code that runs in the harness itself

    With `processor` all are held to it that name none themselves. Raises `UserError` for an unknown name, variant or
    processor, for one that this machine does not have, for two of one name, and for a missing file.
    """
    found = [dataclasses.replace(_parse(text), named=bool(wanted)) for text in dict.fromkeys(wanted or names())]
    found = [hold(backend, processor) if processor and not backend.processor else backend for backend in found]
    for number, backend in enumerate(found):
        if backend.name in [other.name for other in found[:number]]:
            raise UserError(f"two backends are named {backend.name!r}; give each a name of its own")
    return found


def variants(name: str) -> Mapping[str, Mapping[str, str]]:
    """The modes of a backend: name -> environment variables of its worker."""
    module = load(FOLDER / name / "modes.py", f"modes_of_{name}")
    return module.VARIANTS if module else {}


def _parse(text: str) -> Backend:
    return _outside(text) if "=" in text else _own(text)


def _own(text: str) -> Backend:
    rest, *modes = text.split(":")
    name, at, version = rest.partition("@")
    processor = modes.pop() if modes and modes[-1] in held.LEVELS else ""
    variant = ":".join(modes)
    if name not in names():
        raise UserError(f"unknown backend {name!r}; choose from: {', '.join(names())}, or NAME=adapter.py@python")
    if at and not re.fullmatch(r"\d[\w.]*", version):
        raise UserError(f"backend {text!r}: {version!r} is no version; write {name}@1.2.3")
    if modes and variant not in variants(name):
        known = ", ".join(f"{name}:{one}" for one in (*variants(name), *held.LEVELS))
        raise UserError(f"unknown variant {text!r}; {name} has: {known}")
    environment = variants(name)[variant] if variant else {}
    own = f"{rest}:{variant}" if variant else rest
    found = Backend(own, FOLDER / name / "adapter.py", environment=environment, version=version, variant=variant)
    return hold(found, processor) if processor else found


def hold(backend: Backend, processor: str) -> Backend:
    """The backend held to a smaller instruction set, which its name then says. Raises `UserError`."""
    environment = {**backend.environment, **held.environment(processor)}
    name = f"{backend.name}:{processor}"
    return dataclasses.replace(backend, name=name, environment=environment, processor=processor)


def _outside(text: str) -> Backend:
    name, _, rest = text.partition("=")
    name, trusts, consent = name.partition("+ledger")
    name += consent
    adapter, at, python = rest.rpartition("@")
    if not re.fullmatch(r"[\w.-]+", name):
        raise UserError(f"backend {text!r}: {name!r} is no name; write letters, digits and . _ -")
    if not at:
        raise UserError(f"backend {text!r} names no interpreter; write NAME=path/to/adapter.py@/path/to/python")
    if not Path(adapter).is_file():
        raise UserError(f"backend {name!r}: there is no adapter file {adapter!r}")
    if not Path(python).is_file():
        raise UserError(f"backend {name!r}: there is no interpreter {python!r}")
    found = Backend(name, Path(adapter).resolve(), Path(python).absolute())
    if not trusts and (ledger := found.files("ledger")):
        raise UserError(
            f"backend {name!r}: {ledger[0]} is Python code that would run in this process; "
            f"write {name}+ledger=... to allow that, or move it away"
        )
    return found


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
