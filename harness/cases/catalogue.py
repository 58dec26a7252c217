"""All cases that come with the project, and the choice among them."""

import fnmatch
import functools
from collections.abc import Iterable

from harness.cases import photographs
from spec import operators
from spec.cases import memory, special_values
from spec.core import Case
from spec.errors import UserError, shown
from spec.examples import stored


@functools.cache
def built_in() -> tuple[Case, ...]:
    """Every case of every operator, special values, the seeds, and the real images; each id stands once."""
    cases = [case for operator in operators().values() for case in operator.cases()]
    return (*cases, *special_values.cases(), *memory.cases(), *stored.cases(), *photographs.cases())


def check(ops: tuple[str, ...], part: str) -> None:
    """Raise `UserError` for what can be told without any case: an operator that does not exist, a wrong `--shard`."""
    for op in ops:
        if op not in operators():
            raise UserError(f"unknown operator {shown(op)}; choose from: {', '.join(operators())}")
    _part(part)


def choose(cases: Iterable[Case], ops: tuple[str, ...] = (), globs: tuple[str, ...] = ()) -> list[Case]:
    """The cases of the named operators whose ids match one of the globs.

    Raises `UserError` for an operator that does not exist, and for a choice that leaves nothing.
    """
    check(ops, "1/1")
    chosen = [
        case
        for case in cases
        if (not ops or case.op in ops) and (not globs or any(fnmatch.fnmatchcase(case.id, glob) for glob in globs))
    ]
    if not chosen:
        raise UserError(f"no case is left by --op {' '.join(ops) or '(any)'} --case {' '.join(globs) or '(any)'}")
    return chosen


def shard(cases: list[Case], part: str) -> list[Case]:
    """Part I of N of the cases, for `--shard I/N`. Raises `UserError` for anything else, and for a part of none."""
    first, last = _part(part)
    chosen = cases[first - 1 :: last]
    if not chosen:
        raise UserError(f"--shard {part} leaves nothing of {len(cases)} cases; take fewer parts")
    return chosen


def _part(part: str) -> tuple[int, int]:
    first, _, last = part.partition("/")
    numbers = len(part) <= 20 and first.isdecimal() and last.isdecimal()
    if not (numbers and 1 <= int(first) <= int(last)):
        raise UserError(f"--shard is {shown(part)}; write I/N with I from 1 to N, such as 1/4")
    return int(first), int(last)
