"""Where JAX sums in half precision: each addition is rounded, not the sum alone.

Everything else in float16 and bfloat16 is as good as float32 rounded once. What is not listed and falls back is seen.
"""

from backends.condition import On
from backends.shared_ledger import sums_in

SUMS = ("avg_pool2d", "conv_transpose2d", "corr2d", "upsample2d")
GRADIENTS = (*SUMS, "max_pool2d", "pad2d")

LEDGER = [
    *sums_in("float16", SUMS, GRADIENTS, on=On("XLA", at_least="avx")),
    *sums_in("bfloat16", SUMS, GRADIENTS),
]
