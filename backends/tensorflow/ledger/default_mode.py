"""Where TensorFlow is known to differ from the specification.

Every entry was seen in the framework's own calls. "Bridged" says that the adapter prepared the input, so that the
framework's own check was never met.
"""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends import shared_ledger as shared
from backends.condition import On
from backends.instead import Defined, Gives, Says, Undetermined
from backends.known import bug, convention, numeric, unsupported
from spec.cases import predicates
from spec.core import Rejected
from spec.ops import learn_kernel

ONEDNN = On("oneDNN")  # which the adapter switches on where TensorFlow has it
LAYERED = ("conv2d", "conv2d_layer", "corr2d", "convolve2d", "conv_transpose2d")


def _has_eigen_gradient(case):
    """oneDNN, which knows groups and dilation, computes gradients of float32 with the paddings SAME and VALID alone."""
    return case.dtype != np.float32 or predicates.pads_are_pairs(case)


def _has_other_groups(case):
    """Image and kernel would fit with another number of groups than the case has."""
    image, inputs, outputs = predicates.channels(case)
    fits = inputs > 0 and image % inputs == 0 and outputs % max(image // inputs, 1) == 0
    return fits and image // inputs != predicates.groups(case)


def _outputs(case):
    """Sizes of the output as TensorFlow computes them: (room + stride) / stride, cut towards 0 as in C."""
    return [
        int((room + step) / step) if step else 0 for room, step in zip(predicates.room(case), predicates.strides(case))
    ]


def has_no_outputs(case):
    return min(predicates.room(case), default=0) < 0 and min(_outputs(case)) == 0


def _has_no_column_by_a_stride(case):
    """The window is too wide by a stride and less than two, by the name of a padding, in float32; no axis by less."""
    named = case.attrs["padding"] == "valid" and not case.attrs["ceil_mode"] and set(predicates.dilations(case)) == {1}
    whole = (
        predicates.rank(case) == 4
        and not predicates.empty(case)
        and min(*predicates.strides(case), *predicates.window(case)) > 0
    )
    if case.dtype != np.float32 or not named or not whole:
        return False
    missing = [-room / step for room, step in zip(predicates.room(case), predicates.strides(case))]
    return missing[1] >= 1 and all(one <= 0 or 1 <= one < 2 for one in missing)


def _transposed_to_negative_size(case):
    return case.attrs["padding"] in ("valid", "same") and min(predicates.transposed_sizes(case), default=0) < 0


def _accepts_empty(case):
    """A kernel without taps is refused, and so is an edge that is not there."""
    axes = predicates.empty(case)
    return bool(axes) and not (case.op in ("pad2d", "upsample2d") and not predicates.batch_is_empty(case))


def _sum_of_squares_overflows(case):
    """A mean loss in float16 whose sum is beyond the largest number in some step."""
    if case.dtype != np.float16 or case.attrs["loss"] != "mean" or predicates.is_mixed(case):
        return False
    try:
        losses, _ = learn_kernel.reference(
            **{name: array.astype(np.float64) for name, array in case.inputs.items()}, **case.attrs
        )
    except Rejected:
        return False
    return bool((losses * case.inputs["y"].size > np.finfo(np.float16).max).any())


def _in_the_shape_of_the_image(case):
    """Memory that was not written: all of it is undetermined."""
    return {"y": np.ones(predicates.first(case).shape, bool)}


def _empty_in_the_shape_of_the_image(case):
    return {"y": np.zeros(predicates.first(case).shape, case.dtype)}


def _with_groups_of_the_shapes(case):
    image, inputs, _ = predicates.channels(case)
    return others.with_attrs(case, groups=image // inputs)


def _with_channels_repeated(case):
    """A plane beside channels is repeated for each of them."""
    x, k = case.inputs["x"], case.inputs["k"]
    if x.ndim < k.ndim:
        return others.with_inputs(case, x=np.repeat(x[None], len(k), axis=0))
    return others.with_inputs(case, k=np.repeat(k[None], len(x), axis=0))


def _stack_of_no_windows(case):
    """A stack of no rows has no columns either; a kernel without taps gives zeros."""
    rows, columns = (max(room + 1, 0) for room in predicates.room(case))
    return {"y": np.zeros((rows, columns) if rows else 0, case.dtype)}


def _without_steps(case):
    return others.with_attrs(case, steps=0)


def _with_infinite_losses(case):
    """Losses whose sum of squares is beyond float16."""
    wide = {name: array.astype(np.float64) for name, array in case.inputs.items()}
    losses, _ = learn_kernel.reference(**wide, **case.attrs)
    beyond = losses * case.inputs["y"].size > np.finfo(np.float16).max
    return {"losses": np.where(beyond, np.inf, losses).astype(case.dtype)}


NO_GROUPS = "Gradients for grouped convolutions are not supported on CPU|filter_size does not have enough elements"
NO_DILATION = "Current CPU implementations do not yet support dilation rates larger than 1"
LEDGER = [
    unsupported(
        id="gradient-with-groups",
        operators=("conv2d",),
        part="gradient",
        when=lambda case: (
            _has_eigen_gradient(case) and predicates.groups(case) > 1 and max(predicates.dilations(case)) == 1
        ),
        what="The gradient of tf.nn.conv2d with groups is refused for explicit pads, and for all dtypes but float32.",
        why="Eigen's Conv2DBackpropInput has no groups. oneDNN's has, but is taken for SAME and VALID in float32 alone "
        "(with AVX-512 in half precision too). Compiled by tf.function(jit_compile=True) all work.",
        link="tensorflow/tensorflow#53631",
        instead=Says(
            "Gradients for grouped convolutions are not supported on CPU|filter_size does not have enough elements"
        ),
    ),
    unsupported(
        id="gradient-with-dilation",
        operators=("conv2d",),
        part="gradient",
        when=lambda case: _has_eigen_gradient(case) and max(predicates.dilations(case)) > 1,
        what="The gradient of tf.nn.conv2d with dilation is refused for explicit pads, and for all dtypes but float32.",
        why="Eigen's Conv2DBackpropInput has no dilation. oneDNN's has, but is taken for SAME and VALID in float32 "
        "alone (with AVX-512 in half precision too). Compiled by tf.function(jit_compile=True) all work.",
        link="tensorflow/tensorflow#28264",
        instead=Says(NO_DILATION),
    ),
    dataclasses.replace(
        shared.MAXIMUM_DROPS_NAN,
        what="NaN is never the maximum; a window of nothing but NaN gives the lowest finite number. tf.reduce_max "
        "keeps NaN.",
        link="tensorflow/tensorflow#2501",
    ),
    shared.MAXIMUM_OF_MINUS_INFINITY,
    bug(
        id="no-window-returns-memory",
        operators=("conv2d", "convolve2d"),
        when=lambda case: case.dtype == np.float32 and predicates.rank(case) > 1 and has_no_outputs(case),
        what="Where no window fits, eager tf.nn.conv2d returns an array in the shape of the image, even with other "
        "channels; its values are memory that was not written, others in every call. If the size misses by two "
        "strides or more it refuses, and so does tf.function always.",
        why="The size is (H - k + stride) / stride, cut towards 0, which is 0 and not negative; for an output without "
        "elements oneDNN's kernel allocates the shape of its input. Without oneDNN the result is empty.",
        link="tensorflow/tensorflow#127835",
        on=ONEDNN,
        instead=Undetermined(_in_the_shape_of_the_image),
    ),
    bug(
        id="empty-batch-in-the-shape-of-the-image",
        operators=("conv2d", "conv2d_layer"),
        when=lambda case: predicates.batch_is_empty(case) and case.dtype == np.float32,
        what="A batch of no images comes back as (0, H, W, C), the shape of the image, not as (0, OH, OW, O). The "
        "layer then fails to add its bias.",
        why="For an output without elements oneDNN's kernel allocates the shape of its input.",
        link="tensorflow/tensorflow#127835",
        on=ONEDNN,
        instead=Gives(_empty_in_the_shape_of_the_image),
    ),
    bug(
        id="rank-3-image-aborts",
        operators=("conv2d",),
        outcome="crashed",
        when=lambda case: predicates.rank(case) == 3 and predicates.second(case).ndim == 4 and case.dtype == np.float32,
        what="An image with 3 axes ends the process (SIGABRT). In float64, and without oneDNN, it is refused.",
        why="oneDNN's kernel asks for the fourth axis before anything has counted them.",
        link="tensorflow/tensorflow#111453",
        on=ONEDNN,
        instead=Says("^SIGABRT: .*Check failed: index >= 0"),
    ),
    bug(
        id="negative-output-aborts",
        operators=("conv_transpose2d",),
        outcome="crashed",
        when=lambda case: _transposed_to_negative_size(case) and case.dtype == np.float32,
        what="tf.nn.conv2d_transpose to a negative output_shape, as a negative stride makes it, ends the process "
        "(SIGABRT).",
        why="oneDNN's kernel makes a shape of the sizes before anything has looked at them.",
        link="tensorflow/tensorflow#57715",
        on=ONEDNN,
        instead=Says("^SIGABRT: .*Check failed: .*MakeShape"),
    ),
    bug(
        id="window-a-stride-too-large-crash",
        operators=("max_pool2d",),
        outcome="crashed",
        when=_has_no_column_by_a_stride,
        what="A window that exceeds the image by a stride, and by less than two, ends the process with a floating "
        "point exception. By less than a stride, by two or more, or in tf.function it is refused.",
        why="The size is (W - k + stride) / stride, cut towards 0, which is 0 and not negative; oneDNN's kernel "
        "divides by it. Without oneDNN the result is empty.",
        link="tensorflow/tensorflow#88481",
        on=ONEDNN,
        instead=Says("^SIGFPE"),
    ),
    convention(
        id="groups-from-the-shapes",
        operators=("conv2d",),
        when=_has_other_groups,
        what="tf.nn.conv2d computes with the groups that the shapes allow, whether they were meant or not.",
        why="It has no argument for groups: they are channels of the image / channels of the kernel.",
        link="tensorflow/tensorflow#29005",
        instead=Gives(_with_groups_of_the_shapes),
    ),
    convention(
        id="no-window-empty-pool",
        operators=("avg_pool2d", "max_pool2d"),
        when=lambda case: has_no_outputs(case) and (case.op == "avg_pool2d" or predicates.pads_are_pairs(case)),
        what="Where no window fits the result is empty. If the size misses by two strides or more it is refused, and "
        "by oneDNN's maximum with SAME and VALID mostly.",
        why="The size is (H - k + stride) / stride, cut towards 0, which is 0 and not negative.",
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="pads-as-wide-as-the-window",
        operators=("avg_pool2d",),
        when=predicates.window_may_miss,
        what="Bridged: windows wholly in the padding give 0/0 = NaN. tf.nn.max_pool2d refuses such pads.",
        why="tf.nn.avg_pool2d has no explicit pads: they are put on by tf.pad before.",
        instead=Defined(definitions.pools_of_padding, terms=definitions.sums_of_pools),
    ),
    convention(
        id="empty-axes",
        operators=("avg_pool2d", "max_pool2d", "pad2d", "upsample2d", "flatten", "conv_transpose2d"),
        when=_accepts_empty,
        what="Images without a batch, without channels or without pixels give results without them; a transposed "
        "convolution of no channels gives zeros.",
        why="Nothing is computed, so nothing is checked, and the sum of nothing is 0.",
        instead=Gives(others.result_of_nothing),
    ),
    dataclasses.replace(
        shared.DEPTHWISE_MIXES_CHANNELS,
        operators=("conv2d_layer",),
        why="Keras has XLA compile what has groups. XLA makes one convolution without groups of it, whose kernel has "
        "zeros for the other channels, and 0 times infinity is NaN.",
    ),
    dataclasses.replace(shared.ONE_AXIS_BECOMES_A_COLUMN, what="(N,) becomes (N, 1); so with tf.keras.layers.Flatten."),
    convention(
        id="window-sum-broadcasts",
        operators=("corr2d",),
        when=lambda case: (
            min(predicates.rank(case), predicates.second(case).ndim) == 2
            and {predicates.rank(case), predicates.second(case).ndim} == {2, 3}
        ),
        what="A plane with a kernel of channels, or channels with a plane, is repeated for each channel and summed.",
        why="The window sum is written with *, which broadcasts.",
        instead=Gives(_with_channels_repeated),
    ),
    convention(
        id="window-sum-of-no-windows",
        operators=("corr2d",),
        when=lambda case: (
            predicates.rank(case) == predicates.second(case).ndim
            and (min(predicates.room(case), default=0) < 0 or min(predicates.window(case), default=1) == 0)
        ),
        what="Where no window fits the result is empty, without columns if there is no row; a kernel without taps "
        "gives zeros.",
        why="tf.stack of an empty list is an empty tensor, slices of no rows are allowed, and the sum of nothing is 0.",
        instead=Gives(_stack_of_no_windows),
    ),
    shared.TARGET_IS_BROADCAST,
    convention(
        id="negative-steps",
        operators=("learn_kernel", "lenet5"),
        when=lambda case: case.attrs["steps"] < 0,
        what="A tf.TensorArray of -1 elements is taken for an empty one, and no step is made.",
        why="The size is not looked at before something is written.",
        instead=Gives(_without_steps),
    ),
    convention(
        id="layers-convert",
        operators=("conv2d_layer", "lenet5"),
        when=predicates.is_mixed,
        what="Weights in float64 are rounded to the float32 of the layer, without a word; tf.nn refuses them.",
        why="Keras casts inputs and weights to the dtype of the layer.",
        instead=Gives(others.as_the_image),
    ),
    dataclasses.replace(
        shared.SUBNORMAL_NUMBERS_ARE_ZERO,
        operators=(*LAYERED, "dense", "avg_pool2d", "upsample2d"),
        why="TensorFlow switches on flush-to-zero and denormals-are-zero in every thread, because some processors are "
        "slow with such numbers.",
        link="tensorflow/tensorflow#11902",
    ),
    dataclasses.replace(
        shared.SUBNORMAL_NUMBERS_ARE_ZERO,
        id="subnormal-numbers-are-equal",
        operators=("max_pool2d",),
        what="Subnormal numbers are compared as 0: the first of them is taken for the largest, and moved as it is.",
        why="TensorFlow switches on flush-to-zero and denormals-are-zero in every thread.",
        link="tensorflow/tensorflow#11902",
        instead=Defined(definitions.maximum_of_flushed),
    ),
    dataclasses.replace(
        shared.SUBNORMAL_NUMBERS_ARE_ZERO_GRADIENT,
        operators=(*LAYERED, "dense", "max_pool2d"),
        why="TensorFlow switches on flush-to-zero and denormals-are-zero in every thread.",
        link="tensorflow/tensorflow#11902",
    ),
    shared.BFLOAT16_PRODUCTS_IN_PAIRS,
    shared.BFLOAT16_KERNEL_MEETS_ZEROS,
    numeric(
        id="float16-mean-loss-overflows",
        operators=("learn_kernel",),
        when=_sum_of_squares_overflows,
        what="tf.reduce_mean of float16 is infinite where the sum is beyond 65504, though the mean is not.",
        why="The sum is taken in float16 before it is divided.",
        instead=Gives(_with_infinite_losses),
    ),
    numeric(
        id="bilinear-infinity",
        operators=("upsample2d",),
        when=lambda case: shared.is_bilinear(case) and not predicates.is_finite(predicates.first(case)),
        what="Around an infinite pixel ResizeBilinear gives NaN, where weights times pixels are infinite, and where a "
        "place is a pixel itself, NaN or infinity in the next one makes NaN of it.",
        why="It computes a + (b - a) * t: with a infinite that is inf - inf, and with t = 0 still 0 times infinity.",
        instead=Defined(definitions.bilinear_by_differences_to_itself),
    ),
    convention(
        id="dilated-kernel-of-zeros",
        operators=("conv_transpose2d",),
        when=lambda case: max(predicates.dilations(case)) > 1 and not predicates.is_finite(predicates.first(case)),
        what="Bridged: an infinite or NaN pixel makes NaN between the taps of a dilated kernel, where nothing should "
        "be multiplied.",
        why="tf.nn.conv2d_transpose has no dilation that works everywhere: zeros are put into the kernel.",
        instead=Defined(definitions.transposed_with_spelled_zeros),
    ),
]
