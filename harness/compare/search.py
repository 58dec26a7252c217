"""From two models to the rows of their comparison: align, examine, and take back pairs that are parts of a whole.

A function that one model calls by its name and the other writes out (a hard swish, a norm folded into a convolution)
aligns badly: a part is put beside the whole. Such a pair is taken back where, without it, the pairs behind it get the
same in both models.
"""

import dataclasses
from collections.abc import Callable, Mapping

from harness.compare.align import Pairs, align
from harness.compare.examine import Examiner, Row
from harness.compare.finding import SETTINGS, WEIGHTS, Finding
from harness.compare.model import MOVING, Model, Op

ROUNDS = 12  # pairs at most that are taken back


def compare_models(
    one: Model,
    other: Model,
    fixed: Mapping[str, str | None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Row], Pairs]:
    """The rows of the comparison, and the pairs that they are of. Raises `UserError` for a map that names no layer."""
    fixed = fixed or {}
    pairs = align(one, other, fixed)
    rows = _examined(one, other, pairs, progress)
    for _ in range(ROUNDS):
        better = _without_a_part(one, other, pairs, rows, set(fixed))
        if better is None:
            break
        pairs = better
        rows = _examined(one, other, pairs, None, rows)
    return _merged(rows), pairs


def _examined(one: Model, other: Model, pairs: Pairs, progress, old: list[Row] | None = None) -> list[Row]:
    examiner = Examiner(one, other, pairs)
    total, found = len(pairs) + len(one.trace.inputs), []
    for row in examiner.rows():
        found.append(row)
        if progress:
            progress(min(len(found), total), total)
    return found


def _without_a_part(one: Model, other: Model, pairs: Pairs, rows: list[Row], fixed: set[str]) -> Pairs | None:
    """The pairs without a mistaken one that is a part of a whole; None where there is none."""
    bad = {(row.one, row.other) for row in rows if any(finding.word in (SETTINGS, WEIGHTS) for finding in row.findings)}
    for pair in pairs:
        a, b = pair
        if (a.key, b.key) not in bad or a.key in fixed:
            continue
        told = [finding for row in rows if (row.one, row.other) == (a.key, b.key) for finding in row.findings]
        exchanged = all(finding.lacking or finding.extra for finding in told)  # an order that may not matter
        fewer = [two for two in pairs if two is not pair]
        examiner = Examiner(one, other, fewer)
        behind = [two for two in fewer if _reaches(examiner, 0, two[0], a) or _reaches(examiner, 1, two[1], b)]
        ends = [two for two in examiner.ends() if not behind]
        lengths = {
            _working(examiner.paths.before(0, c)) - _working(examiner.paths.before(1, d)) for c, d in [*behind, *ends]
        }
        if lengths and (0 not in lengths or exchanged) and not any(map(examiner.parts, [*behind, *ends])):
            return fewer
    return None


def _working(ops: list[Op]) -> int:
    """How many of the operations compute something."""
    return sum(op.kind not in MOVING for op in ops)


def _reaches(examiner: Examiner, side: int, op: Op, part: Op) -> bool:
    return any(one.place == part.place for one in examiner.paths.before(side, op))


def _merged(rows: list[Row]) -> list[Row]:
    """Two rows of which one lacks what the other has too much are one mistake: another order."""
    for first in rows:
        for second in rows:
            if first is second or not (first.findings and second.findings):
                continue
            for here in list(first.findings):
                for there in list(second.findings):
                    kinds = (
                        [name.partition(" ")[0] for name in here.extra],
                        [name.partition(" ")[0] for name in there.lacking],
                    )
                    if here.extra and kinds[0] == kinds[1] and not here.lacking and not there.extra:
                        _exchange(first, second, here, there)
    return rows


def _exchange(first: Row, second: Row, here: Finding, there: Finding) -> None:
    text = f"another order: in B {', '.join(here.extra)} stands before {first.other}, in A before {second.one}"
    first.findings[first.findings.index(here)] = dataclasses.replace(here, text=text)
    second.findings[second.findings.index(there)] = dataclasses.replace(there, text=text)
