"""Where JAX sums in half precision: each addition is rounded, not the sum alone.

Everything else in float16 and bfloat16 is as good as float32 rounded once. What is not listed and falls back is seen.
"""

import dataclasses

from backends import shared_ledger as shared
from backends.condition import On
from backends.shared_ledger import sums_in

SUMS = ("avg_pool2d", "conv_transpose2d", "corr2d", "upsample2d")
GRADIENTS = (*SUMS, "max_pool2d", "pad2d")

LEDGER = [
    *sums_in("float16", SUMS, GRADIENTS, on=On("XLA", at_least="avx")),
    *sums_in("bfloat16", SUMS, GRADIENTS),
    *shared.pads_of_pixels_in("float16", "bfloat16"),
    dataclasses.replace(
        shared.BIAS_AFTER_ROUNDING,
        why="lax.conv has no bias: users, and flax layers, add it to what lax.conv returns. With "
        "preferred_element_type=float32 it would return sums that are not rounded yet.",
    ),
    dataclasses.replace(
        shared.BIAS_GRADIENT_IN_HALF_PRECISION,
        why="The gradient of broadcasting is lax.reduce_sum, which adds in the dtype of what it gets. jnp.sum would "
        "add in float32.",
    ),
]
