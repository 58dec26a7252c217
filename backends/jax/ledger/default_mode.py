"""Where JAX is known to differ from the specification: XLA takes sizes for what they are, and refuses little.

Every entry was seen in the framework's own calls. "Bridged" says that the adapter prepared the input, so that the
framework's own check was never met.
"""

import dataclasses

from backends import shared_ledger as shared
from backends.known import convention
from spec.cases import predicates

CONVOLUTIONS = ("conv2d", "conv2d_layer")
PRODUCTS = (*CONVOLUTIONS, "corr2d", "convolve2d", "conv_transpose2d")
POOLS = ("max_pool2d", "avg_pool2d")
OUT_OF_BOUNDS = "https://docs.jax.dev/en/latest/_autosummary/jax.numpy.take_along_axis.html"
PROMOTION = "https://docs.jax.dev/en/latest/type_promotion.html"


def _is_almost_a_window(case):
    """ceil_mode, and less than a stride is missing to the window."""
    return case.op in POOLS and case.attrs["ceil_mode"] and min(predicates.room(case)) < 0


def _has_no_window(case):
    fits = min(predicates.rank(case), predicates.second(case).ndim) > 1 and not predicates.empty(case)
    return fits and min(predicates.room(case)) < 0 and not _is_almost_a_window(case)


def _has_larger_kernel(case):
    """The kernel, third input of learn_kernel, exceeds the image."""
    image, kernel = case.inputs["x"].shape, case.inputs["w"].shape
    return len(image) == len(kernel) == 2 and any(taps > size for taps, size in zip(kernel, image))


def _accepts_empty(case):
    """Not so kernels without taps, edges of nothing, and reshaping no rows to -1 columns."""
    axes = predicates.empty(case)
    if not axes or (case.op in ("conv2d", "conv2d_layer", "conv_transpose2d") and 0 in predicates.window(case)):
        return False
    batch = predicates.batch_is_empty(case)
    return not ((case.op == "flatten" and batch) or (case.op == "pad2d" and not batch))


def _is_promoted(case):
    """Mixed dtypes, unless they meet in a convolution of `jax.lax`."""
    same = case.op in ("conv2d", "learn_kernel") and case.inputs["x"].dtype == case.inputs["w"].dtype
    return predicates.is_mixed(case) and (same or case.op not in ("conv2d", "learn_kernel"))


def _mirrors_again(case):
    """Pads of the modes reflect, symmetric and circular that need more pixels than there are."""
    spare = {"reflect": 1, "symmetric": 0, "circular": 0}.get(case.attrs["mode"])
    sizes = zip(predicates.image(case), case.attrs["padding"])
    return spare is not None and any(max(ends) > size - spare for size, ends in sizes)


def _has_single_bias(case):
    """One number for several kernels."""
    b = "c1_b" if case.op == "lenet5" else "b"
    kernels = case.inputs["c1_w"].shape[0] if case.op == "lenet5" else predicates.channels(case)[2]
    return b in case.inputs and case.inputs[b].shape == (1,) and kernels * predicates.groups(case) > 1


def _is_cropped_away(case):
    """Nothing of the transposed convolution is left, and its other attributes make sense."""
    whole = predicates.rank(case) == predicates.second(case).ndim == 4 and not predicates.empty(case)
    steps = min(*predicates.strides(case), *predicates.dilations(case))
    return whole and steps > 0 and min(predicates.transposed_sizes(case)) < 1


def _has_other_output_padding(case):
    """Output padding below 0, or as large as stride and dilation, or beside a padding that fixes the size."""
    limits = map(max, predicates.strides(case), predicates.dilations(case))
    if predicates.has_output_padding_beside_same(case):
        return True
    return any(not 0 <= extra < limit for extra, limit in zip(case.attrs["output_padding"], limits))


