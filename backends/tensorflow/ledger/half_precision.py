"""Where TensorFlow sums in half precision: each addition is rounded, not the sum alone.

Everything else in float16 and bfloat16 is as good as float32 rounded once. What is not listed and falls back is seen.
"""

from backends.condition import On
from backends.shared_ledger import sums_in

SUMS = ("conv_transpose2d", "corr2d")
GRADIENTS = ("corr2d", "max_pool2d", "pad2d", "upsample2d")
ONEDNN = ("avg_pool2d", "conv_transpose2d")  # below AVX-512 it refuses their gradients in bfloat16

LEDGER = [
    *sums_in("float16", ("avg_pool2d", *SUMS), ("conv2d", "convolve2d", *ONEDNN, *GRADIENTS)),
    *sums_in("bfloat16", SUMS, GRADIENTS),
    *sums_in("bfloat16", (), ONEDNN, on=On("oneDNN", at_least="avx512")),
]
