"""Text for a reader: characters that can be shown, numbers with their nouns, names in a sentence, links and anchors."""

import re
from collections.abc import Sequence
from typing import Any

_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


# Neither XML nor a page can hold these; U+202A to E and U+2066 to 9 turn the direction of the text around them.
_UNSHOWABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_ISSUE = re.compile(r"([\w.-]+/[\w.-]+)#(\d+)")


def clean(value: Any) -> Any:
    """The value with every string in it made showable: no terminal sequences, no control characters."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else _UNSHOWABLE.sub("", _TERMINAL.sub("", value))
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, dict):
        return {clean(key): clean(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [clean(one) for one in value]
    return value


def address(link: str) -> str:
    """Where a link leads: a web address, or an issue written owner/name#number; "" for anything else."""
    if link.startswith(("https://", "http://")):
        return link
    issue = _ISSUE.fullmatch(link)
    return f"https://github.com/{issue[1]}/issues/{issue[2]}" if issue else ""


def anchor(words: Sequence[str]) -> str:
    """The id of a place in the page, such as ("op", "conv2d")."""
    return "-".join(re.sub(r"\W", "-", word) for word in words)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 case", "2 cases"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
