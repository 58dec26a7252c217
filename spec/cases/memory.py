"""Cases whose image and kernel do not lie in C order in memory: the first case of an operator, laid out otherwise.

Shapes, attributes and values are those of that case, so that a compiler compiles nothing new.
"""

import dataclasses
from collections.abc import Iterator

from spec import memory
from spec.core import Case
from spec.registry import operators

OPERATORS = (
    *("conv2d", "conv2d_layer", "conv_transpose2d", "convolve2d", "corr2d"),
    *("pad2d", "max_pool2d", "avg_pool2d", "upsample2d", "flatten"),
)


def cases() -> Iterator[Case]:
    """A case for each operator with an image, and each way to lie that its inputs can take."""
    for name in OPERATORS:
        first = next(iter(operators()[name].cases()))
        for word in memory.WORDS[1:]:
            lies = {key: word for key, array in first.inputs.items() if memory.fits(array, word)}
            if lies:
                why = f"in memory {' and '.join(lies)} lie {word}: the values are the same"
                yield dataclasses.replace(first, id=f"memory/{name}/{word}", why=why, memory=lies)
