"""What results.jsonl and run.json hold: the types of what reports read, checked before any of them does.

A file that was damaged, or written by hand, is told in one line instead of ending a report half-way. Keys that are not
named here may hold anything: descriptions come from backends.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from spec.errors import shown
from spec.outcomes import Outcome, Status

Check = Callable[[Any], bool]


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_time(value: Any) -> bool:
    """Seconds: a finite number from 0 on, that is no year."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e9


def is_number(value: Any) -> bool:
    """A number as the rows have it: infinities and NaN are strings."""
    if isinstance(value, str):
        return value in ("inf", "-inf", "nan")
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e400 and math.isfinite(value)
    )


def is_outcome(value: Any) -> bool:
    return isinstance(value, str) and value in list(Outcome)


def is_status(value: Any) -> bool:
    return isinstance(value, str) and value in list(Status)


def list_of(one: Check, length: int = -1) -> Check:
    return lambda value: isinstance(value, list) and length in (-1, len(value)) and all(map(one, value))


def by_name(one: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(map(one, value.values()))


def record(fields: Mapping[str, Check], needed: tuple[str, ...] = ()) -> Check:
    """An object with these fields, if they are there; the needed ones must be."""
    return lambda value: isinstance(value, dict) and not wrong(value, fields, needed)


NUMBERS = ("max_abs", "max_ulp", "median_ulp", "bound_ratio", "rms_ratio")
TEXTS = (
    *("dtype", "layout", "why", "route", "expected", "bits", "grad_bits", "error_class", "message"),
    *("diagnosis", "grad_message", "ledger", "arithmetic"),
)
ROW: Mapping[str, Check] = {
    "case": is_name,
    "op": is_name,
    "backend": is_name,
    "outcome": is_outcome,
    "status": is_status,
    "seconds": is_time,
    **dict.fromkeys(TEXTS, is_text),
    **dict.fromkeys(NUMBERS, is_number),
    **dict.fromkeys(("unseen", "causes", "ledger_more"), list_of(is_text)),
    "zero_signs": is_count,
    "grad": by_name(is_outcome),
    **dict.fromkeys(("grad_bound_ratio", "grad_rms_ratio"), by_name(is_number)),
    "grad_arithmetic": by_name(is_text),
    "grad_unseen": by_name(list_of(is_text)),
}
OF_A_ROW = ("case", "op", "backend", "outcome", "status")

PROCESSOR = record(
    {
        "architecture": is_text,
        "level": is_text,
        "machine": is_text,
        "parts": by_name(record({"level": is_text, "word": is_text}, ("level", "word"))),
    },
    ("architecture", "level", "parts"),
)
ENTRY = record(
    {
        **dict.fromkeys(("id", "kind", "outcome", "part", "versions", "what", "why", "link", "on", "repro"), is_text),
        **dict.fromkeys(("operators", "variants", "tried"), list_of(is_text)),
    },
    ("id", "kind", "what", "why"),
)
SUMMARY: Mapping[str, Check] = {
    "command": list_of(is_text),
    "started": is_text,
    "hardware": record({"cpus": lambda value: value is None or is_count(value), "used": by_name(is_text)}),
    **dict.fromkeys(("threads", "jobs", "cases", "results"), is_count),
    "gradients": is_flag,
    "counts": by_name(is_count),
    "backends": by_name(
        record(
            {
                "problem": is_text,
                "unavailable": is_text,
                "seconds": is_time,
                "startup_seconds": is_time,
                "processor": PROCESSOR,
            }
        )
    ),
    "times": by_name(is_number),
    "bitwise": by_name(by_name(list_of(is_count, 2))),
    **dict.fromkeys(("coverage", "geometry"), by_name(list_of(is_count, 2))),
    "ledger": by_name(list_of(ENTRY)),
    **dict.fromkeys(("stale", "new"), list_of(is_text)),
}


def wrong(found: Mapping[str, Any], fields: Mapping[str, Check], needed: tuple[str, ...] = ()) -> str:
    """What is wrong with an object, in a few words; "" where nothing is."""
    for name in needed:
        if name not in found:
            return f"{name!r} is missing"
    for name, check in fields.items():
        if name in found and not check(found[name]):
            return f"{name!r} is {shown(found[name])}"
    return ""
