"""Where TensorFlow sums in half precision: each addition is rounded, not the sum alone.

Everything else in float16 and bfloat16 is as good as float32 rounded once. What is not listed and falls back is seen.
"""

from backends.shared_ledger import sums_in

SUMS = ("conv_transpose2d", "corr2d")
GRADIENTS = ("avg_pool2d", *SUMS, "max_pool2d", "pad2d", "upsample2d")

# A training adds the gradients of its weights, in every step.
TRAININGS = ("learn_kernel", "lenet5")

LEDGER = [
    *sums_in("float16", ("avg_pool2d", *SUMS, *TRAININGS), ("conv2d", "convolve2d", *GRADIENTS)),
    *sums_in("bfloat16", (*SUMS, *TRAININGS), GRADIENTS),
]
