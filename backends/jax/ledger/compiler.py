"""Where JAX differs by what XLA's compiler makes of a convolution before it runs."""

import dataclasses

from backends import shared_ledger as shared
from backends.instead import Defined
from backends.jax.ledger.default_mode import CONVOLUTIONS
from spec.cases import predicates, swapped


def _dies_in_the_compiler(case):
    if not swapped.has_outputs(case):
        return False
    single = predicates.groups(case) == 1
    if case.op != "conv_transpose2d":
        return case.gradient and single and swapped.is_swapped_in_part(swapped.slopes_of_pixels(case))
    forward, slopes = swapped.transposed_axes(case)
    return (single and swapped.is_swapped_in_part(forward)) or (case.gradient and swapped.is_swapped_in_part(slopes))


LEDGER = [
    shared.DEPTHWISE_MIXES_CHANNELS,
    dataclasses.replace(
        shared.DEPTHWISE_MIXES_CHANNELS,
        id="depthwise-mixes-channels-transposed",
        operators=("conv_transpose2d",),
        instead=Defined(shared.without_groups("conv_transpose2d")),
    ),
    dataclasses.replace(
        shared.SWAPPED_OPERANDS_CRASH, operators=(*CONVOLUTIONS, "conv_transpose2d"), when=_dies_in_the_compiler
    ),
]
