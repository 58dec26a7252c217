"""Pairwise coverage: every pair of values of two parameters occurs in some case.

Most faults of an implementation show with one or two parameters set off their defaults (Kuhn, Wallace and
Gallo 2004), so covering all pairs finds nearly what all combinations would, with far fewer cases.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Row = Mapping[str, Any]
Space = Mapping[str, Sequence[Any]]


def combinations(space: Space, valid: Callable[[Row], bool]) -> list[dict]:
    """Every valid combination of the space's values."""
    rows = (dict(zip(space, values)) for values in itertools.product(*space.values()))
    return [row for row in rows if valid(row)]


def occurring(space: Space, rows: Iterable[Row]) -> set[tuple]:
    """The pairs ((name, value), (name, value)) of the space's values that occur in some row, values as they print."""
    texts, table = _numbered(space, list(rows))
    found = set()
    for (one, first), (other, second) in itertools.combinations(zip(space, table), 2):
        for pair in np.unique(first * len(texts) + second):
            found.add(((one, texts[pair // len(texts)]), (other, texts[pair % len(texts)])))
    return found


def _numbered(space: Space, rows: Sequence[Row]) -> tuple[list[str], np.ndarray]:
    """What the values print, and the number of each parameter's value in each row: (parameters, rows)."""
    numbers: dict[str, int] = {}
    table = [[numbers.setdefault(repr(row[name]), len(numbers)) for row in rows] for name in space]
    return list(numbers), np.array(table, dtype=int)


def cover(space: Space, rows: Iterable[Row], given: Iterable[Row] = ()) -> list[Row]:
    """A few of the rows in which every pair of all of them occurs: greedily, the most new pairs first.

    The pairs of the rows that are `given` count as occurring.
    """
    given = list(given)
    rows = [*given, *rows]
    columns = list(itertools.combinations(_numbered(space, rows)[1], 2))
    new = np.full(len(rows), len(columns))  # how many pairs of each row do not occur in the chosen ones
    chosen, seen, first = [], set(), iter(range(len(given)))
    while new.any():
        place = next(first, int(new.argmax()))
        if place >= len(given):
            chosen.append(rows[place])
        for number, (one, other) in enumerate(columns):
            pair = number, one[place], other[place]
            if pair not in seen:
                seen.add(pair)
                new -= (one == one[place]) & (other == other[place])
    return chosen
