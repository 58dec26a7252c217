"""Pictures of a whole run: how close each framework comes, and which share bits; and what moved since a baseline."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from reports.facts import run as overview
from reports.facts.matrix import Row
from reports.page import pictures


def closeness(names: Sequence[str], rows: Sequence[Row]) -> list[tuple[str, int, Markup]]:
    """(backend, exact arrays, histogram of the bound ratios of the others) of what passed, outputs and gradients."""
    found = []
    for name in names:
        mine = [row for row in rows if row["backend"] == name and row["status"] == "pass" and "bound_ratio" in row]
        ratios = [float(one) for row in mine for one in (row["bound_ratio"], *row.get("grad_bound_ratio", {}).values())]
        near = [ratio for ratio in ratios if 0 < ratio <= 1]
        if near:
            exact = ratios.count(0.0)
            found.append((name, exact, pictures.histogram(near, exact, name)))
    return found


def bits(run: Mapping[str, Any]) -> Markup:
    """Backends against backends: in which share of the cases both return the same bits."""
    names, shares = list(run["backends"]), {}
    for pair, (equal, compared) in overview.bitwise(run).items():
        one, _, other = pair.partition("|")
        if compared:
            shares[one, other] = shares[other, one] = equal / compared
    return pictures.grid(names, names, shares, "In which share of the cases two backends return the same bits")


def moved(baseline: Mapping[str, Any] | None) -> list[tuple[str, int]]:
    """(operator, results with other bits than in the baseline, of all backends), the most first."""
    counts: Counter = Counter()
    for pair in (baseline or {}).get("backends", ()):
        for op, found in pair["operators"].items():
            counts[op] += max(found["bits"][1] - found["bits"][0], found["gradients"][1] - found["gradients"][0])
    return [(op, count) for op, count in counts.most_common() if count]
