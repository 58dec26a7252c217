"""Where ONNX Runtime differs from the specification on the CPU."""

import numpy as np

from backends.known import bug, convention, unsupported
from spec.cases import predicates

CONVOLUTIONS = ("convolve2d", "conv2d", "conv_transpose2d")
POOLS = ("max_pool2d", "avg_pool2d")


def _is_accepted_empty(case):
    """A batch of nothing, no channels, no kernels; an empty image only where nothing slides over it."""
    axes = {axis for _, axis in predicates.empty(case)}
    return bool(axes) and (axes <= {0, 1} or case.op in ("flatten", "upsample2d"))


def _output_padding_reaches_the_stride(case):
    pairs = zip(case.attrs["output_padding"], case.attrs["stride"], case.attrs["dilation"])
    return case.attrs["padding"] != "same" and any(step <= more < rate for more, step, rate in pairs)


def _pad_reaches_the_kernel(case):
    """Pads as wide as the kernel, though not as the window that it covers."""
    pairs = zip(predicates.pads(case), predicates.window(case), predicates.spans(case))
    return any(taps <= max(ends) < span for ends, taps, span in pairs)


def _has_its_rank(case):
    rank = predicates.rank(case)
    return rank >= 2 if case.op == "flatten" else rank == {"convolve2d": 2, "upsample2d": 4}[case.op]


def _maxima(case):
    return predicates.special_maxima(case)


LEDGER = [
    unsupported(
        id="no-float64",
        operators=(*CONVOLUTIONS, "avg_pool2d", "upsample2d"),
        when=lambda case: predicates.dtypes(case) == ["float64"],
        what="Conv, ConvTranspose, AveragePool and Resize have no float64: the session is not made.",
        why="The CPU has kernels for float32 alone, and converts nothing but float16.",
    ),
    unsupported(
        id="output-padding-of-the-stride",
        operators=("conv_transpose2d",),
        when=_output_padding_reaches_the_stride,
        what="ConvTranspose refuses output_padding that is not less than the stride, even if less than the dilation.",
        why="The size of the output is checked against the stride alone.",
    ),
    unsupported(
        id="pad-of-the-kernel-under-dilation",
        operators=("max_pool2d",),
        when=_pad_reaches_the_kernel,
        what="MaxPool refuses pads that are not less than the kernel, though they are less than the dilated window.",
        why="Pads are checked against the kernel without its dilation (pool_attributes.h).",
    ),
    convention(
        id="empty-axes",
        operators=("conv2d", "conv_transpose2d", "pad2d", *POOLS, "upsample2d", "flatten"),
        when=_is_accepted_empty,
        what="Images without a batch, and convolutions without channels or kernels, give results: sums of 0.",
        why="Nothing is computed, so nothing is checked.",
    ),
    convention(
        id="window-larger-than-the-image",
        operators=POOLS,
        when=lambda case: min(predicates.room(case)) < 0 and not predicates.empty(case),
        what="A pooling window larger than the padded image gives a pixel, or an image without pixels.",
        why="The number of windows is computed without a check, and windows are cut off at the end of the image.",
    ),
    convention(
        id="output-padding-beside-same",
        operators=("conv_transpose2d",),
        when=predicates.has_output_padding_beside_same,
        what="The output becomes larger than SAME has it.",
        why="ONNX fixes the size by the attribute output_shape; pads and output_padding are independent of each other.",
    ),
    convention(
        id="any-rank",
        operators=("convolve2d", "flatten", "upsample2d"),
        when=lambda case: not _has_its_rank(case),
        what="Inputs of other ranks are computed: Conv and Resize have as many axes as wanted, Flatten makes a column.",
        why="Operators of ONNX are defined for any number of axes.",
    ),
    convention(
        id="nearest-aligns-corners",
        operators=("upsample2d",),
        when=lambda case: case.attrs["mode"] == "nearest" and case.attrs["align_corners"],
        what="The mode nearest takes align_corners, and other pixels with it.",
        why="In ONNX the places and the mode are independent attributes.",
    ),
    convention(
        id="pad-crops-and-wraps",
        operators=("pad2d",),
        when=lambda case: predicates.pads_are_negative(case) or _wraps_around(case),
        what="Pad crops where pads are negative, and wraps around an image more than once.",
        why="Both are stated in ONNX's definition of the operator.",
    ),
    bug(
        id="maximum-drops-nan",
        operators=("max_pool2d",),
        when=lambda case: bool(np.isnan(_maxima(case)).any()),
        what="MaxPool drops NaN.",
        why="Each pixel replaces the maximum if it is greater, which nothing is that is compared with NaN.",
    ),
    bug(
        id="maximum-of-minus-infinity",
        operators=("max_pool2d",),
        when=lambda case: bool(np.isneginf(_maxima(case)).any()) and case.dtype == np.float32,
        what="The maximum of nothing but -inf is the lowest finite number.",
        why="The maximum begins with the lowest finite number.",
    ),
    bug(
        id="bilinear-reads-pixels-of-weight-0",
        operators=("upsample2d",),
        when=lambda case: case.attrs["align_corners"] and not predicates.is_finite(predicates.first(case)),
        what="A pixel that is copied becomes NaN where the neighbour that does not count is infinite or NaN.",
        why="The neighbour is multiplied by its weight 0 all the same.",
    ),
    bug(
        id="kernel-without-taps-hangs",
        operators=("convolve2d",),
        outcome="timed-out",
        when=lambda case: 0 in predicates.second(case).shape,
        what="Conv does not end where the kernel turns out to have no taps when it is run.",
        why="The kernel is checked only where its shape is known before.",
    ),
]


def _wraps_around(case):
    sizes = zip(predicates.image(case), case.attrs["padding"])
    return case.attrs["mode"] == "circular" and any(max(ends) > size for size, ends in sizes)
