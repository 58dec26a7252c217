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


def pairs(row: Row, names: Iterable[str]) -> set[tuple]:
    """The pairs ((name, value), (name, value)) of one row; lists are compared by what they print."""
    items = [(name, repr(row[name])) for name in names]
    return set(itertools.combinations(items, 2))


def combinations(space: Space, valid: Callable[[Row], bool]) -> list[dict]:
    """Every valid combination of the space's values."""
    rows = (dict(zip(space, values)) for values in itertools.product(*space.values()))
    return [row for row in rows if valid(row)]


def occurring(space: Space, rows: Iterable[Row]) -> set[tuple]:
    """The pairs of the space's values that occur in some row."""
    distinct = {tuple(repr(row[name]) for name in space): row for row in rows}
    return set().union(*(pairs(row, space) for row in distinct.values()))


def cover(space: Space, rows: Iterable[Row]) -> list[Row]:
    """A few of the rows in which every pair of all of them occurs: greedily, the most new pairs first."""
    rows = list(rows)
    numbers: dict[str, int] = {}  # of values; lists are compared by what they print
    table = np.array([[numbers.setdefault(repr(row[name]), len(numbers)) for name in space] for row in rows])
    columns = list(itertools.combinations(table.T, 2)) if rows else []
    new = np.full(len(rows), len(columns))  # how many pairs of each row do not occur in the chosen ones
    chosen, occurring = [], set()
    while new.any():
        place = int(new.argmax())
        chosen.append(rows[place])
        for number, (one, other) in enumerate(columns):
            pair = number, one[place], other[place]
            if pair not in occurring:
                occurring.add(pair)
                new -= (one == one[place]) & (other == other[place])
    return chosen
