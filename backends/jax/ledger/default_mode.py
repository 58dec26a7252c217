"""Where JAX is known to differ from the specification: XLA takes sizes for what they are, and refuses little.

Every entry was seen in the framework's own calls. "Bridged" says that the adapter prepared the input, so that the
framework's own check was never met.
"""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends import shared_ledger as shared
from backends.instead import Defined, Gives, Other
from backends.known import convention
from spec.cases import predicates
from spec.ops import lenet5

CONVOLUTIONS = ("conv2d", "conv2d_layer")
PRODUCTS = (*CONVOLUTIONS, "corr2d", "convolve2d", "conv_transpose2d")
POOLS = ("max_pool2d", "avg_pool2d")
OUT_OF_BOUNDS = "https://docs.jax.dev/en/latest/_autosummary/jax.numpy.take_along_axis.html"
PROMOTION = "https://docs.jax.dev/en/latest/type_promotion.html"


def _has_no_window(case):
    fits = min(predicates.rank(case), predicates.second(case).ndim) > 1 and not predicates.empty(case)
    return fits and min(predicates.room(case)) < 0


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
    mode = case.attrs.get("mode", case.attrs.get("padding_mode"))
    spare = {"reflect": 1, "symmetric": 0, "circular": 0}.get(mode)
    sizes = zip(predicates.image(case), predicates.pads(case))
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


def _learns_nothing(case):
    """No loss, and the kernel as it was after each step."""
    steps, w = case.attrs["steps"], case.inputs["w"]
    return {"losses": np.zeros(steps, case.dtype), "kernels": np.repeat(w[None], max(steps, 0), axis=0)}


def _with_other_ends(case):
    """A transposed convolution with rows of zeros more, or fewer, at its ends than the specification allows."""
    if predicates.has_output_padding_beside_same(case):
        return others.with_output_padding(case)
    pads, extra = predicates.pads(case), case.attrs["output_padding"]
    ends = [(-min(start, 0), more - min(end, 0)) for (start, end), more in zip(pads, extra)]
    plain = others.with_attrs(case, padding=[[max(one, 0) for one in both] for both in pads], output_padding=[0, 0])

    def change(name, array):
        for axis, (before, after) in zip((case.layout.index("H"), case.layout.index("W")), ends):
            widths = [(before, max(after, 0)) if place == axis else (0, 0) for place in range(4)]
            array = np.pad(array, widths).take(range(array.shape[axis] + before + after), axis)
        return array

    return Other(plain, change)


def _promotes(case):
    """What is float32 is computed in float32, and a result is float64 where float64 went in."""
    wide = others.promoted(case)
    if case.op == "lenet5":
        dtypes = {f"{name}_after": array.dtype.name for name, array in case.inputs.items()}
        return Other(wide, dtype="float64", dtypes=dtypes, computed="float32")
    kept = {"kernels": case.inputs["w"].dtype.name} if case.op == "learn_kernel" else {}
    return Other(wide, dtype="float64", dtypes=kept, computed="float32" if case.op != "corr2d" else "")


def _adds_one_number(case):
    """A bias of one number for all channels; in a training it moves by the sum of their gradients."""
    wide = others.with_bias_for_all(case)
    if case.op != "lenet5":
        return wide
    images, labels, c1_w, *rest = (array.astype(np.float64) for array in wide.inputs.values())
    weights, attrs = [c1_w, *rest], {**case.attrs, "steps": 1}
    for _ in range(case.attrs["steps"]):
        before = weights[1]
        _, _, *weights = lenet5.reference(images, labels, *weights, **attrs)
        weights[1] = before + (weights[1] - before).sum()
    logits, *_ = lenet5.reference(images, labels, *weights, **{**attrs, "steps": 0})
    names = [f"{name}_after" for name in wide.inputs if name not in ("images", "labels")]
    found = {"logits": logits, **dict(zip(names, weights)), "c1_b_after": weights[1][:1]}
    return Other(wide, lambda name, array: array.sum(keepdims=True) if name == "c1_b_after" else array, values=found)


def _swapped(case):
    return others.with_inputs(case, x=case.inputs["k"], k=case.inputs["x"])


def _without_gradients_of_no_class(case):
    """-1 is the last class; other labels make NaN of the loss, and their images have no gradient."""
    labels = np.where(case.inputs["labels"] == -1, 9, case.inputs["labels"])
    if not ((labels < 0) | (labels > 9)).any():
        return others.with_inputs(case, labels=labels)
    found = others.trained_on(case, (labels >= 0) & (labels < 10), of_all=True)
    return {**found, "losses": np.full(case.attrs["steps"], np.nan, case.dtype)}


def _resizes_columns(case):
    """The third of three axes is resized by the factor of the rows, the third of four."""
    return others.unbatched(others.with_attrs(case, scale=[1, case.attrs["scale"][0]]))


