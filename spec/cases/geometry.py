"""Sizes from which on implementations take another path, crossed with each other and with the attributes.

A mistake may show from 17 columns on, where vectors have a tail, or from 65 channels on, where blocks have one, and
with one attribute alone. A `Plan` names sizes with their thresholds and choices (attributes, bias, dtype) with
their values. `rows` finds a few rows in which every threshold meets every choice and every other threshold, where the
specification accepts both and some row within the limit of products has both. `sizes` and `image_sizes` have them.
"""

import dataclasses
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from spec.cases.sketches import LAYOUTS, Sketch
from spec.core import Case, Operator, Rejected, canonical

Row = dict[str, Any]
Shapes = Mapping[str, tuple[int, ...]]
FEW = 20  # pairs of values up to which two choices are crossed with each other as well
WHY = "sizes crossed with attributes"


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is crossed for an operator.

    sizes     size -> thresholds, ascending; the first is the smallest there is
    choices   choice -> values; the first is the plain one
    attrs     (row) -> attributes
    shapes    (row, attributes) -> shapes of the inputs, NCHW and OIHW
    products  (row, shapes) -> what the row costs
    measure   (shapes, attributes) -> the sizes of any case of the operator
    allowed   (row, shapes) -> whether the data of the row suit it
    limit     the most products of a row
    seed      of the order in which sizes and choices of a row are settled: one that needs few rows
    """

    sizes: Mapping[str, Sequence[int]]
    choices: Mapping[str, Sequence[Any]]
    attrs: Callable[[Row], dict[str, Any]]
    shapes: Callable[[Row, Mapping[str, Any]], Shapes]
    products: Callable[[Row, Shapes], float]
    measure: Callable[[Shapes, Mapping[str, Any]], Mapping[str, int]]
    allowed: Callable[[Row, Shapes], bool] = lambda row, shapes: True
    limit: float = 1e6
    seed: int = 0


class _Search:
    """The rows of a plan, one after the other, each with as many pairs as possible that no earlier one has."""

    def __init__(self, plan: Plan, accepts: Callable[[Row], bool]) -> None:
        self.plan, self.accepts = plan, accepts
        self.levels: dict[str, Sequence[Any]] = {**plan.sizes, **plan.choices}
        self.atoms: dict[tuple[str, int], np.ndarray] = {}  # what a level stands for: its threshold and those below
        self.owner: list[tuple[str, int]] = []
        for name, values in self.levels.items():
            own = []
            for place in range(len(values)):
                if name in plan.sizes and place == 0:
                    self.atoms[name, 0] = np.array([], int)
                    continue
                own.append(len(self.owner))
                self.owner.append((name, place))
                self.atoms[name, place] = np.array(own if name in plan.sizes else own[-1:])
        names = np.array([list(self.levels).index(name) for name, _ in self.owner])
        chosen = np.array([len(plan.choices.get(name, "")) for name, _ in self.owner])
        self.wanted = (names[:, None] != names) & (chosen[:, None] * chosen <= FEW)
        self.possible = np.zeros_like(self.wanted)
        self.known: dict[tuple, bool] = {}
        self.random = random.Random(plan.seed)

    def rows(self) -> Iterator[Row]:
        """A row for every pair that is not yet there, filled up with others."""
        while True:
            left = np.argwhere(np.triu(self.wanted))
            if not len(left):
                return
            one, other = left[-1]
            start = self._start(dict((self.owner[one], self.owner[other])))
            self.wanted[one, other] = self.wanted[other, one] = False
            if start is None:
                continue
            places = self._filled(start, {self.owner[one][0], self.owner[other][0]})
            has = self._atoms(places)
            self.possible[np.ix_(has, has)] = True
            self.wanted[np.ix_(has, has)] = False
            yield {name: self.levels[name][place] for name, place in places.items()}

    def _valid(self, places: Mapping[str, int]) -> bool:
        key = tuple(places.values())
        if key not in self.known:
            self.known[key] = self.accepts({name: self.levels[name][place] for name, place in places.items()})
        return self.known[key]

    def _start(self, fixed: Mapping[str, int]) -> dict[str, int] | None:
        """A row with these places: the others the smallest that there are, or the second, and one perhaps larger."""
        for size in (1, 0):
            plain = {name: fixed.get(name, min(size, 1) if name in self.plan.sizes else 0) for name in self.levels}
            if self._valid(plain):
                return plain
            for name in self.levels:
                for place in range(len(self.levels[name]) if name not in fixed else 0):
                    if self._valid({**plain, name: place}):
                        return {**plain, name: place}
        return None

    def _atoms(self, places: Mapping[str, int]) -> np.ndarray:
        return np.concatenate([self.atoms[item] for item in places.items()])

    def _filled(self, places: dict[str, int], fixed: set[str]) -> dict[str, int]:
        """The row with every other place changed to what brings the most new pairs."""
        free = [name for name in self.levels if name not in fixed]
        for _ in range(2):
            self.random.shuffle(free)
            for name in free:
                others = self._atoms({key: place for key, place in places.items() if key != name})
                gains = [
                    (int(self.wanted[np.ix_(self.atoms[name, place], others)].sum()), place == places[name], place)
                    for place in range(len(self.levels[name]))
                ]
                for _, _, place in sorted(gains, key=lambda gain: (-gain[0], not gain[1], gain[2])):
                    if self._valid({**places, name: place}):
                        places = {**places, name: place}
                        break
        return places


@dataclasses.dataclass(frozen=True)
class Cover:
    """The rows of a plan, and the pairs of atoms that some row can have; an atom is a size or choice, and its value.

    `pairs` are numbers of two atoms each: (pairs, 2).
    """

    rows: Sequence[Row]
    atoms: Sequence[tuple[str, Any]]
    pairs: np.ndarray


_covers: dict[int, Cover] = {}


def cover(operator: Operator) -> Cover:
    """The rows that the plan of an operator needs; found once."""
    plan = operator.plan
    layouts = operator.images or operator.kernels  # which the shapes do not depend on; a flatten has its layout

    def accepts(row: Row) -> bool:
        attrs = plan.attrs(row)
        shapes = plan.shapes(row, attrs)
        try:
            rest = {name: value for name, value in attrs.items() if not (layouts and name in LAYOUTS)}
            operator.out_shape(*shapes.values(), **rest)
        except Rejected:
            return False
        return plan.products(row, shapes) <= plan.limit and plan.allowed(row, shapes)

    if id(plan) not in _covers:
        search = _Search(plan, accepts)
        rows = list(search.rows())
        names = list(search.levels)
        first = np.array([names.index(name) for name, _ in search.owner])
        pairs = np.argwhere(np.triu(search.possible, 1) & (first[:, None] != first))
        atoms = [(name, search.levels[name][place]) for name, place in search.owner]
        _covers[id(plan)] = Cover(_needed(plan, rows, atoms, pairs), atoms, pairs)
    return _covers[id(plan)]


def _needed(plan: Plan, rows: Sequence[Row], atoms: Sequence[tuple[str, Any]], pairs: np.ndarray) -> list[Row]:
    """The rows without those whose pairs the others have: what came later may have made an earlier one needless."""
    has = np.array([[_has(plan, row, *atom) for atom in atoms] for row in rows], bool).reshape(len(rows), len(atoms))
    covers: np.ndarray = np.all(has[:, pairs], axis=2)
    times = covers.sum(axis=0)
    needed = []
    for row, own in zip(rows, covers):
        if (times[own] > 1).all():
            times -= own
        else:
            needed.append(row)
    return needed


def sketches(operator: Operator) -> list[Sketch]:
    """A sketch for each row; its reason names all sizes beyond the smallest, and all choices."""
    plan, found = operator.plan, []
    for number, row in enumerate(cover(operator).rows):
        attrs = plan.attrs(row)
        why = f"{WHY}: {described(plan, row)}"
        found.append(Sketch(f"sizes-{number:02}", why, attrs, plan.shapes(row, attrs), (row["data"],)))
    return found


def described(plan: Plan, row: Row) -> str:
    """batch 5, kernel rows 7, padding [[0, 5], [0, 0]] ..."""
    large = {name: row[name] for name, (smallest, *_) in plan.sizes.items() if row[name] > smallest}
    return ", ".join(
        f"{name} {value}" for name, value in {**large, **{name: row[name] for name in plan.choices}}.items()
    )


def coverage(operator: Operator, cases: Iterable[Case]) -> tuple[int, int]:
    """(occurring, possible) pairs of a threshold that is reached and another one, or a choice, among the cases."""
    plan = operator.plan
    if plan is None:
        return 0, 0
    found = cover(operator)
    occurring = np.zeros(len(found.pairs), bool)
    for case in cases:
        if case.expect == "value":
            row = measured(operator, case)
            has = np.array([_has(plan, row, *atom) for atom in found.atoms])
            occurring |= has[found.pairs].all(axis=1)
    return int(occurring.sum()), len(found.pairs)


def measured(operator: Operator, case: Case) -> Row:
    """The sizes and choices of a case of an operator that has a plan."""
    arrays, _ = canonical(operator, case.attrs, case.inputs)
    shapes = {name: array.shape for name, array in arrays.items()}
    chosen = {"bias": "b" in case.inputs, "data": (case.tier, case.dtype.name)}
    return {**chosen, **case.attrs, **operator.plan.measure(shapes, case.attrs)}


def _has(plan: Plan, row: Row, name: str, value: Any) -> bool:
    return row.get(name, 0) >= value if name in plan.sizes else repr(row.get(name)) == repr(value)
