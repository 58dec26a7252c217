"""The files that belong to a run folder, and the only ways in which they are written and deleted.

manifest.jsonl holds what the run was asked for, then a line for each file. A file that it does not name is somebody
else's: it is never deleted. Files are written under another name first and renamed, so that a reader never sees half
of one; a name that is a symbolic link is replaced, and what it points to is not touched.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from spec.errors import UserError

NAME = "manifest.jsonl"
LOCK = ".lock"
UNFINISHED = ".unfinished-"  # how a file begins that is being written


class Manifest:
    """The manifest of a folder: `files` are paths from the folder, `choice` is what its run was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lines = _lines(folder / NAME)
        self.files = {line["file"] for line in lines if _is_inside(line.get("file"))}
        self.choice: dict[str, Any] = next(
            (line["choice"] for line in lines if isinstance(line.get("choice"), dict)), {}
        )

    def begin(self, choice: Mapping[str, Any]) -> None:
        """Write the manifest anew, for a run that is asked for this. Raises `OSError`."""
        self.choice = dict(choice)
        lines = [{"choice": self.choice}, *({"file": name} for name in sorted(self.files))]
        replace(self.folder / NAME, b"".join(json.dumps(line).encode() + b"\n" for line in lines))

    def claim(self, name: str) -> Path:
        """The path of a file of the folder, which the manifest names from now on. Raises `OSError`, `UserError`."""
        path = self.folder / name
        if path.parent != self.folder and path.parent.is_symlink():
            raise UserError(f"{path.parent} is a symbolic link, and nothing is written through one; remove it")
        path.parent.mkdir(parents=True, exist_ok=True)
        if name not in self.files:
            self.files.add(name)
            with append(self.folder / NAME) as file:
                file.write(json.dumps({"file": name}).encode() + b"\n")
        return path

    def write(self, name: str, content: bytes) -> Path:
        """Write a file of the folder, whole or not at all. Raises `UserError` where that is not possible.

        A file of that name that is not ours stays as it is; in a folder without a manifest all is taken for ours.
        """
        if name not in self.files and (self.folder / NAME).exists() and os.path.lexists(self.folder / name):
            raise UserError(f"{self.folder / name} was there before and is not of this run; move it away")
        try:
            path = self.claim(name)
            replace(path, content)
        except OSError as error:
            path = self.folder / name
            raise UserError(f"{path} cannot be written: {error.strerror}; make room, or name another folder") from None
        return path

    def strange(self) -> list[str]:
        """The entries of the folder that no run wrote, by name."""
        known = {PurePosixPath(name).parts[0] for name in self.files} | {NAME, LOCK}
        entries = [one for one in self.folder.iterdir() if one.name not in known]
        return sorted(one.name for one in entries if not (one.name.startswith(UNFINISHED) or _is_empty(one)))

    def clear(self) -> None:
        """Delete the files that it names, and folders that are empty then. Raises `OSError`."""
        inner = {(self.folder / name).parent for name in (*self.files, "tensors/any")} - {self.folder}
        for name in self.files:
            path = self.folder / name
            if path.parent == self.folder or not path.parent.is_symlink():
                path.unlink(missing_ok=True)
        for folder in inner:
            with contextlib.suppress(OSError):  # something in it is not ours
                folder.rmdir()
        for unfinished in [*self.folder.glob(f"{UNFINISHED}*"), *self.folder.glob(f"*/{UNFINISHED}*")]:
            unfinished.unlink(missing_ok=True)
        self.files.clear()


def replace(path: Path, content: bytes) -> None:
    """The content under this name, whatever was there. Raises `OSError`, and then nothing is changed."""
    unfinished = path.parent / f"{UNFINISHED}{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def append(path: Path):
    """The file, to write at its end; not through a symbolic link. Raises `OSError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags, 0o666), "ab", buffering=0)


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _is_inside(name: Any) -> bool:
    """Whether a manifest may name this file: a path from the folder that does not leave it."""
    if not isinstance(name, str) or not name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and len(path.parts) <= 2


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a manifest that can be read; one that was cut off names nothing."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return [line for line in found if isinstance(line, dict)]
