"""Facts on smaller instruction sets that all reports share: what changes, in words."""

from collections.abc import Mapping
from typing import Any

from reports.facts.run import counted


def level(mode: str) -> str:
    """The level to which a backend of this name is held."""
    return mode.rpartition(":")[2]


def said(cell: Mapping[str, Any]) -> str:
    """What changes in some cases: "same", or "12 of 80 other bits, ∇ 3 of 70, 2 other verdicts, 2 refused"."""
    others = sum(len(one["cases"]) for one in cell["verdicts"])
    bits, slopes = cell["compared"] - cell["same"], cell["gradients"][1] - cell["gradients"][0]
    words = [
        f"{bits} of {cell['compared']} other bits" if bits else "",
        f"∇ {slopes} of {cell['gradients'][1]}" if slopes else "",
        counted(others, "other verdict") if others else "",
        f"{cell['refused']} refused" if cell["refused"] else "",
    ]
    return ", ".join(filter(None, words)) or "same"
