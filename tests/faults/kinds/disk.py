"""No room on the disk: files may not grow beyond a size, or a call of the system fails."""

import errno
import os
import resource
import shutil
from random import Random
from unittest import mock

from tests.faults.field import Ended, Field

SHARE = 110
ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES)
CALLS = ("open", "open", "replace", "mkdir", "unlink")


def plant(field: Field, random: Random) -> None:
    """One line says so; with room again `--resume` loses nothing."""
    if random.random() < 0.4:
        shutil.rmtree(field.out)
    more = ["--resume"] if random.random() < 0.3 else []
    ended = limited(field, random, more) if random.random() < 0.5 else failing(field, random, more)
    if ended.code == 2:
        assert str(field.out) in ended.err, ended
    field.resumed()


def limited(field: Field, random: Random, more: list[str]) -> Ended:
    """No file may be larger than some bytes."""
    old, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (random.choice((0, 1, 100, 700, 3000, 9000, 30_000)), most))
    try:
        return field.run(*more)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (old, most))


def failing(field: Field, random: Random, more: list[str]) -> Ended:
    """The system refuses what concerns the run folder, from some call on."""
    name, number = random.choice(CALLS), random.choice(ERRORS)
    left = [random.randrange(6)]
    real = getattr(os, name)

    def refuse(path, *arguments, **keywords):
        if str(path).startswith(str(field.out)):
            left[0] -= 1
            if left[0] < 0:
                raise OSError(number, os.strerror(number), str(path))
        return real(path, *arguments, **keywords)

    with mock.patch.object(os, name, refuse):
        return field.run(*more)
