"""Where TensorFlow differs in some of its modes alone: without oneDNN, and traced into a graph."""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import shared_ledger as shared
from backends.instead import Gives, Rounds, Says
from backends.known import bug, convention, numeric, unsupported
from backends.tensorflow.ledger.default_mode import NO_DILATION, NO_GROUPS, ONEDNN, has_no_outputs
from spec.cases import predicates

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
        instead=Says(NO_GROUPS),
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
        instead=Says(NO_DILATION),
    ),
    convention(
        id="no-window-empty-maximum",
        operators=("max_pool2d",),
        when=lambda case: has_no_outputs(case) and not predicates.pads_are_pairs(case),
        what="Where no window fits, the maximum with SAME and VALID is empty too.",
        why="The size is (H - k + stride) / stride, cut towards 0, which is 0 and not negative. oneDNN refuses it.",
        variants=("no-onednn",),
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="no-kernels-no-channels",
        operators=("conv2d",),
        when=lambda case: predicates.empty(case) == {("w", case.attrs["kernel_layout"].index("O"))},
        what="A convolution with no kernels gives a result without channels. oneDNN refuses it.",
        why="Nothing is computed, so nothing is checked.",
        variants=("no-onednn", "xla"),
        instead=Gives(others.result_of_nothing),
    ),
    dataclasses.replace(
        shared.LOSS_OF_NO_IMAGES,
        what="The loss of no images is NaN; the weights stay as they are. oneDNN fails at the bias of no images.",
        variants=("no-onednn", "xla"),
    ),
    dataclasses.replace(
        shared.SUBNORMAL_NUMBERS_ARE_ZERO,
        id="subnormal-maxima-are-zero",
        operators=("max_pool2d",),
        why="TensorFlow switches on flush-to-zero and denormals-are-zero in every thread; oneDNN moves what it found.",
        link="tensorflow/tensorflow#11902",
        variants=("no-onednn", "xla"),
    ),
    convention(
        id="no-window-empty-output",
        operators=("conv2d", "convolve2d"),
        when=lambda case: predicates.rank(case) > 1 and has_no_outputs(case),
        what="Where no window fits the result is empty. If the size misses by two strides or more it is refused.",
        why="The size is (H - k + stride) / stride, cut towards 0, which is 0 and not negative.",
        variants=("no-onednn",),
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="empty-batch",
        operators=("conv2d", "conv2d_layer"),
        when=predicates.batch_is_empty,
        what="A batch of no images gives a batch of no results. With oneDNN it has the shape of the image.",
        why="Nothing is computed, so nothing is checked.",
        variants=("no-onednn", "xla"),
        instead=Gives(others.result_of_nothing),
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
        instead=Rounds(),
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
        instead=Rounds(),
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
        instead=Says("^SIGFPE"),
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
        instead=Gives(others.predicted_without_nan),
    ),
]
