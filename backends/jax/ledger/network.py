"""Where the layers of a network are known to differ in JAX."""

import dataclasses

from backends import shared_network_ledger as shared
from backends.instead import Rounds
from backends.known import numeric
from backends.shared_network_ledger import is_kind

LEDGER = [
    *shared.steps_in("float16", "activation"),
    *shared.steps_in("bfloat16", "activation"),
    numeric(
        id="softplus-gradient-by-a-difference",
        operators=("activation",),
        part="gradient",
        when=is_kind("softplus"),
        seldom=True,
        what="The gradient of softplus is off by several units in the last place where x is large.",
        why="It is exp(x - softplus(x)), by the rule for logaddexp: the rounding of the difference counts x times.",
        instead=Rounds(times=4),
    ),
    shared.EMPTY_MATRICES,
    dataclasses.replace(shared.LEADING_AXES, when=shared.has_rank(1, 3)),
    shared.BIAS_IS_BROADCAST,
    shared.DENSE_BIAS_AFTER_ROUNDING,
    shared.DENSE_BIAS_GRADIENT,
    shared.EMPTY_STATISTICS,
    shared.ROWS_ARE_NORMALISED,
    *shared.steps_in("float16", "batch_norm2d"),
    *shared.steps_in("bfloat16", "batch_norm2d"),
]
