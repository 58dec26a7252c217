"""Where MXNet is known to differ from the specification.

Every entry was seen in the framework's own calls. "Bridged" says that the adapter prepared the input, so that the
framework's own check was never met.
"""

import dataclasses
from fractions import Fraction

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends import shared_ledger as shared
from backends.condition import On
from backends.instead import Defined, Gives, Other, Rounds, Says
from backends.known import bug, convention, lacking, numeric, unsupported
from spec import operators
from spec.cases import predicates
from spec.padding import transposed

CONVOLUTIONS = ("conv2d", "conv2d_layer")
POOLS = ("max_pool2d", "avg_pool2d")
ONEDNN = On("oneDNN")


def _multiplies_in_float16(case):
    """Not so a training of no steps; LeNet-5 predicts even then."""
    return case.dtype == np.float16 and (case.op != "learn_kernel" or case.attrs["steps"] > 0)


def interleaves(case):
    """A transposed convolution whose neighbouring copies of a dilated kernel interleave, along some axis."""
    axes = zip(predicates.strides(case), predicates.dilations(case), predicates.window(case), predicates.image(case))
    return any(min(axis) > 1 for axis in axes)


def _gradient_forgets_overhang(case):
    """The last window of ceil_mode hangs over, and by the size of the *output* it would not."""
    if not (case.dtype == np.float32 and case.attrs["ceil_mode"] and case.attrs["count_include_pad"]):
        return False
    own = predicates.pads_are_equal(case)  # unequal pads were put on before
    axes = zip(predicates.room(case), predicates.strides(case), predicates.pads(case), predicates.window(case))
    fits = [(-(-room // step) + 1 + own * 2 * ends[0] - taps) % step == 0 for room, step, ends, taps in axes]
    return any(predicates.overhang(case)) and all(fits)


def _weights_are_rounded(case):
    """Bilinear in float64, at places that are no binary fractions and so no numbers of float32."""
    if case.dtype != np.float64 or case.attrs["mode"] != "bilinear":
        return False
    aligned = case.attrs["align_corners"]
    axes = zip(predicates.image(case), case.attrs["scale"])
    steps = [Fraction(size - 1, max(size * by - 1, 1)) if aligned else Fraction(1, by) for size, by in axes]
    return any(step.denominator & (step.denominator - 1) for step in steps)


def _step_is_rounded(case):
    """Training in float64 whose learning rate, or a share of one image of the batch, is no number of float32."""
    factors = case.attrs["lr"], 1 / max(len(case.inputs["images"]), 1)
    rounded = any(float(np.float32(factor)) != factor for factor in factors)
    return case.dtype == np.float64 and case.attrs["steps"] > 0 and rounded


def _wraps_more_than_once(case):
    """Pads of the modes symmetric and circular that exceed the image."""
    mode, axes = (
        case.attrs.get("mode", case.attrs.get("padding_mode")),
        zip(predicates.image(case), predicates.pads(case)),
    )
    return mode in ("symmetric", "circular") and any(max(ends) > size for size, ends in axes)


def _leaves_blocks_for_one(case, block):
    """A transposed convolution in float32 from whole blocks of channels to one channel (of each group)."""
    _, inputs, outputs = predicates.channels(case)
    groups = max(predicates.groups(case), 1)
    each = inputs // groups
    return case.dtype == np.float32 and outputs == 1 and each > 0 and each % (block if groups == 1 else 8) == 0


def interleaved(x, w, b=None, *, stride, padding, output_padding, dilation, groups):
    """What pack_col2patch of mshadow makes of the copies of the kernel, which it takes for undilated in one place.

    Output row y takes the copies of the pixels from `first` on, in steps of the dilation, and of each the tap
    (y - row * stride) // dilation, whether that is a whole number or not.
    """
    kernel = w.shape[2:]
    crop, extra = transposed(padding, x.shape[2:], kernel, stride, dilation, output_padding)
    sizes = [(n - 1) * s + (k - 1) * d + 1 + e for n, s, k, d, e in zip(x.shape[2:], stride, kernel, dilation, extra)]
    taps = [_taps(*axis) for axis in zip(sizes, x.shape[2:], kernel, stride, dilation)]
    n, channels = x.shape[:2]
    x = x.reshape(n, groups, channels // groups, *x.shape[2:])
    w = w.reshape(groups, channels // groups, -1, *kernel)
    y = np.einsum("ngchw,gcoab,pha,qwb->ngopq", x, w, *taps)
    y = y.reshape(n, -1, *sizes)
    (top, bottom), (left, right) = crop
    y = y[:, :, top : sizes[0] - bottom, left : sizes[1] - right]
    return y if b is None else y + b[:, None, None]


def _taps(size, pixels, kernel, stride, dilation):
    """1 where an output takes a pixel with a tap, (outputs, pixels, taps)."""
    found, span = np.zeros((size, pixels, kernel)), (kernel - 1) * dilation + 1
    for y in range(size):
        first = y % dilation if y < span else (y - span + stride) // stride
        for pixel in range(first, min((y + stride) // stride, pixels), dilation):
            found[y, pixel, (y - pixel * stride) // dilation] += 1
    return found


def _with_a_rounded_step(case):
    """The learning rate, and the share of one image, rounded to float32."""
    images = len(case.inputs["images"])
    rate = float(np.float32(case.attrs["lr"])) * float(np.float32(1 / images)) * images
    return others.with_attrs(case, lr=rate)


def _sliced(case):
    """A slice of the uncropped result, whose negative start counts from the end."""
    pads = predicates.pads(case)

    def change(name, array):
        for letter, (start, end) in zip("HW", pads):
            axis = case.layout.index(letter)
            array = array.take(range(*slice(start, array.shape[axis] - end).indices(array.shape[axis])), axis)
        return array

    return Other(others.with_attrs(case, padding="valid"), change)


REORDER = "could not create a primitive descriptor for a reorder primitive"
LEDGER = [
    lacking(
        id="no-bfloat16",
        operators=tuple(operators()),
        when=lambda case: "bfloat16" in predicates.dtypes(case),
        what="mx.np.array makes no array of NumPy's bfloat16.",
        why="MXNet's own bfloat16 is for oneDNN on its way from float32, by the automatic mixed precision.",
        instead=Says("mx.np.array has no dtype bfloat16"),
    ),
    lacking(
        id="nearest-has-no-corners",
        operators=("upsample2d",),
        when=lambda case: case.attrs["mode"] == "nearest" and case.attrs["align_corners"],
        what="Nearest upsampling has no align_corners.",
        why="It is np.repeat: npx has nearest upsampling in no other form with a gradient.",
        instead=Says("np.repeat, the nearest upsampling, has no align_corners"),
    ),
    unsupported(
        id="deconvolution-gradient-to-one-channel",
        operators=("conv_transpose2d",),
        part="gradient",
        when=lambda case: _leaves_blocks_for_one(case, 16),
        what="The gradient of npx.deconvolution from 16, 32, ... channels to one is refused: could not create a "
        "primitive descriptor for a reorder primitive. In groups already from 8 channels to one.",
        why="oneDNN lays the channels out in blocks of 16, and has no reorder to that layout for a single channel.",
        on=On("oneDNN", at_least="avx2"),
        instead=Says(REORDER),
    ),
    unsupported(
        id="deconvolution-gradient-to-one-channel-in-blocks-of-eight",
        operators=("conv_transpose2d",),
        part="gradient",
        when=lambda case: _leaves_blocks_for_one(case, 8) and not _leaves_blocks_for_one(case, 16),
        what="With AVX2 the gradient of npx.deconvolution from 8, 24, ... channels to one is refused as well.",
        why="There oneDNN lays the channels out in blocks of 8.",
        on=On("oneDNN", at_least="avx2", below="avx512"),
        instead=Says(REORDER),
    ),
    numeric(
        id="padding-is-left-out",
        operators=("conv2d", "conv2d_layer"),
        when=predicates.special_tap_meets_padding,
        what="Where NaN or infinity in the kernel meets padding, outputs at the edges are numbers, not NaN. Without "
        "oneDNN, and for few channels, they are NaN.",
        why="oneDNN's direct kernels leave taps out that meet padding; the others multiply them with zeros.",
        on=ONEDNN,
        instead=Defined(definitions.convolution_without_padding),
    ),
    unsupported(
        id="float16-product",
        operators=(*CONVOLUTIONS, "conv_transpose2d", "convolve2d", "corr2d", "learn_kernel", "lenet5"),
        when=_multiplies_in_float16,
        what="Every matrix product in float16 is refused on the CPU (FP16 gemm on cpu not implemented!), and with it "
        "convolutions, transposed ones, dense layers and their training; so is np.vdot. Pools and pads take it.",
        why="A convolution is a matrix product here, and the BLAS has none for float16.",
        link="apache/mxnet#15780",
        instead=Says(r"FP16 gemm on cpu not implemented|out\.type_flag_ == kFloat32 \|\| out\.type_flag_ == kFloat64"),
    ),
    bug(
        id="deconvolution-with-stride-and-dilation",
        operators=("conv_transpose2d",),
        when=lambda case: case.dtype == np.float64 and interleaves(case),
        what="In float64 npx.deconvolution puts kernel taps to wrong places where stride and dilation of an axis are "
        "both above 1. Gradients are right, and so is float32, which oneDNN computes.",
        why="The function of mshadow that adds the copies up does not reckon with dilation.",
        link="apache/mxnet#11203",
        instead=Defined(interleaved),
    ),
    bug(
        id="average-pool-gradient-at-the-overhang",
        operators=("avg_pool2d",),
        part="gradient",
        when=_gradient_forgets_overhang,
        what="With pooling_convention=full and count_include_pad the gradient at the overhang is divided by the whole "
        "window, the output by the part of it that counts: 1/4 instead of 1 in the corner of 3x3 with windows of 2x2.",
        why="Whether oneDNN can compute the pool is asked of the shape of inputs[0], which in the backward pass is the "
        "gradient of the output: there the windows seem to fit. In float64 the gradient is right.",
        on=ONEDNN,
        instead=Defined(definitions.mean_by_window),
    ),
    shared.MAXIMUM_DROPS_NAN,
    shared.MAXIMUM_OF_MINUS_INFINITY,
    bug(
        id="relu-layer-drops-nan",
        operators=("lenet5",),
        when=lambda case: not predicates.is_finite(case.inputs["images"]),
        what="A layer with activation=relu makes 0 of NaN, so the logits of a spoilt image are numbers. npx.relu keeps "
        "NaN.",
        why="The operator Activation computes x > 0 ? x : 0; only npx.relu was mended.",
        link="apache/mxnet#11115",
        instead=Gives(others.predicted_without_nan),
    ),
    numeric(
        id="step-in-float32",
        operators=("lenet5",),
        when=_step_is_rounded,
        what="SGD in float64 uses the learning rate rounded to float32, 0.1 becomes 0.100000001, and so does the share "
        "1/N of each of N images.",
        why="lr and rescale_grad are parameters of type float of the operators sgd_update and multi_sgd_update.",
        instead=Gives(_with_a_rounded_step),
    ),
    numeric(
        id="bilinear-weights-in-float32",
        operators=("upsample2d",),
        when=_weights_are_rounded,
        what="BilinearResize2D in float64 has errors of float32 size, except where all places are binary fractions.",
        why="It computes places and weights in float32, whatever the dtype of the image.",
        instead=Rounds("float32"),
    ),
    numeric(
        id="bilinear-weights-in-float32-gradient",
        operators=("upsample2d",),
        part="gradient",
        when=_weights_are_rounded,
        what="The gradient of BilinearResize2D in float64 has errors of float32 size.",
        why="It computes places and weights in float32, whatever the dtype of the image.",
        instead=Rounds("float32"),
    ),
    bug(
        id="zero-groups-crash",
        operators=CONVOLUTIONS,
        outcome="crashed",
        when=lambda case: predicates.groups(case) == 0,
        what="num_group=0 ends the process with a floating point exception.",
        why="The shape rule divides by it without asking.",
        link="apache/mxnet#19921",
        instead=Says("^SIGFPE"),
    ),
    bug(
        id="edge-of-nothing-crash",
        operators=("pad2d",),
        outcome="crashed",
        when=lambda case: case.attrs["mode"] == "replicate" and predicates.first(case).size == 0,
        what="nd.pad with mode=edge of an image without rows ends the process with a segmentation fault.",
        why="It reads the edge pixel, which is not there.",
        instead=Says("^SIG(SEGV|ABRT)|Segmentation fault"),
    ),
    convention(
        id="empty-batch",
        operators=("pad2d", "upsample2d"),
        when=lambda case: predicates.batch_is_empty(case) and case.attrs["mode"] in ("constant", "bilinear"),
        what="A batch of no images gives a batch of no results. Convolutions and pools refuse it, and late: the call "
        "succeeds, reading the values fails.",
        why="Nothing is computed, so nothing is checked.",
        instead=Gives(others.result_of_nothing),
    ),
    convention(
        id="negative-pads-crop",
        operators=("pad2d",),
        when=predicates.pads_are_negative,
        what="nd.pad takes negative pads and crops the image, down to no row at all.",
        why="The size is the sum of pads and pixels; only a negative size is refused.",
        instead=Gives(others.cropped),
    ),
    convention(
        id="negative-pads-crop-before",
        operators=(*CONVOLUTIONS, *POOLS),
        when=lambda case: predicates.pads_are_negative(case) and not predicates.pads_are_equal(case),
        what="Bridged: pads that differ at two ends are put on by nd.pad, which crops. The operators themselves refuse "
        "negative pads.",
        why="npx takes one pad for both ends of an axis.",
        instead=Gives(others.cropped),
    ),
    convention(
        id="negative-crop",
        operators=("conv_transpose2d",),
        when=lambda case: predicates.pads_are_negative(case) and not predicates.pads_are_equal(case),
        what="Bridged: a crop that differs at two ends is a slice of the uncropped result, and a negative start counts "
        "from the end.",
        why="npx.deconvolution takes one pad for both ends of an axis.",
        instead=Gives(_sliced),
    ),
    convention(
        id="pads-as-wide-as-the-window",
        operators=POOLS,
        when=lambda case: predicates.window_may_miss(case) and not predicates.pads_are_equal(case),
        what="Bridged: windows wholly in the padding give the lowest number (maximum) or 0/0 = NaN (mean).",
        why="npx takes one pad for both ends of an axis; unequal pads are put on by nd.pad before.",
        instead=Defined(definitions.pools_of_padding, terms=definitions.sums_of_pools),
    ),
    convention(
        id="pads-wider-than-the-image",
        operators=("pad2d", "conv2d_layer"),
        when=_wraps_more_than_once,
        what="Bridged: the modes symmetric and circular go on round and round, however wide the pads.",
        why="No operator has these modes with a gradient; take(mode=wrap) stands in, and has no limit.",
        instead=Gives(others.mirrored_on_and_on),
    ),
    convention(
        id="zero-dilation",
        operators=("max_pool2d",),
        when=lambda case: min(predicates.dilations(case)) < 1,
        what="Bridged: a dilation below 2 is not passed on, so 0 is taken for 1.",
        why="npx.pooling has no dilation; the adapter makes one where it is asked for.",
        instead=Gives(others.without_dilation),
    ),
    dataclasses.replace(shared.ONE_AXIS_BECOMES_A_COLUMN, what="npx.batch_flatten makes (N, 1) of (N,)."),
    shared.EMPTY_KERNEL_SUMS_TO_ZERO,
    shared.ZERO_DIVISOR_GIVES_INFINITY,
    convention(
        id="parameters-convert",
        operators=("conv2d_layer",),
        when=predicates.is_mixed,
        what="Weights in float64 are rounded to the float32 of the layer, without a word; npx.convolution refuses.",
        why="Parameter.set_data copies into the array that is there, and copying converts.",
        instead=Gives(others.as_the_image),
    ),
    convention(
        id="type-promotion",
        operators=("learn_kernel",),
        when=lambda case: predicates.is_mixed(case) and case.inputs["x"].dtype == case.inputs["w"].dtype,
        what="float32 minus float64 is computed in float64; convolutions refuse such a mixture.",
        why="Elementwise operators of mx.np promote types as NumPy does.",
        instead=Gives(others.stored_as_the_image),
    ),
    shared.TARGET_IS_BROADCAST,
    convention(
        id="labels-are-clipped",
        operators=("lenet5",),
        when=shared.labels_are_out_of_range,
        what="A label beyond the classes counts as the last one, a negative label as the first: training goes on.",
        why="SoftmaxCrossEntropyLoss reads the logit with pick, whose mode is clip.",
        instead=Gives(others.with_nearest_labels),
    ),
    shared.BILINEAR_READS_WEIGHT_ZERO,
    shared.OUTPUT_PADDING_BESIDE_SAME,
]
