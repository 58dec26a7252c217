"""All planted mistakes by name. It imports nothing of the backend itself, so that the harness can list them."""

from backends.numpy.mutants import (  # noqa: F401  # each adds its own
    activations,
    arithmetic,
    convolution,
    correlation,
    dense,
    gradients,
    images,
    layouts,
    normalization,
    padding,
    pooling,
    refusals,
    sizes,
    training,
    transposed,
)
from backends.numpy.mutants.mutant import FOUND

MUTANTS = {mutant.name: mutant for mutant in FOUND}
