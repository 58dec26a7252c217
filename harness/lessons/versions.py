"""Since which version of a framework a convention is as it is: from the answers that older versions gave.

`backends/NAME/versions.json` holds them, version -> question -> interface -> answer. The command
`conventions --backend NAME@VERSION --remember` asks that version and writes them there.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.version import Version

FILE = "versions.json"
NO_ANSWER = ("crashed", "timed-out")  # of the framework: a probe may not know an old version, or the machine be busy
Answers = dict[str, dict[str, str]]  # question -> interface -> answer


def stored(folder: Path) -> dict[str, Answers]:
    """What older versions of the framework in a folder answered, the newest version first."""
    path = folder / FILE
    found: dict[str, Answers] = json.loads(path.read_text()) if path.exists() else {}
    return {version: found[version] for version in sorted(found, key=Version, reverse=True)}


def remember(folder: Path, version: str, cells: Mapping[str, list[dict[str, Any]]]) -> Path:
    """Store what a version answered: beside what it was asked before, and in place of it. Returns the file."""
    found = stored(folder)
    asked = {
        question: {one["api"]: one["answer"] for one in mine if one["answer"] not in NO_ANSWER}
        for question, mine in cells.items()
    }
    found[version] = {**found.get(version, {}), **{question: mine for question, mine in asked.items() if mine}}
    path = folder / FILE
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    return path


def since(older: Mapping[str, Answers], question: str, api: str, answer: str) -> str:
    """In words, since which version this is the answer; what no version was asked is not said."""
    said = {version: mine[question][api] for version, mine in older.items() if api in mine.get(question, {})}
    same = ""
    for version, before in said.items():
        if before != answer:
            return f"since {same or 'this version'}; in {version}: {before}"
        same = version
    return f"already in {same}, the oldest tried" if same else "no older version tried"


def who(given: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Lines such as "jax, tensorflow: no older version tried", from backend -> interface -> what `since` says of it.

    Where a framework's interfaces differ in this, the line names the interface.
    """
    lines: dict[str, list[str]] = {}
    for backend, mine in given.items():
        alike = len(set(mine.values())) == 1
        for api, text in mine.items():
            lines.setdefault(text, []).append(backend if alike else api)
    return [f"{', '.join(dict.fromkeys(names))}: {text}" for text, names in lines.items()]
