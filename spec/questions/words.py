"""Answers in words: which names or shapes a call accepts, and when an error shows."""

from collections.abc import Callable, Iterable
from typing import Any


def accepted(candidates: str, call: Callable[[str], Any]) -> str:
    """Those of the candidates (one string, blanks between) with which `call(name)` raises nothing; else "none"."""
    return " ".join(name for name in candidates.split() if _works(call, name)) or "none"


def takes(shapes: Iterable[tuple[int, ...]], call: Callable[[tuple[int, ...]], Any]) -> str:
    """Those of the shapes with which `call(shape)` raises nothing; else "none"."""
    return " ".join(str(shape) for shape in shapes if _works(call, shape)) or "none"


def _works(call: Callable[[Any], Any], argument: Any) -> bool:
    try:
        call(argument)
    except Exception:  # whatever a framework raises is its way of refusing
        return False
    return True


def when(call: Callable[[], Any], read: Callable[[Any], Any], settle: Callable[[], Any] = lambda: None) -> str:
    """When the error of `call()` shows: "at the call", "when the result is read" by `read(result)`, "later, after the
    result was read" in `settle()`, or "never"."""
    try:
        result = call()
    except Exception:
        return "at the call"
    try:
        read(result)
    except Exception:
        return "when the result is read"
    try:
        settle()
    except Exception:
        return "later, after the result was read"
    return "never"
