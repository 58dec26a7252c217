"""All planted mistakes by name. It imports nothing of the backend itself, so that the harness can list them."""

from backends.numpy.mutants import (  # noqa: F401  # each adds its own
    arithmetic,
    bridges,
    convolution,
    derivatives,
    images,
    padding,
    pooling,
    refusals,
    textbook,
    training,
    transposed,
)
from backends.numpy.mutants.record import FOUND

MUTANTS = {mutant.name: mutant for mutant in FOUND}
