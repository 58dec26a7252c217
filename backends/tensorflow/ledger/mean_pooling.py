"""Where the mean pooling of TensorFlow differs: Eigen counts in half precision, and cuts wide windows off wrongly."""

import numpy as np

from backends import shared_ledger as shared
from backends.condition import On
from backends.known import bug, numeric
from spec.cases import predicates

FLOAT16_BY_EIGEN = On(switches={"onednn_takes_float16": False})
SPREAD = (
    "With SAME and a window of more rows than the image, the gradient of a window that begins before the image is "
    "spread over all its rows, though the window ends before the last one."
)
CUT = "Eigen's AvgPoolGrad cuts the part of a window in the image off at the end as if it began at row 0."


def has_wide_windows(case):
    """With SAME some window begins before the image, ends before its last pixel, and is wider than the image."""
    attrs = case.attrs
    if attrs["padding"] != "same" or attrs["count_include_pad"] or min(predicates.strides(case)) < 1:
        return False
    if attrs["ceil_mode"] and any(room % step for room, step in zip(predicates.room(case), predicates.strides(case))):
        return False  # then the pads are put on before
    axes = zip(predicates.image(case), predicates.window(case), predicates.strides(case), predicates.pads(case))
    return any(
        span > size and any(start + span < size for start in range(-before, min(0, size), step))
        for size, span, step, (before, _) in axes
    )


LEDGER = [
    shared.FLOAT16_MEAN_OVERFLOWS,
    numeric(
        id="float16-counts-to-2048",
        operators=("avg_pool2d",),
        when=lambda case: case.dtype == np.float16 and np.prod(predicates.window(case)) > 2048,
        what="The mean of more than 2048 numbers in float16 is too large: that of 4096 numbers, half of them 1, is 1.",
        why="Eigen counts the pixels of a window in the dtype of the image, and 2048 + 1 is 2048 in float16.",
        on=FLOAT16_BY_EIGEN,
    ),
    bug(
        id="average-pool-gradient-of-wide-windows",
        operators=("avg_pool2d",),
        part="gradient",
        when=lambda case: case.dtype == np.float64 and has_wide_windows(case),
        what=SPREAD,
        why=CUT,
        link="tensorflow/tensorflow#48773",
    ),
    bug(
        id="average-pool-gradient-of-wide-windows-in-float16",
        operators=("avg_pool2d",),
        part="gradient",
        when=lambda case: case.dtype == np.float16 and has_wide_windows(case),
        what=SPREAD,
        why=CUT,
        link="tensorflow/tensorflow#48773",
        on=FLOAT16_BY_EIGEN,
    ),
    bug(
        id="average-pool-gradient-of-wide-windows-without-onednn",
        operators=("avg_pool2d",),
        part="gradient",
        when=lambda case: case.dtype.name in ("float32", "bfloat16") and has_wide_windows(case),
        what=SPREAD,
        why=CUT,
        link="tensorflow/tensorflow#48773",
        variants=("no-onednn",),
    ),
    numeric(
        id="bfloat16-counts-to-256",
        operators=("avg_pool2d",),
        when=lambda case: case.dtype.name == "bfloat16" and np.prod(predicates.window(case)) > 256,
        what="The mean of more than 256 numbers in bfloat16 is too large: that of 4096 numbers, half of them 1, is 1.",
        why="Eigen counts the pixels of a window in the dtype of the image, and 256 + 1 is 256 in bfloat16.",
        variants=("no-onednn",),
    ),
]
