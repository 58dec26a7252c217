"""Case files with mistakes that nobody thought of: good ones of every operator, changed by hypothesis.

What is accepted is run: a file that is read must not end a run either.
"""

import functools
import json
from random import Random

import hypothesis
from hypothesis import HealthCheck, Phase

from tests.faults.field import Field
from tests.random_cases import mutation

SHARE = 200
DRAWN = 50  # files of one search: hypothesis draws the first of them slowly


def plant(field: Field, random: Random) -> None:
    """Refused in one line, or read and run, with a result for each case."""
    field.cases.write_bytes(random.choice(files(random.randrange(10**6) // 10**5)))
    accepted = field.command(*field.arguments("--list")).code == 0
    if accepted and random.random() < 0.3:
        assert field.run().code in (0, 1)
        assert field.read().keys() == {row["id"] for row in json.loads(field.cases.read_bytes())["cases"]}


@functools.cache
def files(seed: int) -> list[bytes]:
    """Files that hypothesis draws from a seed."""
    found = []

    def keep(tree) -> None:
        try:
            found.append(json.dumps(tree).encode())
        except RecursionError:  # as deep as that nothing can be written
            return

    checks, phases = list(HealthCheck), [Phase.generate]
    settings = hypothesis.settings(max_examples=DRAWN, database=None, phases=phases, suppress_health_check=checks)
    hypothesis.seed(seed)(settings(hypothesis.given(mutation.changed())(keep)))()
    return found
