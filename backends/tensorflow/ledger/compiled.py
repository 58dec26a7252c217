"""Where TensorFlow differs compiled by XLA, the mode `xla`."""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends import shared_ledger as shared
from backends.condition import On
from backends.instead import Defined, Gives, Other, Says
from backends.known import bug, convention, numeric, unsupported
from spec.cases import predicates, swapped
from spec.layouts import convert
from spec.ops import upsample2d


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
    """Bilinear upsampling whose three pixels begin at one place, and whose weights at another.

    Along the columns the two are computed alike without align_corners.
    """
    for axis in (2, 3):
        size = x.shape[axis]
        apart = align_corners or axis == 2
        rows = _weights(size, size * scale[axis - 2], align_corners, apart).astype(x.dtype)
        x = np.moveaxis(np.tensordot(rows, x, axes=(1, axis)), 0, axis)
    return x


def _starts(size, outputs, aligned):
    """The pixel from which three are read for each place, where the product is rounded, and where it is not."""
    scale = np.float32((size - 1) / max(outputs - 1, 1) if aligned else size / outputs)
    index = np.arange(outputs, dtype=np.float32) + np.float32(0 if aligned else 0.5)
    places = index * scale, index.astype(np.float64) * scale
    first = [np.ceil((place - (1 if aligned else 1.5)).astype(np.float32)) for place in places]
    return [np.clip(one, 0, max(size - 3, 0)).astype(int) for one in first]


def _weights(size, outputs, aligned, apart):
    """The weight of each pixel for each place; `apart` from one start on, put to the pixels from the other on."""
    places = np.clip(upsample2d.positions(size, outputs // size, aligned), 0, size - 1)
    rounded, fused = _starts(size, outputs, aligned)
    found = np.zeros((outputs, size))
    for place, (at, other, begin) in enumerate(zip(places, rounded, fused if apart else rounded)):
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
        starts, weights = _starts(size, size * by, aligned)[0], _weights(size, size * by, aligned, apart=False)
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
    """Indices beyond the image are those of its edge; the edge of nothing is 0, in a shape that forgets an axis."""
    x, layout = predicates.first(case), case.layout
    if not x.size:
        images, columns = x.shape[0], x.shape[layout.index("W")]
        return {"y": np.zeros((images, columns, columns), x.dtype)}
    for letter, (before, after) in zip("HW", case.attrs["padding"]):
        axis = layout.index(letter)
        size = x.shape[axis]
        if case.attrs["mode"] == "circular":
            places = np.concatenate([np.arange(size - before, size), np.arange(size), np.arange(after)])
        else:
            places = np.arange(-before, size + after)
        x = x.take(np.clip(places, 0, size - 1), axis)
    return {"y": x}


def _labels_make_nan(case):
    """NaN in the loss; after a step in the weights of all neurons that the image without a class does not leave at 0.

    The others learn from the other images alone. Raises `ValueError` for more steps than one.
    """
    if case.attrs["steps"] != 1:
        raise ValueError("it says nothing of a training of several steps")
    wrong = (case.inputs["labels"] < 0) | (case.inputs["labels"] > 9)
    layers = [layer[wrong].max(axis=(0, *range(2, layer.ndim))) > 0 for layer in others.activations(case)[:-1]]
    spoilt = dict(zip(("c1", "c3", "c5", "f6", "out"), [*layers, np.ones(10, bool)]))
    kept, nan = others.trained_on(case, ~wrong, of_all=True), np.array(np.nan, case.dtype)
    found = {"logits": np.full((len(wrong), 10), nan), "losses": np.full(1, nan)}
    for name in case.inputs:
        layer = name.partition("_")[0]
        if layer in spoilt:
            found[f"{name}_after"] = Other(kept[f"{name}_after"], _with_nan(f"{name}_after", spoilt[layer]))
    return found


def _with_nan(weights, neurons):
    """NaN in the rows of these neurons."""

    def change(name, array):
        if name != weights:
            return array
        return np.where(neurons.reshape(-1, *[1] * (array.ndim - 1)), np.nan, array)

    return change


def _is_nothing_but_nan(case):
    maxima = predicates.special_maxima(case)
    return bool(maxima.size and np.isnan(maxima).all())


def _of_three_pixels(x, *, scale, mode, align_corners):
    """Bilinear upsampling that multiplies three pixels for each place, some of them with 0."""
    for axis in (2, 3):
        size = x.shape[axis]
        outputs = size * scale[axis - 2]
        starts = _starts(size, outputs, align_corners)[0]
        weights = _weights(size, outputs, align_corners, apart=False)
        total = 0
        for tap in range(min(3, size)):
            weight = np.take_along_axis(weights, starts[:, None] + tap, axis=1)[:, 0]
            with np.errstate(all="ignore"):
                total = total + x.take(starts + tap, axis) * (weight[:, None] if axis == 2 else weight)
        x = total
    return x


FUSED = On("XLA", at_least="avx2")  # XLA has fused multiply-add from there on

LEDGER = [
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
        id="bilinear-spreads-nan",
        operators=("upsample2d",),
        when=lambda case: shared.is_bilinear(case) and not predicates.is_finite(predicates.first(case)),
        what="One pixel of NaN or infinity makes NaN where it is among the three pixels that a place reads.",
        why="XLA multiplies what it reads around a place with weights, some of them 0, and 0 times NaN is NaN.",
        link="tensorflow/tensorflow#118382",
        variants=("xla",),
        instead=Defined(_of_three_pixels),
    ),
    dataclasses.replace(
        shared.MAXIMUM_DROPS_NAN,
        id="maximum-of-nothing-but-nan",
        when=lambda case: (
            bool(np.isnan(predicates.special_maxima(case)).all()) and not predicates.is_finite(predicates.first(case))
        ),
        what="NaN is never the maximum; a window of nothing but NaN gives -inf.",
        link="tensorflow/tensorflow#2501",
        variants=("xla",),
        instead=Defined(definitions.maximum_without_nan_from_infinity),
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
