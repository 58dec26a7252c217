"""Where a ledger entry holds: a condition on what `describe()` says, and the processors on which it was tried."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from backends.processor import LEVELS, UNKNOWN

Processor = tuple[str, str]  # architecture, and the level of the processor itself, as `describe()` has them

# Where all entries were tried that do not say anything else: also with the frameworks held to less than these have.
# A smaller processor is another one: what holds a part back is its own switch, and others look at the processor.
TRIED: tuple[Processor, ...] = (("x86_64", "avx512_bf16"), ("x86_64", "amx"))


@dataclasses.dataclass(frozen=True)
class On:
    """A condition on a backend's description; all that is given must be true, and `On()` always is.

    `part` is one of those that the description names ("oneDNN", "XLA", "BLAS"), "" the processor as a whole. It must
    be in use, and its level `at_least` this one, or `below` that one: words of `processor.LEVELS`, which hold on their
    own architecture only. `without` is a part that must not be in use. Raises `ValueError` for a level that is none.
    """

    part: str = ""
    at_least: str = ""
    below: str = ""
    architectures: tuple[str, ...] = ()
    without: str = ""
    switches: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        known = [order for order in LEVELS.values() if {self.at_least, self.below} - {""} <= set(order)]
        if not known:
            raise ValueError(f"{self.at_least or self.below!r} is no level of {', '.join(LEVELS)}")

    def holds(self, description: Mapping[str, Any]) -> bool:
        """Whether it is true of a backend that describes itself so; what it does not say is not true."""
        found = description.get("processor", {})
        architecture, parts = found.get("architecture", UNKNOWN), found.get("parts", {})
        level = parts.get(self.part, {}).get("level", "off") if self.part else found.get("level", UNKNOWN)
        order = LEVELS.get(architecture, ())
        switches = description.get("switches", {})
        return (
            (not self.architectures or architecture in self.architectures)
            and (not self.part or level not in ("off", UNKNOWN))
            and (not self.at_least or _place(level, order) >= _place(self.at_least, order) >= 0)
            and (not self.below or 0 <= _place(level, order) < _place(self.below, order))
            and (not self.without or parts.get(self.without, {}).get("level", "off") == "off")
            and all(switches.get(name) == value for name, value in self.switches.items())
        )

    def __str__(self) -> str:
        """The condition in words; "" for none."""
        words = [
            f"with {self.part}" if self.part else "",
            f"from {self.at_least} on" if self.at_least else "",
            f"below {self.below}" if self.below else "",
            f"on {' and '.join(self.architectures)}" if self.architectures else "",
            f"without {self.without}" if self.without else "",
            *(f"with {name} {value}" for name, value in self.switches.items()),
        ]
        return ", ".join(filter(None, words))


def _place(level: str, order: tuple[str, ...]) -> int:
    return order.index(level) if level in order else -1


def processor_of(description: Mapping[str, Any]) -> Processor | None:
    """The processor as a backend describes it; None where it does not."""
    found = description.get("processor")
    return (found.get("architecture", UNKNOWN), found.get("machine", UNKNOWN)) if isinstance(found, Mapping) else None
