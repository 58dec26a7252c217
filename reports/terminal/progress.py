"""Progress on the terminal while environments are built and cases run."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextlib.contextmanager
def building() -> Iterator[Callable[[str, str], None]]:
    """Shows which environment is being built and at which step: a live line each, or plain lines to a file."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda name, step: print(f"{name}: {step}", file=sys.stderr, flush=True)
        return
    columns = TextColumn("[bold]{task.fields[name]:>12}"), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, Any] = {}

        def show(name: str, step: str) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(step, name=name, total=None)
            progress.update(tasks[name], description=step)

        yield show


@contextlib.contextmanager
def running(total: int) -> Iterator[Callable[[Any], None]]:
    """A bar over all results, with the failures so far."""
    columns = (
        TextColumn("running"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, note="")
        failed = 0

        def advance(result: Any) -> None:
            nonlocal failed
            failed += result.status in ("fail", "new")
            progress.update(
                task, advance=1, note=f"{result.backend} {'[red]' + str(failed) + ' failed' if failed else ''}"
            )

        yield advance
