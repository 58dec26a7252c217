"""Known differences that several frameworks share, for their ledgers, and conditions that several entries share.

A ledger that has something to add takes an entry with `dataclasses.replace`.
"""

import functools
from collections.abc import Callable

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends.condition import On
from backends.instead import Defined, Gives, Says, Undetermined
from backends.known import Known, bug, coarse, convention, numeric
from spec.cases import predicates, swapped
from spec.core import Case
from spec.registry import operators

ANYWHERE = On()
FLUSHING = On(architectures=("x86_64", "arm64"))  # where a thread can be set to flush (tsl/platform/denormal.cc)


def is_subnormal_in_arithmetic(case: Case) -> bool:
    """All dtypes but float16, which is computed in float32, where its subnormal numbers are normal."""
    moved = case.op == "upsample2d" and case.attrs["mode"] == "nearest"
    return case.dtype != np.float16 and predicates.is_subnormal(case) and not moved


def has_subnormal_input(case: Case) -> bool:
    """Whether image or kernel themselves hold such numbers."""
    sizes = map(predicates.smallest, (predicates.first(case), predicates.second(case)))
    return is_subnormal_in_arithmetic(case) and min(sizes) < predicates.smallest_normal(case.dtype)


def is_maximum_of_minus_infinity(case: Case) -> bool:
    """Whether a window holds nothing but -inf, and no window NaN."""
    maxima = predicates.special_maxima(case)
    return bool(np.isneginf(maxima).any()) and not np.isnan(maxima).any()


def labels_are_out_of_range(case: Case) -> bool:
    """Whether a label of LeNet-5 is none of its ten classes."""
    labels = case.inputs["labels"]
    return bool(((labels < 0) | (labels > 9)).any())


def is_bilinear(case: Case) -> bool:
    """Whether an image is upsampled bilinearly."""
    return case.attrs["mode"] == "bilinear"


def sum_overflows(case: Case) -> bool:
    """A mean of float16 whose sum is beyond the largest number, all pixels taken for the largest."""
    largest = float(abs(predicates.first(case)).max(initial=0))
    return case.dtype == np.float16 and np.isfinite(largest) and largest * np.prod(predicates.window(case)) > 65504


def has_special_kernel(case: Case) -> bool:
    """Whether a kernel of several taps holds NaN or infinity."""
    return not predicates.is_finite(predicates.second(case)) and max(predicates.window(case)) > 1


def sums_in(
    dtype: str, operators: tuple[str, ...], gradients: tuple[str, ...], id: str = "", on: On = ANYWHERE
) -> list[Known]:
    """Operators that round a sum to half precision at every addition, not once at the end; and their gradients."""
    sums = functools.partial(
        coarse, when=lambda case: case.dtype.name == dtype and case.tier == "reals", seldom=True, on=on
    )
    outputs = [
        sums(
            id=f"{dtype}-sums-{op.replace('_', '-')}{id}",
            operators=(op,),
            what=f"Every addition is rounded to {dtype}; elsewhere sums are taken in float32 and rounded once.",
            why="The kernel, or the idiom of single steps, adds in the dtype of the image.",
        )
        for op in operators
    ]
    slopes = [
        sums(
            id=f"{dtype}-sums-{op.replace('_', '-')}{id}-gradient",
            operators=(op,),
            part="gradient",
            what=f"Gradients are added in {dtype}, rounded at every addition.",
            why="What reaches a pixel or a weight by several ways is added in its own dtype.",
        )
        for op in gradients
    ]
    return outputs + slopes


def pads_of_pixels_in(*dtypes: str) -> list[Known]:
    """A layer whose pads are pixels of the image: the gradient for a pixel adds up those of its copies."""
    return [
        coarse(
            id=f"{dtype}-sums-pads-of-pixels-gradient",
            operators=("conv2d_layer",),
            part="gradient",
            when=functools.partial(_has_pads_of_pixels, dtype),
            what=f"The gradients of the copies of a pixel are added in {dtype}, rounded at every addition.",
            why="The padding is an operator of its own, and its gradient adds in the dtype of the image.",
            seldom=True,
        )
        for dtype in dtypes
    ]


