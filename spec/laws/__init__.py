"""Laws: identities that hold whatever the data, stated in the operators themselves, so that no reference is needed.

Each file states the laws of one subject; `laws()` lists them all by name.
"""

import functools

from spec.laws.law import Ask, Draw, Law, Reading, Side


@functools.cache
def laws() -> dict[str, Law]:
    """All laws, in the order in which they are read."""
    from spec.laws import (
        activations,
        convolution,
        correlation,
        dense,
        equivariance,
        gradients,
        normalization,
        padding_and_resampling,
        pooling,
        transposed,
    )

    images = (correlation, convolution, transposed, equivariance, pooling, padding_and_resampling)
    modules = (*images, dense, activations, normalization, gradients)
    found = [one for module in modules for one in vars(module).values() if isinstance(one, Law)]
    return {one.name: one for one in found}


__all__ = ["Ask", "Draw", "Law", "Reading", "Side", "laws"]
