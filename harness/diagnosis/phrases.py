"""Phrases that name a cause: with the values of the case for a reader, without them where equal ones are counted."""

import re

_BEGIN, _END = "\x02", "\x03"  # around a value, until the phrase is used
_VALUE = re.compile(f" ?{_BEGIN}.*?{_END}")


def value(shown: object) -> str:
    """A value of the case, as part of a phrase."""
    return f"{_BEGIN}{shown}{_END}"


def told(phrase: str) -> str:
    """The phrase without its value markers."""
    return phrase.replace(_BEGIN, "").replace(_END, "")


def cause(phrase: str) -> str:
    """The phrase without its values: the same for all cases that one mistake spoils."""
    return _VALUE.sub("", phrase)