def _has_pads_of_pixels(dtype: str, case: Case) -> bool:
    return case.dtype.name == dtype and case.tier == "reals" and case.attrs["padding_mode"] != "zeros"


def has_half_bias(case: Case) -> bool:
    """Whether a bias in float16 or bfloat16 is added."""
    return case.dtype.name in ("float16", "bfloat16") and case.tier == "reals" and "b" in case.inputs


def has_special_bfloat16_kernel(case: Case) -> bool:
    """Whether a kernel in bfloat16 holds NaN or infinity."""
    return case.dtype.name == "bfloat16" and not predicates.is_finite(predicates.second(case))


def has_special_channel(case: Case) -> bool:
    """Whether groups have a single channel, in float64, with NaN or infinity in the image."""
    channels, groups = predicates.channels(case)[0], predicates.groups(case)
    single = case.dtype == np.float64 and groups == channels > 1
    return single and not predicates.is_finite(predicates.first(case))


def without_groups(operator: str) -> Callable:
    """The operator with one kernel over all channels, in which each group's taps stand among zeros."""

    def reference(x, w, b=None, *, groups, **attrs):
        if operator == "conv_transpose2d":  # (C, O/groups, kh, kw): the outputs of other groups are the zeros
            w = np.concatenate([np.where(np.arange(groups)[:, None, None, None] == g, w, 0) for g in range(groups)], 1)
        else:  # (O, 1, kh, kw)
            own = np.arange(len(w)) // (len(w) // groups)
            w = np.where(own[:, None, None, None] == np.arange(groups)[:, None, None], w, 0)
        return operators()[operator].reference(x, w, b, groups=1, **attrs)

    return reference


def columns_share_outputs(case: Case) -> bool:
    """Whether several columns of the kernel add to one column of a transposed convolution with a stride."""
    step = predicates.strides(case)[-1]
    return 1 < step < predicates.spans(case)[-1]


ZERO_DIVISOR_GIVES_INFINITY = convention(
    id="zero-divisor",
    operators=("avg_pool2d",),
    when=lambda case: case.attrs["divisor_override"] is not None and case.attrs["divisor_override"] < 1,
    what="Bridged: sums are divided by the number that is asked for, by 0 as well.",
    why="The framework has no divisor of its own; the adapter divides the sums of the windows.",
    instead=Gives(others.divided_by_what_is_stated),
)

