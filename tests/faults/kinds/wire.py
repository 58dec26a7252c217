"""Garbage on the wire: bytes that are no message, and replies that are no answer to the question."""

from random import Random

from tests.faults.field import Field

SHARE = 120


def plant(field: Field, random: Random) -> None:
    """It costs its case at most, and never makes a verdict better."""
    fault = random.choice(("garbage", "reply", "reply"))
    # Not while it starts: that may take minutes, and a message that lacks its end is waited for.
    field.will(fault, random.randrange(1, 8), random.randrange(2**32))
    ended = field.run()
    rows = field.read()
    assert rows.keys() == field.verdicts.keys(), ended
    hit = [name for name in rows if rows[name] != field.verdicts[name] and rows[name]["outcome"] != "timed-out"]
    assert len(hit) <= 1, [rows[name] for name in hit]
    for name in hit:
        better = rows[name]["status"] == "pass" and field.verdicts[name]["status"] != "pass"
        assert not better, (rows[name], field.verdicts[name])
    assert ended.code == 1
    assert not field.orphans()
