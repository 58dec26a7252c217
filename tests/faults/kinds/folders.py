"""Damaged run folders: flipped bytes, keys that are missing or of another type, given to every reader of them."""

import json
from random import Random
from typing import Any

from tests.faults.field import Field

SHARE = 330
FILES = ("results.jsonl", "results.jsonl", "run.json", "run.json", "manifest.jsonl", "tables/laws.json")
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 7, 2**70, 1e308, -0.5),
    *("", "nan", "text", "../x", "\x1b[31m", "\ud800", "a" * 10**4),
    *([], {}, [[]], [None], {"": {}}, {"x": None}, {"x": []}),
)
READERS = (
    ("report", "{}"),
    ("report", "{}", "--format", "md"),
    ("report", "{}", "--format", "junit"),
    ("report", "{}", "--format", "json"),
    ("diff", "{}", "{good}"),
    ("diff", "{good}", "{}"),
    ("diff", "{}", "{}"),
)


def plant(field: Field, random: Random) -> None:
    """Every reader copes or says in one line what is damaged; `--resume` comes to the same verdicts, or refuses."""
    tables = [str(path.relative_to(field.out)) for path in sorted((field.out / "tables").iterdir())]
    for name in dict.fromkeys(random.sample((*FILES, *tables), random.choice((1, 1, 2)))):
        path = field.out / name
        content = path.read_bytes()
        path.write_bytes(flipped(content, random) if random.random() < 0.3 else changed(content, random))
    for reader in random.sample(READERS, 2):
        field.command(*(part.format(field.out, good=field.root / "good") if "{" in part else part for part in reader))
    if random.random() < 0.3:
        ended = field.run("--resume")
        if ended.code != 2:
            field.complete()


def flipped(content: bytes, random: Random) -> bytes:
    """The bytes with some of them others, missing or twice."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 3, 20))):
        place = random.randrange(len(changed))
        changed[place : place + random.choice((0, 1, 1, 9))] = random.randbytes(random.choice((0, 1, 1, 5)))
    return bytes(changed)


def changed(content: bytes, random: Random) -> bytes:
    """The same JSON, line by line, with some values changed."""
    lines = content.splitlines()
    if len(lines) > 1 and lines[0].rstrip() == b"{":
        lines = [content]
    trees = [json.loads(line) for line in lines]
    for _ in range(random.choice((1, 1, 2, 4))):
        mutate(trees, random)
    return b"".join(json.dumps(tree).encode() + b"\n" for tree in trees)


def mutate(trees: list[Any], random: Random) -> None:
    """One change somewhere in the trees: a value is another one, of another type, missing, twice or elsewhere."""
    holder: Any = trees
    place: Any = random.randrange(len(trees)) if trees else None
    while place is not None and random.random() < 0.75 and isinstance(holder[place], (dict, list)) and holder[place]:
        holder = holder[place]
        place = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
    if place is None:
        return
    how = random.randrange(5)
    if how <= 1:
        holder[place] = random.choice(ODD)
    elif how == 2:
        del holder[place]
    elif isinstance(holder, list):
        holder.insert(random.randrange(len(holder) + 1), holder[place] if how == 3 else random.choice(ODD))
    elif how == 3:
        holder[random.choice(("", "x", *holder))] = holder.pop(place)
    else:
        holder[random.choice(list(holder))] = holder[place]
