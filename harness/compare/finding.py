"""What `compare` says of a pair of layers: one word, and its findings in sentences."""

import dataclasses
from collections.abc import Mapping
from typing import Any

SAME_BITS, ROUNDING, CARRIED = "same bits", "rounding", "carried"
SETTINGS, WEIGHTS, LAYOUT, WRONG, NOT_JUDGED = "settings differ", "weights differ", "layout", "wrong", "not judged"
MISTAKES = (LAYOUT, SETTINGS, WEIGHTS, WRONG)


@dataclasses.dataclass(frozen=True)
class Finding:
    """A mistake: its word, and what differs in a sentence. `about` are settings by name, (A's, B's)."""

    word: str
    text: str
    about: Mapping[str, tuple[Any, Any]] = dataclasses.field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
