"""Which layer of one model is which of the other: by kind, order, shapes, weights and names.

An alignment of two sequences with the largest score (Needleman and Wunsch 1970); layers that only move values may
be left over at no cost. Layers with the same weights that stand in another order are put together afterwards. A map
from the user comes first: {"schema_version": 1, "pairs": [["conv1", "c1"], ["dropout", null]]}.
"""

import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from harness.compare.model import MOVING, Model, Op
from spec.errors import UserError, shown

FAMILIES = (
    ("max_pool2d", "avg_pool2d", "adaptive_pool2d"),
    ("conv2d", "conv_transpose2d"),
    ("resize2d", "conv_transpose2d"),
    ("add", "sub", "mul", "concat"),
    ("scale", "mul"),
)
Pairs = list[tuple[Op, Op]]


def align(one: Model, other: Model, fixed: Mapping[str, str | None] | None = None) -> Pairs:
    """The pairs of layers that belong together, in the order of the first model. Raises `UserError` for a bad map."""
    fixed = fixed or {}
    left, right = {op.key: op for op in one.ops}, {op.key: op for op in other.ops}
    for mine, theirs in fixed.items():
        for key, known, whose in ((mine, left, one), (theirs, right, other)):
            if key and key not in known:
                near = difflib.get_close_matches(key, known, 3) or list(known)[:3]
                raise UserError(
                    f"the map names {shown(key)}, no layer of {whose.trace.folder}; near: {', '.join(near)}"
                )
    forced = [(left[mine], right[theirs]) for mine, theirs in fixed.items() if mine and theirs]
    gone = {key for key in fixed if key}, {value for value in fixed.values() if value}
    rows = [op for op in one.ops if op.key not in gone[0]]
    columns = [op for op in other.ops if op.key not in gone[1]]
    scorer = _Scorer(one, other)
    pairs = _best(rows, columns, scorer)
    pairs += _moved(rows, columns, pairs, scorer)
    return sorted([*pairs, *forced], key=lambda pair: pair[0].place)


def read_map(path: Path) -> dict[str, str | None]:
    """The pairs of a map file, A's layer -> B's or None. Raises `UserError`."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"map {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"map {path} is not JSON: {error}") from None
    if not isinstance(about, dict) or about.get("schema_version") != 1 or not isinstance(about.get("pairs"), list):
        raise UserError(f'map {path} must be {{"schema_version": 1, "pairs": [["conv1", "c1"], ...]}}')
    found: dict[str, str | None] = {}
    for row in about["pairs"]:
        good = isinstance(row, list) and len(row) == 2 and all(one is None or isinstance(one, str) for one in row)
        if not good or row == [None, None]:
            raise UserError(f"map {path}: {shown(row)} is no pair of names; null stands for none")
        key = row[0] if row[0] is not None else f"\x00{row[1]}"
        if key in found:
            raise UserError(f"map {path} names {shown(row[0])} twice; keep one")
        found[key] = row[1]
    return {key if not key.startswith("\x00") else "": value for key, value in found.items()}


class _Scorer:
    """How well two layers go together; 0 where they cannot."""

    def __init__(self, one: Model, other: Model) -> None:
        self.models = one, other
        self.prints: dict[tuple[int, int], tuple] = {}

    def fingerprint(self, side: int, op: Op) -> tuple:
        """What a layer's weights have in common with the same ones in any order of axes."""
        key = side, op.place
        if key not in self.prints:
            held = self.models[side].raw_weights(op)
            self.prints[key] = tuple(
                (name, array.size, float(np.sort(abs(array.astype(np.float64)), axis=None).sum()))
                for name, array in sorted(held.items())
                if name in ("w", "scale", "mean", "variance")
            )
        return self.prints[key]

    def same_weights(self, a: Op, b: Op) -> bool:
        one, other = self.fingerprint(0, a), self.fingerprint(1, b)
        return (
            bool(one)
            and len(one) == len(other)
            and all(x[:2] == y[:2] and np.isclose(x[2], y[2], rtol=1e-6) for x, y in zip(one, other))
        )

    def score(self, a: Op, b: Op) -> float:
        if a.kind == b.kind:
            total = 1.0 if a.kind in MOVING else 4.0 if a.kind else 2.0
        elif any(a.kind in family and b.kind in family for family in FAMILIES):
            total = 1.5
        else:
            return 0.0
        shapes = [model.shape(op.output, None) for model, op in zip(self.models, (a, b))]
        total += 2.0 * (shapes[0] == shapes[1]) + 0.5 * (shapes[0][1:2] == shapes[1][1:2])
        if a.layer.weights and b.layer.weights:
            total += 3.0 * self.same_weights(a, b)
        if a.kind == b.kind == "activation":
            total += 1.0 * (a.attrs.get("form") == b.attrs.get("form"))
        names = [op.layer.name.rpartition(".")[2].lower() for op in (a, b)]
        return (
            total
            + 0.5 * difflib.SequenceMatcher(None, names[0], names[1]).ratio()
            + 0.25 * (a.layer.name == b.layer.name)
        )


def _best(rows: Sequence[Op], columns: Sequence[Op], scorer: _Scorer) -> Pairs:
    """The alignment with the largest sum of scores."""
    table = np.zeros((len(rows) + 1, len(columns) + 1))
    scores = np.array([[scorer.score(a, b) for b in columns] for a in rows]).reshape(len(rows), len(columns))
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(columns) - 1, -1, -1):
            match = table[i + 1, j + 1] + scores[i, j] if scores[i, j] else -1.0
            table[i, j] = max(match, table[i + 1, j], table[i, j + 1])
    pairs, i, j = [], 0, 0
    while i < len(rows) and j < len(columns):
        if scores[i, j] and table[i, j] == table[i + 1, j + 1] + scores[i, j]:
            pairs.append((rows[i], columns[j]))
            i, j = i + 1, j + 1
        elif table[i, j] == table[i + 1, j]:
            i += 1
        else:
            j += 1
    return pairs


def _moved(rows: Sequence[Op], columns: Sequence[Op], pairs: Pairs, scorer: _Scorer) -> Pairs:
    """Layers that are left over on both sides and have the same weights, or are the only ones of their kind left."""
    used = {a.place for a, _ in pairs}, {b.place for _, b in pairs}
    left = [op for op in rows if op.place not in used[0] and op.kind not in MOVING]
    right = [op for op in columns if op.place not in used[1] and op.kind not in MOVING]
    found: Pairs = []
    for a in left:
        if match := next((b for b in right if a.kind == b.kind and scorer.same_weights(a, b)), None):
            found.append((a, match))
            right.remove(match)
    return found
