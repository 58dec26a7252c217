"""Where MXNet sums in half precision: each addition is rounded, not the sum alone.

Everything else in float16 and bfloat16 is as good as float32 rounded once. What is not listed and falls back is seen.
"""

from backends.shared_ledger import sums_in

LEDGER = sums_in("float16", ("avg_pool2d", "upsample2d"), ("avg_pool2d", "max_pool2d", "pad2d", "upsample2d"))
