"""Where ONNX Runtime differs from the specification on the CPU."""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends.instead import Defined, Gives, Other, Says
from backends.known import bug, convention, lacking, unsupported
from spec import operators
from spec.cases import predicates
from spec.ops import conv2d, upsample2d

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


def _cut_or_empty(case):
    """Windows are cut off at the end, where the size is above 0: (room cut towards 0) / stride + 1, also with ceil."""
    axes = zip(predicates.room(case), predicates.strides(case))
    return others.cut_to_the_image(case) if all(-room < step for room, step in axes) else others.result_of_nothing(case)


def _of_any_rank(case):
    """A column of one axis; a convolution whose kernel is flipped along channels and rows, the axes 2 and 3 of five."""
    if case.op == "flatten":
        return others.as_a_column(case)
    attrs = conv2d.OPERATOR.complete({})
    inputs = {"x": case.inputs["x"][None], "w": case.inputs["k"][None, ::-1, ::-1]}
    return Other(dataclasses.replace(case, op="conv2d", attrs=attrs, inputs=inputs), lambda name, array: array[0])


def _nearest_of_corners(case):
    """The pixel at or before each place of align_corners."""
    x = case.inputs["x"]
    for letter, by in zip("HW", case.attrs["scale"]):
        axis = case.layout.index(letter)
        places = upsample2d.positions(x.shape[axis], by, True)
        x = x.take(np.floor(places).astype(int), axis)
    return {"y": x}


def _cropped_or_wrapped(case):
    return others.cropped(case) if predicates.pads_are_negative(case) else others.mirrored_on_and_on(case)


LEDGER = [
    lacking(
        id="no-bfloat16",
        operators=tuple(operators()),
        when=lambda case: "bfloat16" in predicates.dtypes(case),
        what="A session takes no array in bfloat16.",
        why="NumPy has no such dtype, and the session takes NumPy's alone.",
        instead=Says("takes no NumPy array of bfloat16"),
    ),
    lacking(
        id="no-symmetric-pads",
        operators=("pad2d",),
        when=lambda case: case.attrs["mode"] == "symmetric" and "bfloat16" not in predicates.dtypes(case),
        what="Pad has no mode in which the edge itself is mirrored too.",
        why="ONNX defines the modes constant, reflect, edge and wrap.",
        instead=Says("none is symmetric"),
    ),
    unsupported(
        id="no-float64",
        operators=(*CONVOLUTIONS, "avg_pool2d", "upsample2d"),
        when=lambda case: predicates.dtypes(case) == ["float64"],
        what="Conv, ConvTranspose, AveragePool and Resize have no float64: the session is not made.",
        why="The CPU has kernels for float32 alone, and converts nothing but float16.",
        instead=Says("Could not find an implementation for"),
    ),
    unsupported(
        id="output-padding-of-the-stride",
        operators=("conv_transpose2d",),
        when=_output_padding_reaches_the_stride,
        what="ConvTranspose refuses output_padding that is not less than the stride, even if less than the dilation.",
        why="The size of the output is checked against the stride alone.",
        instead=Says("while running ConvTranspose node"),
    ),
    unsupported(
        id="pad-of-the-kernel-under-dilation",
        operators=("max_pool2d",),
        when=_pad_reaches_the_kernel,
        what="MaxPool refuses pads that are not less than the kernel, though they are less than the dilated window.",
        why="Pads are checked against the kernel without its dilation (pool_attributes.h).",
        instead=Says(r"pool_attributes\.h"),
    ),
    convention(
        id="empty-axes",
        operators=("conv2d", "conv_transpose2d", "pad2d", *POOLS, "upsample2d", "flatten"),
        when=_is_accepted_empty,
        what="Images without a batch, and convolutions without channels or kernels, give results: sums of 0.",
        why="Nothing is computed, so nothing is checked.",
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="window-larger-than-the-image",
        operators=POOLS,
        when=lambda case: min(predicates.room(case)) < 0 and not predicates.empty(case),
        what="A pooling window larger than the padded image gives a pixel, or an image without pixels.",
        why="The number of windows is computed without a check, and windows are cut off at the end of the image.",
        instead=Gives(_cut_or_empty),
    ),
    convention(
        id="output-padding-beside-same",
        operators=("conv_transpose2d",),
        when=predicates.has_output_padding_beside_same,
        what="The output becomes larger than SAME has it.",
        why="ONNX fixes the size by the attribute output_shape; pads and output_padding are independent of each other.",
        instead=Gives(others.with_output_padding),
    ),
    convention(
        id="any-rank",
        operators=("convolve2d", "flatten", "upsample2d"),
        when=lambda case: not _has_its_rank(case),
        what="Inputs of other ranks are computed: Conv and Resize have as many axes as wanted, Flatten makes a column.",
        why="Operators of ONNX are defined for any number of axes.",
        instead=Gives(_of_any_rank),
    ),
    convention(
        id="nearest-aligns-corners",
        operators=("upsample2d",),
        when=lambda case: case.attrs["mode"] == "nearest" and case.attrs["align_corners"],
        what="The mode nearest takes align_corners, and other pixels with it.",
        why="In ONNX the places and the mode are independent attributes.",
        instead=Gives(_nearest_of_corners),
    ),
    convention(
        id="pad-crops-and-wraps",
        operators=("pad2d",),
        when=lambda case: predicates.pads_are_negative(case) or _wraps_around(case),
        what="Pad crops where pads are negative, and wraps around an image more than once.",
        why="Both are stated in ONNX's definition of the operator.",
        instead=Gives(_cropped_or_wrapped),
    ),
    bug(
        id="maximum-drops-nan",
        operators=("max_pool2d",),
        when=lambda case: bool(np.isnan(_maxima(case)).any()),
        what="MaxPool drops NaN.",
        why="Each pixel replaces the maximum if it is greater, which nothing is that is compared with NaN.",
        instead=Defined(definitions.maximum_without_nan, either=True),
    ),
    bug(
        id="maximum-of-minus-infinity",
        operators=("max_pool2d",),
        when=lambda case: bool(np.isneginf(_maxima(case)).any()) and case.dtype == np.float32,
        what="The maximum of nothing but -inf is the lowest finite number.",
        why="The maximum begins with the lowest finite number.",
        instead=Defined(definitions.maximum_without_nan, either=True),
    ),
    bug(
        id="bilinear-reads-pixels-of-weight-0",
        operators=("upsample2d",),
        when=lambda case: case.attrs["align_corners"] and not predicates.is_finite(predicates.first(case)),
        what="A pixel that is copied becomes NaN where the neighbour that does not count is infinite or NaN.",
        why="The neighbour is multiplied by its weight 0 all the same.",
        instead=Defined(definitions.bilinear_by_weights),
    ),
    bug(
        id="kernel-without-taps-hangs",
        operators=("convolve2d",),
        outcome="timed-out",
        when=lambda case: 0 in predicates.second(case).shape,
        what="Conv does not end where the kernel turns out to have no taps when it is run.",
        why="The kernel is checked only where its shape is known before.",
        instead=Says("no answer within"),
    ),
]


def _wraps_around(case):
    sizes = zip(predicates.image(case), case.attrs["padding"])
    return case.attrs["mode"] == "circular" and any(max(ends) > size for size, ends in sizes)
