"""Where TensorFlow differs in some of its modes alone: without oneDNN, traced into a graph, compiled by XLA."""

import dataclasses

import numpy as np

from backends import shared_ledger as shared
from backends.condition import On
from backends.known import bug, convention, numeric, unsupported
from backends.tensorflow.ledger.default_mode import ONEDNN, has_no_outputs
from spec.cases import predicates, swapped

GRAPPLER = "Grappler rewrites a graph before it runs"


def _is_divided(case):
    """A mean of whole numbers that is divided by other numbers than the size of the window."""
    attrs, exact = case.attrs, case.tier == "integers" and case.dtype == np.float32
    padded = (
        predicates.pads_are_pairs(case)
        and not attrs["count_include_pad"]
        and predicates.pads(case) != predicates.NO_PADS
    )
    return exact and (any(predicates.overhang(case)) or padded)


def _is_placed_twice(case):
    """Some place of ResizeBilinear starts at another pixel when its product is not rounded before the subtraction."""
    if case.dtype != np.float32 or case.attrs["mode"] != "bilinear":
        return False
    return any(_moves(size, size * by, case.attrs["align_corners"]) for size, by in _axes(case))


def _axes(case):
    return zip(predicates.image(case), case.attrs["scale"])


def _moves(size, outputs, aligned):
    if size <= 3 or outputs < 1:  # three pixels are read for each place: there is no other choice among so few
        return False
    scale = np.float32((size - 1) / (outputs - 1) if aligned else size / outputs)
    index = np.arange(outputs, dtype=np.float32) + np.float32(0 if aligned else 0.5)
    rounded, whole = index * scale, index.astype(np.float64) * scale
    starts = [np.ceil((place - (1 if aligned else 1.5)).astype(np.float32)) for place in (rounded, whole)]
    return bool(np.diff(np.clip(starts, 0, size - 3), axis=0).any())


def _is_pooled_with_pairs(case):
    """Neither by a name of TensorFlow's, nor dilated, for which the pads are put on before."""
    named = case.attrs["padding"] == "same" or (case.attrs["padding"] == "valid" and not case.attrs["ceil_mode"])
    return max(predicates.dilations(case)) == 1 and not named


def _leaves_the_axis(case):
    """Circular pads wider than the image, or a replicated edge that is not there."""
    if case.attrs["mode"] == "circular":
        return any(max(ends) > size for size, ends in zip(predicates.image(case), case.attrs["padding"]))
    return case.attrs["mode"] == "replicate" and 0 in predicates.image(case)


def _crops_before_padding(case):
    """Computed by Eigen, which has no float64 here."""
    return case.dtype.itemsize < 8 and predicates.is_cropped_before_padding(case)


def _dies_in_the_compiler(case):
    """Of a transposed convolution the groups are computed one by one, and dilation is zeros in the kernel."""
    if not swapped.has_outputs(case):
        return False
    if case.op == "conv2d":
        single = predicates.groups(case) == 1
        return case.gradient and single and swapped.is_swapped_in_part(swapped.slopes_of_pixels(case))
    axes = swapped.transposed_axes(case)[0]
    if max(predicates.dilations(case)) > 1:
        axes = [(size, taps * rate, pads, step, spread, 1) for size, taps, pads, step, spread, rate in axes]
    return swapped.is_swapped_in_part(axes)


FUSED = On("XLA", at_least="avx2")  # XLA has fused multiply-add from there on