LEDGER = [
    convention(
        id="no-window-empty-output",
        operators=(*CONVOLUTIONS, *POOLS, "corr2d"),
        when=_has_no_window,
        what="Where no window fits the result has no rows or no columns, whatever is missing.",
        why="XLA's size of an output is never below 0, and an array without elements is an array; vmap over no places "
        "has no results (up to 0.4.38 jnp.arange refused to count to -1, and so the window sum did).",
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="no-window-nothing-to-learn",
        operators=("learn_kernel",),
        when=_has_larger_kernel,
        what="With a kernel larger than the image every loss is 0, and the kernel stays as it is.",
        why="The correlation is empty, one row of y broadcasts to no row, and the sum of nothing is 0.",
        instead=Gives(_learns_nothing),
    ),
    convention(
        id="pads-as-wide-as-the-window",
        operators=POOLS,
        when=predicates.window_may_miss,
        what="Windows wholly in the padding give -inf (maximum) or 0/0 = NaN (mean).",
        why="lax.reduce_window takes any pads; such a window is its initial value.",
        instead=Defined(definitions.pools_of_padding, terms=definitions.sums_of_pools),
    ),
    convention(
        id="negative-pads-crop",
        operators=(*CONVOLUTIONS, "max_pool2d"),
        when=predicates.pads_are_negative,
        what="Negative pads crop the image. jnp.pad, and with it the mean, refuses them.",
        why="Padding of convolutions and reduce_window is XLA's, where it may be negative.",
        instead=Gives(others.cropped),
    ),
    convention(
        id="negative-crop-adds-rows",
        operators=("conv_transpose2d",),
        when=predicates.pads_are_negative,
        what="A crop below 0 adds rows of zeros.",
        why="A transposed convolution is a convolution of a spread image; its crop is only less padding.",
        instead=Gives(_with_other_ends),
    ),
    convention(
        id="crop-leaves-nothing",
        operators=("conv_transpose2d",),
        when=_is_cropped_away,
        what="A crop of more than there is leaves an output without rows.",
        why="XLA's size of an output is never below 0.",
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="any-output-padding",
        operators=("conv_transpose2d",),
        when=_has_other_output_padding,
        what="Bridged: output padding as large as the stride, or beside SAME, adds rows of zeros, below 0 it crops.",
        why="lax has no output padding: it is more padding at the end.",
        instead=Gives(_with_other_ends),
    ),
    convention(
        id="empty-axes",
        operators=(*CONVOLUTIONS, "conv_transpose2d", *POOLS, "pad2d", "upsample2d", "flatten"),
        when=_accepts_empty,
        what="Images without a batch, channels or pixels, and no kernels, give results without them; a convolution of "
        "no channels gives zeros.",
        why="An array without elements is an array, and the sum of nothing is 0.",
        instead=Gives(others.result_of_nothing),
    ),
    shared.LOSS_OF_NO_IMAGES,
    shared.EMPTY_KERNEL_SUMS_TO_ZERO,
    shared.ZERO_DIVISOR_GIVES_INFINITY,
    convention(
        id="type-promotion",
        operators=(*CONVOLUTIONS, "corr2d", "convolve2d", "dense", "learn_kernel", "lenet5"),
        when=_is_promoted,
        what="float32 with float64 is computed in float64: by jnp operators, a bias that is added, "
        "jax.scipy.signal and flax layers. lax.conv refuses such a mixture.",
        why="jnp promotes types by a lattice of its own; lax never does.",
        link=PROMOTION,
        instead=Gives(_promotes),
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
        instead=Gives(_swapped),
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
        instead=Gives(_adds_one_number),
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
        instead=Gives(_without_gradients_of_no_class),
    ),
    convention(
        id="zero-dilation",
        operators=("max_pool2d",),
        when=lambda case: min(predicates.dilations(case)) < 1,
        what="Bridged: a dilation below 2 is not passed on, so 0 is taken for 1. lax.reduce_window itself refuses 0.",
        why="reduce_window has no gradient with dilation; the adapter dilates where it is asked for.",
        instead=Gives(others.without_dilation),
    ),
    convention(
        id="pads-wider-than-the-image",
        operators=("pad2d", "conv2d_layer"),
        when=_mirrors_again,
        what="The modes reflect, symmetric and wrap go on and on, however wide the pads; a single row is repeated.",
        why="jnp.pad follows NumPy, which mirrors what it has mirrored before.",
        instead=Gives(others.mirrored_on_and_on),
    ),
    convention(
        id="size-of-zero",
        operators=("upsample2d",),
        when=lambda case: min(case.attrs["scale"]) == 0,
        what="jax.image.resize to no rows gives an image without rows.",
        why="An array without elements is an array; resize was mended to allow it.",
        link="jax-ml/jax#7586",
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="any-rank-is-resized",
        operators=("upsample2d",),
        when=lambda case: predicates.rank(case) == 3,
        what="Bridged: an image with 3 axes is resized along what is the third of four.",
        why="jax.image.resize takes any rank and a size for each axis; the adapter finds rows and columns by layout.",
        instead=Gives(_resizes_columns),
    ),
]