TARGET_IS_BROADCAST = convention(
    id="target-is-broadcast",
    operators=("learn_kernel",),
    when=predicates.target_is_repeated,
    what="One row of y is compared with every row of the correlation.",
    why="Subtraction broadcasts.",
    instead=Gives(others.with_repeated_target),
)
ONE_AXIS_BECOMES_A_COLUMN = convention(
    id="one-axis-becomes-a-column",
    operators=("flatten",),
    when=lambda case: predicates.rank(case) == 1,
    what="(N,) becomes (N, 1).",
    why="The product of no sizes is 1.",
    instead=Gives(others.as_a_column),
)
EMPTY_KERNEL_SUMS_TO_ZERO = convention(
    id="empty-kernel-sums-to-zero",
    operators=("corr2d",),
    when=lambda case: 0 in predicates.window(case),
    what="A kernel without taps gives zeros, one more in each axis than there are pixels.",
    why="Slices of no rows are allowed, and the sum of nothing is 0.",
    instead=Gives(others.result_of_nothing),
)
LOSS_OF_NO_IMAGES = convention(
    id="loss-of-no-images",
    operators=("lenet5",),
    when=predicates.batch_is_empty,
    what="The loss of no images is NaN; the weights stay as they are.",
    why="The loss is the mean of no numbers, 0/0; the gradients are sums of nothing.",
    instead=Gives(others.nothing_trained),
)
MAXIMUM_DROPS_NAN = bug(
    id="maximum-drops-nan",
    operators=("max_pool2d",),
    when=lambda case: bool(np.isnan(predicates.special_maxima(case)).any()),
    what="NaN is never the maximum; a window of nothing but NaN gives the lowest finite number.",
    why="The search starts from the lowest finite number, and no comparison with NaN is true; so does oneDNN.",
    instead=Defined(definitions.maximum_without_nan),
)
MAXIMUM_OF_MINUS_INFINITY = bug(
    id="maximum-of-minus-infinity",
    operators=("max_pool2d",),
    when=is_maximum_of_minus_infinity,
    what="A window of nothing but -inf gives the lowest finite number, -3.4e38 in float32.",
    why="The search for the maximum starts from that number.",
    instead=Defined(definitions.maximum_without_nan),
)
SUBNORMAL_NUMBERS_ARE_ZERO = numeric(
    id="subnormal-numbers-are-zero",
    operators=("avg_pool2d", "max_pool2d", "upsample2d"),
    when=is_subnormal_in_arithmetic,
    what="Subnormal numbers are taken for 0, and results that would be subnormal become 0; where values are only "
    "moved they stay.",
    why="Flush-to-zero and denormals-are-zero are switched on.",
    on=FLUSHING,
    instead=Gives(others.flushed),
)
SUBNORMAL_NUMBERS_ARE_ZERO_GRADIENT = numeric(
    id="subnormal-numbers-are-zero-gradient",
    operators=("max_pool2d",),
    part="gradient",
    when=has_subnormal_input,
    what="A gradient that subnormal numbers were multiplied into is 0; among maxima that are all taken for 0 it "
    "goes to another pixel.",
    why="Flush-to-zero and denormals-are-zero are switched on.",
    on=FLUSHING,
    instead=Gives(others.flushed),
)
GRADIENT_OF_PADDED_COTANGENT = numeric(
    id="gradient-of-padded-cotangent",
    operators=("conv2d",),
    part="gradient",
    when=has_special_kernel,
    what="With NaN or infinity in the kernel, pixels near the edges have NaN as their gradient, though no output "
    "brought them together with that tap.",
    why="The gradient is a convolution of the cotangent padded with zeros, and 0 times infinity is NaN.",
    instead=Gives(others.gradient_over_zeros, either=True),
)
FLOAT16_MEAN_OVERFLOWS = numeric(
    id="float16-mean-overflows",
    operators=("avg_pool2d",),
    when=sum_overflows,
    what="The mean of large numbers is infinite in float16, though all of them are finite.",
    why="The sum is taken in float16 before it is divided.",
    instead=Defined(definitions.mean_of_overflowing_sums, either=True),
)
CROP_BEFORE_PADDING = bug(
    id="crop-before-padding-reads-other-memory",
    operators=("conv_transpose2d",),
    when=predicates.is_cropped_before_padding,
    what="A transposed convolution with a crop as wide as its kernel, and none opposite, has values in its last "
    "columns that are not its own: of the next row, or of other memory.",
    why="As a convolution it is cropped at one end and padded at the other. XLA on the CPU takes that for no "
    "padding, and reads on where zeros should be.",
    link="openxla/xla#48713",
    instead=Undetermined(others.last_pixels),
)
CROP_BEFORE_PADDING_GRADIENT = bug(
    id="crop-before-padding-reads-other-memory-gradient",
    operators=("conv2d",),
    part="gradient",
    when=predicates.is_cropped_before_padding,
    what="With a pad as wide as the kernel, and none opposite, the gradient is wrong in the last columns, or huge.",
    why="The gradient is a convolution that is cropped at one end and padded at the other, which XLA on the CPU "
    "takes for one without padding: it reads on where zeros should be.",
    link="openxla/xla#48713",
    instead=Undetermined(others.last_pixels),
)
SWAPPED_OPERANDS_CRASH = bug(
    id="swapped-operands-crash",
    operators=("conv2d", "conv_transpose2d"),
    outcome="crashed",
    when=lambda case: swapped.has_outputs(case) and swapped.is_swapped_in_part(swapped.transposed_axes(case)[0]),
    what="A convolution with zeros between its pixels (lhs_dilation=2: a transposed one with stride 2, or a gradient) "
    "ends the process where one axis has two taps and no pads, and the other a kernel larger than the image.",
    why="XLA's compiler lets image and kernel change places, but for an axis that it takes for groups: as many taps as "
    "lhs_dilation. That such an axis has as many pixels, too, it does not look at, and fails its own check.",
    instead=Says(r"SIGABRT: .*Window dimensions do not match RHS shape"),
)
DEPTHWISE_MIXES_CHANNELS = numeric(
    id="depthwise-mixes-channels",
    operators=("conv2d", "conv2d_layer"),
    when=has_special_channel,
    what="With a group for each channel NaN or infinity in one channel of a float64 image makes NaN of the outputs of "
    "all other channels, too. In float32, and with several channels in a group, it does not.",
    why="Where Eigen has no kernel, XLA makes one convolution without groups of it, whose kernel has zeros for the "
    "other channels, and 0 times infinity is NaN.",
    instead=Defined(without_groups("conv2d")),
)
BILINEAR_READS_WEIGHT_ZERO = numeric(
    id="bilinear-reads-pixels-of-weight-zero",
    operators=("upsample2d",),
    when=lambda case: is_bilinear(case) and not predicates.is_finite(predicates.first(case)),
    what="Where a place is a pixel itself, NaN or infinity in the next pixel makes NaN of it.",
    why="It computes a * (1 - t) + b * t, and with t = 0 an infinite b gives 0 times infinity.",
    instead=Defined(definitions.bilinear_by_weights),
)
OUTPUT_PADDING_BESIDE_SAME = convention(
    id="output-padding-beside-same",
    operators=("conv_transpose2d",),
    when=predicates.has_output_padding_beside_same,
    what="Bridged: output padding makes the result larger than stride times the image.",
    why="The operator has no paddings by name: SAME is a crop here, and output padding is added to what it leaves.",
    instead=Gives(others.with_output_padding),
)
BIAS_AFTER_ROUNDING = coarse(
    id="half-precision-bias-after-rounding",
    operators=("conv2d", "conv2d_layer"),
    when=has_half_bias,
    what="In float16 and bfloat16 the convolution is rounded, and its sum with the bias once more. Where the two "
    "almost cancel, half a unit in the last place of the convolution is left, which may be more than the sum.",
    why="The bias is added by an operator of its own, which gets the convolution in half precision.",
    seldom=True,
)
BIAS_GRADIENT_IN_HALF_PRECISION = coarse(
    id="half-precision-bias-gradient",
    operators=("conv2d", "conv2d_layer"),
    part="gradient",
    when=has_half_bias,
    what="The gradient for a bias in float16 or bfloat16 is added up in its own dtype, rounded at every addition.",
    why="It is the sum over all images, rows and columns, which an operator takes in the dtype of what it gets.",
    seldom=True,
)
BFLOAT16_PRODUCTS_IN_PAIRS = numeric(
    id="bfloat16-products-in-pairs",
    operators=("convolve2d",),
    when=lambda case: case.dtype.name == "bfloat16" and not predicates.is_finite(predicates.first(case)),
    what="A convolution of one channel in bfloat16 gives NaN beside an infinite pixel that no window there sees.",
    why="oneDNN sums products of bfloat16 in pairs: an odd tap is paired with a weight 0 and the next pixel.",
    on=On("oneDNN", at_least="avx512"),
    instead=Defined(definitions.convolution_in_pairs, either=True),
)
BFLOAT16_KERNEL_MEETS_ZEROS = numeric(
    id="bfloat16-kernel-meets-zeros",
    operators=("conv_transpose2d",),
    when=lambda case: has_special_bfloat16_kernel(case) and columns_share_outputs(case),
    what="With a stride in columns less than the width of the kernel, NaN or infinity in it makes NaN at the left and "
    "right edges, where it meets no pixel. In rows it does not.",
    why="oneDNN's kernels for processors that multiply bfloat16 themselves multiply zeros beside the image too.",
    on=On("oneDNN", at_least="avx512_bf16"),
    instead=Defined(definitions.transposed_over_zeros, either=True),
)
