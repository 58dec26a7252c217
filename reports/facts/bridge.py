"""Facts on bridges that all reports share: their verdicts, the bridges of a pair, and their names."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


HOLDS, INEXPRESSIBLE, FAILS = "holds", "not expressible", "fails"


def between(rows: Sequence[Row], source: str, target: str) -> list[Row]:
    """The bridges of one pair."""
    return [row for row in rows if (row["source"], row["target"]) == (source, target)]


def label(row: Row) -> str:
    """The operator, and its dtype where that is not the usual one."""
    return row["op"] if row["dtype"] == "float32" else f"{row['op']} {row['dtype']}"
