"""The command `history`: stored runs appended to history.jsonl, a scoreboard, since when each difference is there."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reports import over_time, run_folder
from reports.facts import history as facts
from reports.facts.text import clean, counted
from reports.manifest import append, replace
from reports.write import add
from spec.errors import UserError, shown

NAME = "history.jsonl"
DAMAGED = "the file is damaged: move it away, and name the runs again"


def keep(folders: Sequence[Path], out: Path, page: Path | None = None) -> int:
    """Append what the runs left, write history.html beside it, and, with `page`, show it in that run's page.

    Raises `UserError` for a folder without a finished run, and for a history that cannot be read or written.
    """
    new = [line for folder in folders for line in _of_run(folder)]
    path = out / NAME
    found = _read(path)
    before = {facts.key(line) for line in found}
    added = []
    for line in new:
        if facts.key(line) not in before:
            before.add(facts.key(line))
            added.append(line)
    if not found and not added:
        raise UserError(f"there is nothing in {path} and no run is named; name the folders of stored runs")
    try:
        data = facts.build([*found, *added])
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        what = f"{type(error).__name__} {shown(str(error))}"
        raise UserError(f"{path}: a line lacks something ({what}); {DAMAGED}") from error
    _append(path, added)
    try:
        replace(out / "history.html", over_time.html(data).encode())
    except OSError as error:
        raise UserError(f"--out {out} cannot be written: {error.strerror}; name another folder") from None
    if page:
        add(page, "history", data)
    for sentence in over_time.text(data):
        click.echo(sentence)
    runs = sum("backend" in line for line in added)
    click.echo(f"{counted(runs, 'backend')} of these runs added to {path}; page: {out / 'history.html'}")
    return 0


def _of_run(folder: Path) -> list[dict[str, Any]]:
    with run_folder.reading(folder):
        return list(facts.lines(run_folder.summary(folder), list(run_folder.rows(folder)), folder.name))


def _read(path: Path) -> list[dict[str, Any]]:
    """The lines so far; a last one that was cut off is left out. Raises `UserError`."""
    if not path.exists():
        return []
    found, lines = [], path.read_bytes().splitlines()
    for number, text in enumerate(lines):
        try:
            line = json.loads(text)
            if line["schema_version"] != facts.SCHEMA_VERSION:
                version = shown(line["schema_version"])
                this = f"this version reads {facts.SCHEMA_VERSION}"
                raise UserError(f"{path}: line {number + 1} has schema_version {version}; {this}")
            found.append(clean(line))
        except (ValueError, LookupError, TypeError):
            if number < len(lines) - 1:
                raise UserError(f"{path}: line {number + 1} is no line of a history; {DAMAGED}") from None
    return found


def _append(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not (before := path.read_bytes()).endswith(b"\n"):
            os.truncate(path, before.rfind(b"\n") + 1)  # the line that was cut off
        with append(path) as file:
            file.write("".join(json.dumps(run_folder.all_finite(line)) + "\n" for line in lines).encode())
    except OSError as error:
        raise UserError(f"--out {path.parent} cannot be written: {error.strerror}; name another folder") from None
