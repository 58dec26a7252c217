"""Where the mean pooling of TensorFlow differs: Eigen counts in half precision, and cuts wide windows off wrongly."""

import numpy as np

from backends import other_cases as others
from backends import shared_ledger as shared
from backends.condition import On
from backends.instead import Defined, Gives
from backends.known import bug, numeric
from spec.cases import predicates
from spec.numerics import pooling_windows
from spec.ops import avg_pool2d

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


def _counting_to(most):
    """The mean whose count of pixels goes no further; pads that tf.pad puts on are counted before they are left out."""

    def mean(x, **attrs):
        counts = avg_pool2d.divisor(x.shape, **attrs)
        counted = counts if isinstance(attrs["padding"], str) else np.full(counts.shape, np.prod(attrs["kernel_size"]))
        return avg_pool2d.reference(x, **attrs) * (counted / np.minimum(counted, most))

    return mean


def _added_and_counted_to_256(case):
    return others.added_one_by_one(case, most=256)


def _cut_from_the_first_row(x, *, kernel_size, stride, padding, ceil_mode, count_include_pad):
    """The mean whose windows end where Eigen's gradient has them end."""
    axes = zip(x.shape[2:], pooling_windows.positions(x.shape, kernel_size, stride, padding, ceil_mode=ceil_mode))
    rows, columns = (np.array([_seen(size, *window[[0, -1]]) for window in places]) for size, places in axes)
    rows, columns = (one / one.sum(axis=1, keepdims=True) for one in (rows, columns))
    return np.einsum("ih,nchw,jw->ncij", rows.astype(x.dtype), x, columns.astype(x.dtype))


def _seen(size, first, last):
    """Which of the pixels of an axis are in a window from `first` to `last`, as Eigen's gradient counts them."""
    start, end = max(first, 0), last + 1
    if start + last - first + 1 > size:
        end = size
    places = np.arange(size)
    return (places >= start) & (places < end)


LEDGER = [
    shared.FLOAT16_MEAN_OVERFLOWS,
    numeric(
        id="float16-counts-to-2048",
        operators=("avg_pool2d",),
        when=lambda case: case.dtype == np.float16 and np.prod(predicates.window(case)) > 2048,
        what="The mean of more than 2048 numbers in float16 is too large: that of 4096 numbers, half of them 1, is 1.",
        why="Eigen counts the pixels of a window in the dtype of the image, and 2048 + 1 is 2048 in float16.",
        on=FLOAT16_BY_EIGEN,
        instead=Defined(_counting_to(2048)),
    ),
    bug(
        id="average-pool-gradient-of-wide-windows",
        operators=("avg_pool2d",),
        part="gradient",
        when=lambda case: case.dtype == np.float64 and has_wide_windows(case),
        what=SPREAD,
        why=CUT,
        link="tensorflow/tensorflow#48773",
        instead=Defined(_cut_from_the_first_row),
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
        instead=Defined(_cut_from_the_first_row),
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
        instead=Defined(_cut_from_the_first_row),
    ),
    numeric(
        id="bfloat16-counts-to-256",
        operators=("avg_pool2d",),
        when=lambda case: case.dtype.name == "bfloat16" and np.prod(predicates.window(case)) > 256,
        what="The mean of more than 256 numbers in bfloat16 is too large: that of 4096 numbers, half of them 1, is 1.",
        why="Eigen counts the pixels of a window in the dtype of the image, and 256 + 1 is 256 in bfloat16.",
        variants=("no-onednn",),
        instead=Gives(_added_and_counted_to_256),
    ),
]