LEDGER = [
    # ---- without oneDNN --------------------------------------------------------------------------
    unsupported(
        id="gradient-with-groups-without-onednn",
        operators=("conv2d",),
        part="gradient",
        when=lambda case: predicates.groups(case) > 1 and max(predicates.dilations(case)) == 1,
        what="The gradient of tf.nn.conv2d with groups is refused for every padding and dtype.",
        why="Eigen's Conv2DBackpropInput has no groups.",
        link="tensorflow/tensorflow#53631",
        variants=("no-onednn",),
    ),
    unsupported(
        id="gradient-with-dilation-without-onednn",
        operators=("conv2d",),
        part="gradient",
        when=lambda case: max(predicates.dilations(case)) > 1,
        what="The gradient of tf.nn.conv2d with dilation is refused for every padding and dtype.",
        why="Eigen's Conv2DBackpropInput has no dilation.",
        link="tensorflow/tensorflow#28264",
        variants=("no-onednn",),
    ),
    convention(
        id="no-window-empty-maximum",
        operators=("max_pool2d",),
        when=lambda case: has_no_outputs(case) and not predicates.pads_are_pairs(case),
        what="Where no window fits, the maximum with SAME and VALID is empty too.",
        why="The size is (H - k + stride) / stride, cut towards 0, which is 0 and not negative. oneDNN refuses it.",
        variants=("no-onednn",),
    ),
    convention(
        id="no-kernels-no-channels",
        operators=("conv2d",),
        when=lambda case: predicates.empty(case) == {("w", case.attrs["kernel_layout"].index("O"))},
        what="A convolution with no kernels gives a result without channels. oneDNN refuses it.",
        why="Nothing is computed, so nothing is checked.",
        variants=("no-onednn", "xla"),
    ),
    dataclasses.replace(
        shared.LOSS_OF_NO_IMAGES,
        what="The loss of no images is NaN; the weights stay as they are. oneDNN fails at the bias of no images.",
        variants=("no-onednn", "xla"),
    ),
    # ---- traced into a graph ---------------------------------------------------------------------
    numeric(
        id="division-by-constants",
        operators=("avg_pool2d",),
        when=_is_divided,
        what="Bridged: means of whole numbers are off by a unit in the last place, -2.9999998 instead of -3, where the "
        "sum is divided by the number of places in the image.",
        why=f"{GRAPPLER}: by constant folding x * area / counts becomes x * (area / counts), rounded in between.",
        variants=("function",),
    ),
    numeric(
        id="division-by-constants-gradient",
        operators=("avg_pool2d",),
        part="gradient",
        when=_is_divided,
        what="Bridged: gradients of means are off by a unit in the last place where the sum is divided by the number "
        "of places in the image.",
        why=f"{GRAPPLER}: by constant folding a division by constants becomes a product with their rounded quotient.",
        variants=("function",),
    ),
    bug(
        id="zero-stride-crash",
        operators=("conv_transpose2d",),
        outcome="crashed",
        when=lambda case: 0 in predicates.strides(case),
        what="tf.nn.conv2d_transpose with a stride of 0 ends the process with a floating point exception. Eager it is "
        "refused, and so it is with disable_meta_optimizer.",
        why=f"{GRAPPLER}, and divides by the strides before the kernel has looked at them.",
        variants=("function",),
    ),
    bug(
        id="fused-relu-drops-nan",
        operators=("lenet5",),
        when=lambda case: not predicates.is_finite(case.inputs["images"]),
        what="A convolution with activation=relu makes 0 of NaN, so the logits of a spoilt image are numbers. Eager, "
        "without oneDNN, and without Grappler's remapping NaN stays.",
        why=f"{GRAPPLER}: convolution, bias and relu become one operator of oneDNN, whose relu is x > 0 ? x : 0.",
        on=ONEDNN,
        variants=("function",),
    ),
    # ---- compiled by XLA -------------------------------------------------------------------------
    unsupported(
        id="pooling-with-explicit-pads",
        operators=("max_pool2d",),
        when=_is_pooled_with_pairs,
        what="tf.nn.max_pool2d with a pair of pads for every axis is refused: XLA does not support pooling ops with "
        "explicit padding. Pads put on by tf.pad before work.",
        why="The translation to XLA knows SAME and VALID alone, though XLA's own pooling takes any pads.",
        variants=("xla",),
    ),
    unsupported(
        id="nearest-gradient",
        operators=("upsample2d",),
        part="gradient",
        when=lambda case: case.attrs["mode"] == "nearest",
        what="The gradient of ResizeNearestNeighbor does not compile. That of ResizeBilinear does.",
        why="Nobody has written ResizeNearestNeighborGrad for XLA on the CPU.",
        link="tensorflow/tensorflow#60203",
        variants=("xla",),
    ),
    bug(
        id="bilinear-takes-the-next-pixel",
        operators=("upsample2d",),
        when=_is_placed_twice,
        what="ResizeBilinear by 3, 5, 7 and other factors takes the next pixel in some rows and columns: the line "
        "0 1 2 3 by 3 has 2 in the place of the first 1.",
        why="For each place XLA computes twice at which pixel it begins, for the pixels and for their weights. Where "
        "one of the two is compiled to a fused multiply-add they differ by a pixel when a place is a whole number.",
        link="tensorflow/tensorflow#118467",
        on=FUSED,
        variants=("xla",),
    ),
    bug(
        id="bilinear-takes-the-next-pixel-gradient",
        operators=("upsample2d",),
        part="gradient",
        when=lambda case: _is_placed_twice(case) and not case.attrs["align_corners"],
        what="The gradient of ResizeBilinear by 3, 5, 7 and other factors goes to the next pixel in some rows and "
        "columns.",
        why="It computes twice at which pixel a place begins, as the operator itself; with align_corners it goes "
        "another way.",
        link="tensorflow/tensorflow#118467",
        on=FUSED,
        variants=("xla",),
    ),
    numeric(
        id="bilinear-spreads-nan-gradient",
        operators=("upsample2d",),
        part="gradient",
        when=lambda case: shared.is_bilinear(case) and not predicates.is_finite(case.canonical_cotangent),
        what="One cotangent of NaN makes NaN of three pixels by three.",
        why="XLA multiplies what it reads around a place with weights, some of them 0, and 0 times NaN is NaN.",
        link="tensorflow/tensorflow#118382",
        variants=("xla",),
    ),
    dataclasses.replace(
        shared.GRADIENT_OF_PADDED_COTANGENT,
        why="XLA's gradient is a convolution of the cotangent padded with zeros, and 0 times infinity is NaN.",
        variants=("xla",),
    ),
    dataclasses.replace(shared.SWAPPED_OPERANDS_CRASH, when=_dies_in_the_compiler, variants=("xla",)),
    dataclasses.replace(shared.CROP_BEFORE_PADDING, when=_crops_before_padding, variants=("xla",)),
    dataclasses.replace(
        shared.CROP_BEFORE_PADDING_GRADIENT,
        when=_crops_before_padding,
        what="With a pad as wide as the kernel, and none opposite, the gradient is wrong in the last columns, or huge. "
        "Keras puts such pads on before, and is not concerned.",
        variants=("xla",),
    ),
    convention(
        id="gather-is-not-checked",
        operators=("pad2d",),
        when=_leaves_the_axis,
        what="Bridged: circular pads wider than the image repeat its edge, and the edge of nothing is 0. tf.gather "
        "itself refuses such indices on the CPU.",
        why="tf.pad has neither mode: tf.gather stands in, and what XLA compiles cannot raise: indices are clamped.",
        link="tensorflow/tensorflow#115254",
        variants=("xla",),
    ),
    convention(
        id="labels-out-of-range",
        operators=("lenet5",),
        when=shared.labels_are_out_of_range,
        what="A label that is no class makes NaN of the loss and, after a step, of all weights.",
        why="What XLA compiles cannot raise. The documentation says so of the GPU.",
        link="tensorflow/tensorflow#8484",
        variants=("xla",),
    ),
]
