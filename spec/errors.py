"""The one error that a user can mend, and how values stand in its message."""

import reprlib
from typing import Any


class UserError(Exception):
    """Wrong input: one line that names the value and the remedy. The command line exits with 2."""

    exit_code = 2


class CannotRun(UserError):
    """The input is right, but what was asked for cannot be run here. The command line exits with 1."""

    exit_code = 1


def shown(value: Any, longest: int = 60) -> str:
    """A value from outside as a message quotes it: so many characters at most, without a control character."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxlong = 3, longest, longest
    text = short.repr(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
