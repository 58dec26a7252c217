"""Command lines that are wrong: options, values, names and files that there are none of."""

import sys
from random import Random

from tests.faults.field import ADAPTER, Field

SHARE = 120
TEXTS = (
    *("", " ", "-", "--", "\x1b[31mred\x1b[0m", "\n", "\u202e", "\ud800", "é" * 300, "a" * 10**4, "../..", "/"),
    *("nan", "-1", "1e400", "9" * 400, "%s%n"),
    *("NAME=", "=@", "a@b=c@d", "numpy:", "numpy@", "numpy@1.0;x", "numpy:avx9"),
)
GOOD = ["run", "--backend", f"one={ADAPTER}@{sys.executable}"]


def plant(field: Field, random: Random) -> None:
    """One line, and 2; nothing has begun, and nothing is made."""
    text = random.choice(TEXTS)
    good = [*GOOD, "--out", str(field.out)]
    lines = [
        [text or "no-command"],
        [random.choice(("run", "report", "diff", "laws", "doctor", "explain", "lessons")), "--no-such-option", text],
        [*good, "--cases", str(field.root / "given" / "none.json"), "--case", text],
        [*good, "--cases", str(field.root / "given")],
        [*good, "--op", text],
        [*good, "--jobs", text or "0"],
        [*good, "--timeout", text or "0"],
        [*good, "--shard", text],
        [*good, "--processor", text or "avx9"],
        [*good, "--backend", text],
        [*good, "--cases", str(field.cases), "--case", f"no such case {text}"],
        [*good, f"no-such-argument {text}"],
        [*good, "--jobs", "0"],
        [*good, "--timeout", random.choice(("nan", "inf", "0", "-0", "1e7"))],
        [*good, "--shard", random.choice(("0/1", "2/1", "1/0", "1", "/", "1/2/3", "1/²", "-1/2"))],
        ["report", str(field.root / "none"), "--format", random.choice(("html", "md", "junit"))],
        ["report", str(field.out), "--format", text or "pdf"],
        ["report", str(field.cases)],
        ["diff", str(field.out)],
        ["diff", str(field.out), str(field.root / "none")],
        ["diff", str(field.cases), str(field.out)],
        ["bridge", text or "conv3d", "--from", "torch", "--to", "numpy"],
        ["bridge", "conv2d", "--from", text or "x", "--to", "torch"],
        ["bridge", "conv2d", "--from", "torch", "--to", "jax", "--stride", text or "x"],
        ["explain", text or "nothing"],
        ["conventions", "--from", "torch"],
        ["conventions", "--from", text or "x", "--to", "torch"],
        ["laws", "--law", text or "x", "--out", str(field.out)],
        ["lessons", "--lesson", text or "x", "--out", str(field.out)],
        ["check-backend", text or "x"],
        ["mutants", "--mutant", f"no such {text}", "--out", str(field.out)],
    ]
    arguments = random.choice(lines)
    ended = field.command(*arguments)
    assert ended.code == 2, (arguments, ended)
    assert not (field.root / "none").exists()
    field.complete()
