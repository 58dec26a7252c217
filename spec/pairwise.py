"""Pairwise coverage: every pair of values of two parameters occurs in some case.

Most faults of an implementation show with one or two parameters set off their defaults (Kuhn, Wallace and
Gallo 2004), so covering all pairs finds nearly what all combinations would, with far fewer cases.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

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
    bits = _pair_bits(space)
    candidates = []
    for row in rows:
        items = [(name, repr(row[name])) for name in space]
        candidates.append((row, sum(bits[pair] for pair in itertools.combinations(items, 2))))
    missing = 0
    for _, found in candidates:
        missing |= found
    chosen = []
    while missing:
        row, found = max(candidates, key=lambda candidate: (candidate[1] & missing).bit_count())
        missing &= ~found
        chosen.append(row)
    return chosen


def _pair_bits(space: Space) -> dict[tuple, int]:
    """A bit for every pair ((name, value), (name, value)): sets of pairs become whole numbers."""
    items = [[(name, repr(value)) for value in values] for name, values in space.items()]
    every = itertools.chain.from_iterable(itertools.product(a, b) for a, b in itertools.combinations(items, 2))
    return {pair: 1 << number for number, pair in enumerate(every)}
