"""Tables that all reports share, as plain data: the summary matrix, failures, unsupported operations."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]


@dataclasses.dataclass
class Cell:
    """One operator on one backend: statuses, outcomes, kinds of what is known, and the worst ratios to the bounds."""

    statuses: Counter = dataclasses.field(default_factory=Counter)
    outcomes: Counter = dataclasses.field(default_factory=Counter)
    kinds: Counter = dataclasses.field(default_factory=Counter)
    gradients: int = 0
    worst_bound: float = 0.0
    worst_rms: float = 0.0

    def add(self, row: Row) -> None:
        """Count one result; ratios only of values that were within the bounds or missed them."""
        self.statuses[row["status"]] += 1
        self.outcomes[row["outcome"]] += 1
        if kind := row.get("kind"):
            self.kinds[kind] += 1
        self.gradients += len(row.get("grad", {}))
        if row["status"] == "pass":
            ratios = [row.get("bound_ratio", 0.0), *row.get("grad_bound_ratio", {}).values()]
            self.worst_bound = max(self.worst_bound, *map(float, ratios))
            self.worst_rms = max(
                self.worst_rms, *map(float, [row.get("rms_ratio", 0.0), *row.get("grad_rms_ratio", {}).values()])
            )


def matrix(rows: Iterable[Row]) -> dict[str, dict[str, Cell]]:
    """operator -> backend -> cell, operators in the order of their names."""
    found: dict[str, dict[str, Cell]] = {}
    for row in rows:
        found.setdefault(row["op"], {}).setdefault(row["backend"], Cell()).add(row)
    return dict(sorted(found.items()))


def failures(rows: Iterable[Row], status: str = "fail") -> list[Row]:
    """The rows that fail, or are of another status, backends together."""
    return sorted((row for row in rows if row["status"] == status), key=lambda row: (row["backend"], row["case"]))


def unsupported(rows: Iterable[Row]) -> list[tuple[str, str, str, int]]:
    """(backend, operator, reason, cases): what the adapters say cannot be expressed natively."""
    counts = Counter(
        (row["backend"], row["op"], row.get("message", "")) for row in rows if row["outcome"] == "unsupported"
    )
    return [(*key, count) for key, count in sorted(counts.items())]


def ratio(value: float) -> str:
    """A ratio to a bound, short: 0.12, 3.4e+03; empty for 0."""
    return f"{value:.2g}" if value else ""
