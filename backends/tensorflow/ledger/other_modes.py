"""Where TensorFlow differs in some of its modes alone: without oneDNN, traced into a graph, compiled by XLA."""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import shared_ledger as shared
from backends.condition import On
from backends.instead import Defined, Gives, Rounds, Says
from backends.known import bug, convention, numeric, unsupported
from backends.tensorflow.ledger.default_mode import NO_DILATION, NO_GROUPS, ONEDNN, has_no_outputs
from spec.cases import predicates, swapped
from spec.layouts import convert
from spec.ops import upsample2d

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
    rounded, fused = _starts(size, outputs, aligned)
    return bool((rounded != fused).any())


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


def _placed_twice(x, *, scale, mode, align_corners):
    """Bilinear upsampling whose three pixels begin at one place, and whose weights at another."""
    for axis in (2, 3):
        size = x.shape[axis]
        rows = _weights(size, size * scale[axis - 2], align_corners).astype(x.dtype)
        x = np.moveaxis(np.tensordot(rows, x, axes=(1, axis)), 0, axis)
    return x


def _starts(size, outputs, aligned):
    """The pixel from which three are read for each place, where the product is rounded, and where it is not."""
    scale = np.float32((size - 1) / max(outputs - 1, 1) if aligned else size / outputs)
    index = np.arange(outputs, dtype=np.float32) + np.float32(0 if aligned else 0.5)
    places = index * scale, index.astype(np.float64) * scale
    first = [np.ceil((place - (1 if aligned else 1.5)).astype(np.float32)) for place in places]
    return [np.clip(one, 0, max(size - 3, 0)).astype(int) for one in first]


def _weights(size, outputs, aligned):
    """The weight of each pixel for each place: those of the pixels from one start, put to the pixels from the other."""
    places = np.clip(upsample2d.positions(size, outputs // size, aligned), 0, size - 1)
    rounded, fused = _starts(size, outputs, aligned)
    found = np.zeros((outputs, size))
    for place, (at, begin, other) in enumerate(zip(places, rounded, fused)):
        for tap in range(min(3, size)):
            found[place, begin + tap] += max(0, 1 - abs(other + tap - at))
    return found


def _spread_to_neighbours(case):
    """The gradient of which every pixel that is read for a place has a share, also of weight 0."""
    cotangent = np.asarray(case.canonical_cotangent, np.float64)
    shape = convert(predicates.first(case), case.layout, "NCHW").shape
    aligned = case.attrs["align_corners"]
    ways = []
    for size, by in zip(shape[2:], case.attrs["scale"]):
        starts, weights = _starts(size, size * by, aligned)[0], _weights(size, size * by, aligned)
        seen = np.zeros((size * by, size), bool)
        for place, start in enumerate(starts):
            seen[place, start : start + 3] = True
        ways.append((seen, weights))
    (rows, row_weights), (columns, column_weights) = ways
    numbers = np.where(np.isfinite(cotangent), cotangent, 0)
    x = np.einsum("ih,ncij,jw->nchw", row_weights, numbers, column_weights)
    met = np.einsum("ih,ncij,jw->nchw", rows, ~np.isfinite(cotangent), columns)
    return {"x": convert(np.where(met > 0, np.nan, x), "NCHW", case.layout).astype(case.dtype)}


def _clamped(case):
    """Indices beyond the image are those of its edge; the edge of nothing is 0."""
    x, layout = predicates.first(case), case.layout
    for letter, (before, after) in zip("HW", case.attrs["padding"]):
        axis = layout.index(letter)
        size = x.shape[axis]
        if case.attrs["mode"] == "circular":
            places = np.concatenate([np.arange(size - before, size), np.arange(size), np.arange(after)])
        else:
            places = np.arange(-before, size + after)
        if size:
            x = x.take(np.clip(places, 0, size - 1), axis)
        else:
            x = np.zeros([len(places) if one == axis else count for one, count in enumerate(x.shape)], x.dtype)
    return {"y": x}


def _labels_make_nan(case):
    """NaN in the losses and, after a step, in all weights and logits."""
    steps, names = case.attrs["steps"], [name for name in case.inputs if name not in ("images", "labels")]
    if not steps:
        return others.with_nearest_labels(case)
    spoilt = {f"{name}_after": np.full(case.inputs[name].shape, np.nan, case.dtype) for name in names}
    count = len(case.inputs["images"])
    return {"logits": np.full((count, 10), np.nan, case.dtype), "losses": np.full(steps, np.nan, case.dtype), **spoilt}


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
        variants=("no-onednn",),
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
    # ---- compiled by XLA -------------------------------------------------------------------------
    unsupported(
        id="pooling-with-explicit-pads",
        operators=("max_pool2d",),
        when=_is_pooled_with_pairs,
        what="tf.nn.max_pool2d with a pair of pads for every axis is refused: XLA does not support pooling ops with "
        "explicit padding. Pads put on by tf.pad before work.",
        why="The translation to XLA knows SAME and VALID alone, though XLA's own pooling takes any pads.",
        variants=("xla",),
        instead=Says("XLA does not support pooling ops with explicit padding"),
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
        instead=Says("Detected unsupported operations when trying to compile graph"),
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
        instead=Defined(_placed_twice),
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
        instead=Defined(_placed_twice),
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
        instead=Gives(_spread_to_neighbours),
    ),
    dataclasses.replace(
        shared.GRADIENT_OF_PADDED_COTANGENT,
        operators=("conv2d", "conv2d_layer"),
        why="XLA's gradient is a convolution of the cotangent padded with zeros, and 0 times infinity is NaN.",
        variants=("xla",),
    ),
    dataclasses.replace(
        shared.DEPTHWISE_MIXES_CHANNELS,
        id="depthwise-mixes-channels-compiled",
        operators=("conv2d",),
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
        instead=Gives(_clamped),
    ),
    convention(
        id="labels-out-of-range",
        operators=("lenet5",),
        when=shared.labels_are_out_of_range,
        what="A label that is no class makes NaN of the loss and, after a step, of all weights.",
        why="What XLA compiles cannot raise. The documentation says so of the GPU.",
        link="tensorflow/tensorflow#8484",
        variants=("xla",),
        instead=Gives(_labels_make_nan),
    ),
]