LEDGER = [
    convention(
        id="no-window-empty-output",
        operators=(*CONVOLUTIONS, *POOLS, "corr2d"),
        when=_has_no_window,
        what="Where no window fits the result has no rows or no columns, whatever is missing.",
        why="XLA's size of an output is never below 0, and an array without elements is an array; vmap over no places "
        "has no results (up to 0.4.38 jnp.arange refused to count to -1, and so the window sum did).",
    ),
    convention(
        id="no-window-nothing-to-learn",
        operators=("learn_kernel",),
        when=_has_larger_kernel,
        what="With a kernel larger than the image every loss is 0, and the kernel stays as it is.",
        why="The correlation is empty, one row of y broadcasts to no row, and the sum of nothing is 0.",
    ),
    convention(
        id="ceil-mode-cuts-the-only-window",
        operators=POOLS,
        when=_is_almost_a_window,
        what="Bridged: with ceil_mode a window that exceeds the padded image counts as the last, partial one.",
        why="lax.reduce_window has no ceil_mode: the pads are made longer, and then it fits.",
    ),
    convention(
        id="pads-as-wide-as-the-window",
        operators=POOLS,
        when=predicates.window_may_miss,
        what="Windows wholly in the padding give -inf (maximum) or 0/0 = NaN (mean).",
        why="lax.reduce_window takes any pads; such a window is its initial value.",
    ),
    convention(
        id="negative-pads-crop",
        operators=(*CONVOLUTIONS, "max_pool2d"),
        when=predicates.pads_are_negative,
        what="Negative pads crop the image. jnp.pad, and with it the mean, refuses them.",
        why="Padding of convolutions and reduce_window is XLA's, where it may be negative.",
    ),
    convention(
        id="negative-crop-adds-rows",
        operators=("conv_transpose2d",),
        when=predicates.pads_are_negative,
        what="A crop below 0 adds rows of zeros.",
        why="A transposed convolution is a convolution of a spread image; its crop is only less padding.",
    ),
    convention(
        id="crop-leaves-nothing",
        operators=("conv_transpose2d",),
        when=_is_cropped_away,
        what="A crop of more than there is leaves an output without rows.",
        why="XLA's size of an output is never below 0.",
    ),
    convention(
        id="any-output-padding",
        operators=("conv_transpose2d",),
        when=_has_other_output_padding,
        what="Bridged: output padding as large as the stride, or beside SAME, adds rows of zeros, below 0 it crops.",
        why="lax has no output padding: it is more padding at the end.",
    ),
    convention(
        id="empty-axes",
        operators=(*CONVOLUTIONS, "conv_transpose2d", *POOLS, "pad2d", "upsample2d", "flatten"),
        when=_accepts_empty,
        what="Images without a batch, channels or pixels, and no kernels, give results without them; a convolution of "
        "no channels gives zeros.",
        why="An array without elements is an array, and the sum of nothing is 0.",
    ),
    shared.LOSS_OF_NO_IMAGES,
    shared.EMPTY_KERNEL_SUMS_TO_ZERO,
    convention(
        id="type-promotion",
        operators=(*CONVOLUTIONS, "corr2d", "convolve2d", "learn_kernel", "lenet5"),
        when=_is_promoted,
        what="float32 with float64 is computed in float64: by jnp operators, a bias that is added, "
        "jax.scipy.signal and flax layers. lax.conv refuses such a mixture.",
        why="jnp promotes types by a lattice of its own; lax never does.",
        link=PROMOTION,
    ),
    convention(
        id="image-and-kernel-swapped",
        operators=("convolve2d",),
        when=lambda case: (
            predicates.rank(case) == predicates.second(case).ndim == 2
            and all(taps > size for taps, size in zip(predicates.window(case), predicates.image(case)))
        ),
        what="With mode=valid a kernel larger than the image both ways is taken for the image.",
        why="jax.scipy.signal follows SciPy, where convolution is symmetric.",
    ),
    dataclasses.replace(
        shared.ONE_AXIS_BECOMES_A_COLUMN,
        why="reshape(N, -1) of N numbers: the product of no sizes is 1.",
    ),
    shared.TARGET_IS_BROADCAST,
    convention(
        id="bias-is-broadcast",
        operators=(*CONVOLUTIONS, "conv_transpose2d", "lenet5"),
        when=_has_single_bias,
        what="A bias of one number is added to every channel. Any other wrong length is refused.",
        why="lax.conv has no bias: it is added by an operator that broadcasts, as is the assignment to a flax layer.",
    ),
    convention(
        id="labels-out-of-range",
        operators=("lenet5",),
        when=shared.labels_are_out_of_range,
        what="The label -1 is the last class; labels further out make the loss NaN, but have no gradient, so training "
        "goes on without them.",
        why="Compiled programs cannot raise: take_along_axis counts -1 from the end, and fills with NaN what is out of "
        "bounds.",
        link=OUT_OF_BOUNDS,
    ),
    convention(
        id="zero-dilation",
        operators=("max_pool2d",),
        when=lambda case: min(predicates.dilations(case)) < 1,
        what="Bridged: a dilation below 2 is not passed on, so 0 is taken for 1. lax.reduce_window itself refuses 0.",
        why="reduce_window has no gradient with dilation; the adapter dilates where it is asked for.",
    ),
    convention(
        id="pads-wider-than-the-image",
        operators=("pad2d",),
        when=_mirrors_again,
        what="The modes reflect, symmetric and wrap go on and on, however wide the pads; a single row is repeated.",
        why="jnp.pad follows NumPy, which mirrors what it has mirrored before.",
    ),
    convention(
        id="size-of-zero",
        operators=("upsample2d",),
        when=lambda case: min(case.attrs["scale"]) == 0,
        what="jax.image.resize to no rows gives an image without rows.",
        why="An array without elements is an array; resize was mended to allow it.",
        link="jax-ml/jax#7586",
    ),
    convention(
        id="any-rank-is-resized",
        operators=("upsample2d",),
        when=lambda case: predicates.rank(case) == 3,
        what="Bridged: an image with 3 axes is resized along what is the third of four.",
        why="jax.image.resize takes any rank and a size for each axis; the adapter finds rows and columns by layout.",
    ),
]
