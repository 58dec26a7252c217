"""The options that several commands have, and what a shell completes after them."""

import math
import os
import re
from collections.abc import Callable
from pathlib import Path

import click

OUT = Path("reports/out/latest")


class Seconds(click.FloatRange):
    """A time limit, which must be one that a clock can wait for: neither NaN nor infinite."""

    def convert(self, value, param, ctx):
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail("nan is no time", param, ctx)
        return seconds


class Size(click.ParamType):
    """Rows and columns: 224 or 224x320."""

    name = "size"

    def convert(self, value, param, ctx):
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?", value)
        if not found:
            self.fail(f"{value!r} is no size; write 224 or 224x320", param, ctx)
        return int(found[1]), int(found[2] or found[1])


def names_of(kind: str) -> Callable:
    """What completes an option: the names of all of a kind ("backends", "operators", "lessons")."""

    def complete(context, option, beginning: str) -> list[str]:
        from harness.workers import backends
        from spec import operators
        from spec.lessons import lessons

        found = {"backends": backends.names, "operators": operators, "lessons": lessons}[kind]()
        return [name for name in found if name.startswith(beginning)]

    return complete


BACKEND = click.option(
    "--backend",
    "names",
    multiple=True,
    metavar="NAME",
    shell_complete=names_of("backends"),
    help="Only this backend (repeat); NAME=adapter.py@python for one of your own.",
)
OP = click.option(
    "--op",
    "ops",
    multiple=True,
    metavar="NAME",
    shell_complete=names_of("operators"),
    help="Only this operator (repeat).",
)
CASE = click.option("--case", "globs", multiple=True, metavar="GLOB", help="Only cases whose id matches (repeat).")
JOBS = click.option(
    "--jobs",
    default=os.cpu_count() or 2,
    type=click.IntRange(1, 1000),
    show_default="one per core",
    help="Workers side by side.",
)


def out(what: str) -> Callable:
    """The option for the folder that holds what the command writes."""
    path = click.Path(path_type=Path)
    return click.option("--out", default=OUT, type=path, show_default=True, help=f"Folder for the {what}.")


def timeout(what: str) -> Callable:
    """The option for the seconds that one case (or question, or probe) may take."""
    limit = Seconds(0, 1e6, min_open=True)
    return click.option("--timeout", default=60.0, type=limit, show_default=True, help=f"Seconds one {what} may take.")
