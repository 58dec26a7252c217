"""Paths of a run folder that lead elsewhere: symbolic links, hard ones, pipes, folders in the place of files."""

import os
from random import Random

from tests.faults.field import Field

SHARE = 110
NAMES = (
    *("index.html", "results.jsonl", "run.json", "manifest.jsonl", "report.md", "junit.xml", ".lock"),
    *("tensors", "tables", "tables/laws.json", "tensors/any.npz"),
)
TARGETS = ("precious.txt", "index.html", "results.jsonl", "nothing", ".")


def plant(field: Field, random: Random) -> None:
    """Nothing is written through any of them; what cannot be done is one line."""
    for name in random.sample(NAMES, random.choice((1, 1, 2))):
        path = field.out / name
        if not path.parent.is_dir() or path.parent.is_symlink():
            continue
        if path.is_dir() and not path.is_symlink():
            path.rename(field.root / f"moved-{random.getrandbits(64):x}")
        path.unlink(missing_ok=True)
        how = random.random()
        if how < 0.7:
            path.symlink_to(field.outside / random.choice(TARGETS))
        elif how < 0.8:
            path.symlink_to(path)
        elif how < 0.87:
            os.link(field.outside / "precious.txt", path)
        elif how < 0.94:
            os.mkfifo(path)
        else:
            path.mkdir()
    if random.random() < 0.2:
        field.out.rename(field.root / f"moved-{random.getrandbits(64):x}")
        field.out.symlink_to(random.choice((field.outside, field.outside / "precious.txt", field.outside / "nothing")))
    actions = random.sample((["run"], ["resume"], ["report"], ["md"], ["junit"], ["diff"]), 2)
    for (action,) in actions:
        if action in ("run", "resume"):
            ended = field.run(*(["--resume"] if action == "resume" else []))
            if ended.code < 2:
                field.complete()
        elif action == "diff":
            field.command("diff", field.out, field.root / "good")
        else:
            field.command("report", field.out, "--format", {"report": "html"}.get(action, action))
