"""Where PyTorch is known to differ from the specification: it accepts more than the specification does.

Every entry was seen in the framework's own calls. "Bridged" says that the adapter prepared the input, so that the
framework's own check was never met.
"""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends import shared_ledger as shared
from backends.condition import On
from backends.instead import Defined, Gives, Says
from backends.known import bug, convention, numeric, unsupported
from spec.cases import memory, predicates

CONVOLUTIONS = ("conv2d", "conv2d_layer", "conv_transpose2d")
POOLS = ("max_pool2d", "avg_pool2d")
BFLOAT16 = On("oneDNN", at_least="avx512_bf16")  # which multiplies it itself


def _is_unbatched(case):
    return predicates.rank(case) == 3 and (case.op not in CONVOLUTIONS or predicates.second(case).ndim == 4)


def _is_almost_a_window(case):
    """ceil_mode, and less than a stride is missing to the window."""
    axes = list(zip(predicates.room(case), predicates.strides(case)))
    return case.attrs["ceil_mode"] and min(predicates.room(case)) < 0 and all(-room < step for room, step in axes)


def _is_promoted(case):
    """Mixed dtypes that meet in an elementwise operator, not in a convolution."""
    return predicates.is_mixed(case) and (case.op == "corr2d" or case.inputs["x"].dtype == case.inputs["w"].dtype)


def _channels_are_odd(case):
    """An odd number of channels in each group, of several; or with stride and dilation at once."""
    inputs = predicates.channels(case)[1] // max(predicates.groups(case), 1)
    both = max(predicates.strides(case)) > 1 and max(predicates.dilations(case)) > 1
    return inputs % 2 == 1 and (predicates.groups(case) > 1 or both)


def _without_channels(case):
    y = others.result_of_nothing(case)["y"]
    return {"y": y.take(np.arange(0), case.layout.index("C"))}


def _without_ignored_images(case):
    return others.trained_on(case, case.inputs["labels"] != -100)


def _labels_are_ignored(case):
    labels = case.inputs["labels"]
    return (labels == -100).any() and ((labels == -100) | ((labels >= 0) & (labels < 10))).all()


