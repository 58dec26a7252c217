"""Out of memory: the harness may have so many bytes of it and no more."""

import resource
from random import Random

from tests.faults.field import Field, checked

SHARE = 30


def plant(field: Field, random: Random) -> None:
    """It ends, says so in one line, and `--resume` comes to the same verdicts with more of it."""
    megabytes = random.choice((150, 200, 250, 300, 350, 400, 500, 700))
    limit = megabytes * 2**20 + random.randrange(2**20)
    process = field.process(*field.arguments(), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit,) * 2))
    ended = field.ended(process)
    checked(ended, megabytes)
    assert not field.orphans()
    field.resumed()
