"""Workers that die, stand still, do not listen or have no memory left: while they start, in the middle, at the end."""

from random import Random

from tests.faults.field import Field

SHARE = 140
FAULTS = {
    "kill": "crashed",
    "stop": "timed-out",
    "terminate": "crashed",
    "interrupt": "",
    "segfault": "crashed",
    "exit": "crashed",
    "abort": "crashed",
    "deaf": "timed-out",
    "shut": "",
    "memory": "",
    "shout": "crashed",
}  # what it costs its case, where that is sure
SLOW = ("stop", "deaf", "shut")
CALLS = 8  # of conv2d in the run: its cases, and their gradients


def plant(field: Field, random: Random) -> None:
    """The fault costs the case that it hits and no other; the next try puts that right too."""
    fault, at = random.choice(sorted(FAULTS)), random.randrange(CALLS)
    if at == 0 and fault in SLOW:
        at = 1  # a start may take minutes: `test_worker.py` has it, with a shorter limit
    field.will(fault, at, random.randrange(2**32))
    ended = field.run()
    rows = field.read()
    assert rows.keys() == field.verdicts.keys(), ended
    hit = [name for name in rows if rows[name] != field.verdicts[name] and rows[name]["outcome"] != "timed-out"]
    assert len(hit) <= 1, (fault, at, [rows[name] for name in hit])
    for name in hit:
        assert rows[name]["status"] == "fail"
        assert FAULTS[fault] in ("", "timed-out", rows[name]["outcome"]), (fault, rows[name])
    assert ended.code == 1
    assert not field.orphans()
    if fault not in SLOW and random.random() < 0.3:  # and it comes again in every worker
        field.restore()
        field.will(fault, at, random.randrange(2**32), once=False)
        assert field.run().code == 1
        assert field.read().keys() == field.verdicts.keys()