LEDGER = [
    unsupported(
        id="negative-strides",
        operators=memory.OPERATORS,
        when=lambda case: "reversed" in case.memory.values(),
        instead=Says("ValueError: At least one stride in the given numpy array is negative"),
        what="torch.from_numpy refuses an array with negative strides, such as a flipped view; it takes a copy.",
        why="A tensor has no negative strides.",
    ),
    numeric(
        id="padding-is-left-out",
        operators=("conv2d", "conv2d_layer"),
        when=predicates.special_tap_meets_padding,
        what="Where NaN or infinity in the kernel meets padding, outputs at the edges are numbers, not NaN. With few "
        "channels in a single image, or without oneDNN, they are NaN.",
        why="oneDNN's kernels leave taps out that meet padding; torch's own lay out the image in columns, with zeros.",
        on=On("oneDNN"),
        instead=Defined(definitions.convolution_without_padding),
    ),
    convention(
        id="negative-pads-crop",
        operators=("pad2d",),
        when=predicates.pads_are_negative,
        what="F.pad takes negative pads and crops the image, down to no row at all; it refuses to crop beyond that.",
        why="Padding with a constant and cropping are one operator, constant_pad_nd.",
        link="pytorch/pytorch#105629",
        instead=Gives(others.cropped),
    ),
    convention(
        id="unbatched-image",
        operators=(*CONVOLUTIONS, *POOLS, "pad2d"),
        when=_is_unbatched,
        what="An image with 3 axes is taken for one without a batch, (C, H, W); the result has 3 axes as well.",
        why="It is documented (N is optional). A forgotten axis then shows only where the results are used.",
        link="https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html",
        instead=Gives(others.unbatched),
    ),
    convention(
        id="empty-batch",
        operators=(*CONVOLUTIONS, *POOLS, "pad2d", "upsample2d", "flatten"),
        when=predicates.batch_is_empty,
        what="A batch of no images gives a batch of no results, of the right shape.",
        why="It is a feature: the number of images may be found while a network runs.",
        link="pytorch/pytorch#12013",
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="empty-images",
        operators=("flatten",),
        when=lambda case: bool(predicates.empty(case)) and not predicates.batch_is_empty(case),
        what="Images without pixels are flattened to rows of length 0.",
        why="torch.flatten multiplies the sizes, whatever they are.",
        instead=Gives(others.result_of_nothing),
    ),
    dataclasses.replace(
        shared.LOSS_OF_NO_IMAGES, what="cross_entropy of no images is NaN; the weights stay as they are."
    ),
    bug(
        id="no-channels-no-outputs",
        operators=("conv2d", "conv2d_layer"),
        when=lambda case: {name for name, axis in predicates.empty(case) if axis == 1} == {"x", "w"},
        what="Images without channels give a result without channels, (N, 0, OH, OW), though w has kernels: the sum of "
        "nothing would be (N, O, OH, OW) of zeros.",
        why="ATen sets the output channels to 0 when the input channels are 0.",
        link="pytorch/pytorch#120944",
        instead=Gives(_without_channels),
    ),
    convention(
        id="ceil-mode-cuts-the-only-window",
        operators=POOLS,
        when=_is_almost_a_window,
        what="With ceil_mode a window that exceeds the padded image by less than a stride counts as the last, partial "
        "one, so a single value comes back; without ceil_mode, or by a stride or more, it is refused.",
        why="The size is ceil((H + 2 pad - k) / stride) + 1, which is 1 as long as the fraction is above -1.",
        instead=Gives(others.cut_to_the_image),
    ),
    convention(
        id="pads-as-wide-as-the-window",
        operators=POOLS,
        when=predicates.window_may_miss,
        what="Bridged: windows wholly in the padding give -inf (maximum) or 0/0 = NaN (mean). torch itself refuses "
        "pads above half the window.",
        why="What torch does not take as padding the adapter puts on with F.pad before.",
        instead=Defined(definitions.pools_of_padding, terms=definitions.sums_of_pools),
    ),
    dataclasses.replace(
        shared.EMPTY_KERNEL_SUMS_TO_ZERO, why="Tensor.unfold has windows of size 0, and the sum of nothing is 0."
    ),
    convention(
        id="type-promotion",
        operators=("corr2d", "learn_kernel"),
        when=_is_promoted,
        what="float32 times float64, and float32 minus float64, are computed in float64; the result is stored in the "
        "dtype of the array it is assigned to. F.conv2d refuses such a mixture.",
        why="Elementwise operators promote types as NumPy does; convolutions do not.",
        link="https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc",
        instead=Gives(others.stored_as_the_image),
    ),
    convention(
        id="loading-weights-converts-them",
        operators=("lenet5",),
        when=predicates.is_mixed,
        what="Weights in float64 are rounded to the float32 of the network, without a word.",
        why="load_state_dict copies into the parameters that are there, and copying converts.",
        instead=Gives(others.as_the_image),
    ),
    convention(
        id="label-minus-100-is-ignored",
        operators=("lenet5",),
        when=_labels_are_ignored,
        what="An image with the label -100 counts neither in the loss nor in the mean; other labels outside of the "
        "classes are refused.",
        why="-100 is the default of cross_entropy's ignore_index.",
        link="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
        instead=Gives(_without_ignored_images),
    ),
    dataclasses.replace(
        shared.TARGET_IS_BROADCAST,
        what="One row of y is compared with every row of the correlation; mse_loss warns, and goes on.",
    ),
    numeric(
        id="bfloat16-subnormal-numbers-are-zero",
        operators=("conv2d", "conv2d_layer", "conv_transpose2d", "convolve2d"),
        when=lambda case: case.dtype.name == "bfloat16" and predicates.is_subnormal(case),
        what="Convolutions in bfloat16 take subnormal numbers for 0 where the processor multiplies bfloat16 itself.",
        why="Its instruction, VDPBF16PS, takes subnormal numbers for 0 and returns none, whatever the process has set.",
        on=BFLOAT16,
        instead=Gives(others.flushed),
    ),
    numeric(
        id="bfloat16-subnormal-numbers-are-zero-gradient",
        operators=("conv2d", "conv2d_layer", "conv_transpose2d", "convolve2d"),
        part="gradient",
        when=lambda case: case.dtype.name == "bfloat16" and predicates.is_subnormal(case),
        what="Gradients of convolutions in bfloat16 are 0 where subnormal numbers were multiplied into them.",
        why="VDPBF16PS takes subnormal numbers for 0 and returns none, whatever the process has set.",
        on=BFLOAT16,
        instead=Gives(others.flushed),
    ),
    shared.BFLOAT16_PRODUCTS_IN_PAIRS,
    numeric(
        id="bfloat16-kernel-meets-zeros-in-pairs",
        operators=("conv_transpose2d",),
        when=lambda case: shared.has_special_bfloat16_kernel(case) and _channels_are_odd(case),
        what="With an odd number of channels in a group, NaN or infinity in the kernel makes NaN of outputs that it "
        "has no part in.",
        why="oneDNN sums products of bfloat16 in pairs of channels: the last one is paired with zeros, and 0 times "
        "infinity is NaN.",
        on=On("oneDNN", at_least="avx512"),
        instead=Defined(definitions.transposed_in_pairs),
    ),
    shared.BFLOAT16_KERNEL_MEETS_ZEROS,
    shared.BILINEAR_READS_WEIGHT_ZERO,
    shared.OUTPUT_PADDING_BESIDE_SAME,
]
