"""Where PyTorch sums in half precision: each addition is rounded, not the sum alone.

Everything else in float16 and bfloat16 is as good as float32 rounded once. What is not listed and falls back is seen.
"""

from backends.condition import On
from backends.shared_ledger import pads_of_pixels_in, sums_in

CONVOLUTIONS = ("conv2d", "conv2d_layer", "conv_transpose2d", "convolve2d")
GRADIENTS = ("avg_pool2d", "corr2d", "max_pool2d", "pad2d")

LEDGER = [
    *sums_in("float16", ("avg_pool2d", "conv_transpose2d", "corr2d", "upsample2d"), (*CONVOLUTIONS, *GRADIENTS)),
    *sums_in("bfloat16", ("avg_pool2d", "corr2d", "upsample2d"), GRADIENTS),
    *pads_of_pixels_in("bfloat16"),
    # Below AVX-512 oneDNN has no convolution in bfloat16, and PyTorch's own is taken.
    *sums_in("bfloat16", ("conv_transpose2d",), CONVOLUTIONS, "-below-avx512", On("oneDNN", below="avx512")),
]
