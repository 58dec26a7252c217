"""Cases whose truth comes instead of a refusal, or of the truth: for `Gives` in the entries of several ledgers."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from backends.instead import Other
from backends.other_definitions import transposed_over_zeros
from spec.cases import predicates
from spec.core import Case
from spec.layouts import convert
from spec.numerics import pooling_windows
from spec.ops import avg_pool2d, conv2d, lenet5, max_pool2d, upsample2d
from spec.padding import transposed


def with_inputs(case: Case, **inputs: np.ndarray) -> Case:
    """The case with other arrays for some inputs."""
    return dataclasses.replace(case, inputs={**case.inputs, **inputs})


def with_attrs(case: Case, **attrs: object) -> Case:
    """The case with other values for some attributes."""
    return dataclasses.replace(case, attrs={**case.attrs, **attrs})


def unbatched(case: Case) -> Other:
    """The image gets the axis of images, and the result loses it."""
    image = next(iter(case.inputs))
    return Other(with_inputs(case, **{image: case.inputs[image][None]}), lambda name, array: array[0])


def as_dtype(case: Case, dtype: str) -> Case:
    """All floating inputs in one dtype."""
    floats = {name: array.astype(dtype) for name, array in case.inputs.items() if array.dtype.kind == "f"}
    return with_inputs(case, **floats)


def promoted(case: Case) -> Case:
    """All floating inputs in float64."""
    return as_dtype(case, "float64")


def as_the_image(case: Case) -> Case:
    """All floating inputs in the dtype of the first."""
    return as_dtype(case, case.dtype.name)


def stored_as_the_image(case: Case) -> Other:
    """Computed in float64, and the result in the dtype of the first input."""
    return Other(promoted(case), dtype=case.dtype.name)


def cropped(case: Case) -> Case | Mapping[str, np.ndarray]:
    """What negative pads cut off is gone from the image, and no pad is negative; nothing may be left."""
    if min(_sizes(case)) < 1:
        return result_of_nothing(case)
    image, pads = next(iter(case.inputs)), predicates.pads(case)
    x = case.inputs[image]
    for axis, (start, end) in zip(_spatial(case), pads):
        x = np.take(x, np.arange(max(-start, 0), x.shape[axis] - max(-end, 0)), axis)
    return with_attrs(with_inputs(case, **{image: x}), padding=[[max(end, 0) for end in ends] for ends in pads])


def _spatial(case: Case) -> tuple[int, int]:
    """The places of rows and columns among the axes of the image."""
    layout = case.layout or "NCHW"
    return layout.index("H"), layout.index("W")


def cut_to_the_image(case: Case) -> Case:
    """A window that is larger than the padded image has as many pixels as that."""
    axes = list(zip(case.attrs["kernel_size"], predicates.room(case), predicates.dilations(case)))
    taps = [taps if room >= 0 else taps + room // rate for taps, room, rate in axes]
    return with_attrs(case, kernel_size=taps, stride=list(predicates.strides(case)))


def with_output_padding(case: Case) -> Case:
    """A transposed convolution with "same" as a crop in pixels, so that output padding adds to what it leaves."""
    size, window = predicates.image(case), predicates.window(case)
    steps, rates = predicates.strides(case), predicates.dilations(case)
    pads, more = transposed(case.attrs["padding"], size, window, steps, rates, case.attrs["output_padding"])
    return with_attrs(case, padding=[list(ends) for ends in pads], output_padding=list(more))


def with_repeated_target(case: Case) -> Case:
    """The target y of `learn_kernel`, repeated to the shape of the correlation."""
    x, y, w = (case.inputs[name] for name in ("x", "y", "w"))
    seen = tuple(size - taps + 1 for size, taps in zip(x.shape, w.shape))
    return with_inputs(case, y=np.broadcast_to(y, seen).copy())


def with_bias_for_all(case: Case) -> Case:
    """A bias of one number, once for each kernel."""
    name = "c1_b" if case.op == "lenet5" else "b"
    count = len(case.inputs["c1_w"]) if case.op == "lenet5" else predicates.channels(case)[2] * _repeats(case)
    return with_inputs(case, **{name: np.repeat(case.inputs[name], count)})


def _repeats(case: Case) -> int:
    """How many groups the outputs of a kernel are repeated for: those of a transposed convolution are of one group."""
    return predicates.groups(case) if case.op == "conv_transpose2d" else 1


def result_of_nothing(case: Case) -> Mapping[str, np.ndarray]:
    """Zeros in the shape that images without a batch, channels, pixels or windows, and no kernels, have as result."""
    x = predicates.first(case)
    if case.op == "flatten":
        return {"y": np.zeros((len(x), int(np.prod(x.shape[1:]))), x.dtype)}
    if case.op in ("corr2d", "convolve2d"):
        kernel = predicates.second(case)
        sizes = [max(room + 1, 0) for room in predicates.room(case)]
        return {"y": np.zeros([*kernel.shape[:-3], *sizes], x.dtype)}
    layout, sizes = case.layout, dict(zip(case.layout, x.shape))
    rows, columns = (max(size, 0) for size in _sizes(case))
    outputs = sizes["C"]
    if "kernel_layout" in case.attrs:
        outputs = predicates.channels(case)[2] * _repeats(case)
    sizes |= {"H": rows, "W": columns, "C": outputs}
    return {"y": np.zeros([sizes[axis] for axis in layout], case.dtype)}


def _sizes(case: Case) -> tuple[int, ...]:
    """(h, w) of a result; below 1 where no window fits."""
    size, pads = predicates.image(case), predicates.pads(case)
    if case.op == "conv_transpose2d":
        return predicates.transposed_sizes(case)
    if case.op == "pad2d":
        return tuple(pixels + sum(ends) for pixels, ends in zip(size, pads))
    if case.op == "upsample2d":
        return tuple(pixels * by for pixels, by in zip(size, case.attrs["scale"]))
    steps, more = predicates.strides(case), predicates.overhang(case)
    return tuple((room + extra) // step + 1 for room, extra, step in zip(predicates.room(case), more, steps))


def as_a_column(case: Case) -> Mapping[str, np.ndarray]:
    """(N,) as (N, 1)."""
    return {"y": predicates.first(case)[:, None]}


def nothing_trained(case: Case) -> Mapping[str, np.ndarray]:
    """No logits, a loss of NaN in each step, and the weights as they were."""
    weights = {f"{name}_after": array for name, array in case.inputs.items() if name not in ("images", "labels")}
    losses = np.full(case.attrs["steps"], np.nan, case.dtype)
    return {"logits": np.zeros((0, 10), case.dtype), "losses": losses, **weights}


def flushed(case: Case) -> Other:
    """Subnormal numbers are 0 in inputs, cotangent and results, and may be 0 in each product and sum before."""
    least = predicates.smallest_normal(case.dtype)

    def flush(array: np.ndarray) -> np.ndarray:
        return np.where(abs(array.astype(np.float64)) < least, 0, array).astype(array.dtype)

    inputs = {name: flush(array) if array.dtype.kind != "i" else array for name, array in case.inputs.items()}
    return Other(dataclasses.replace(case, inputs=inputs), lambda name, array: flush(array), lost=least)


def with_nearest_labels(case: Case) -> Case:
    """Labels that are no class become the nearest class."""
    return with_inputs(case, labels=np.clip(case.inputs["labels"], 0, 9))


def without_dilation(case: Case) -> Case:
    """A dilation below 1 is 1."""
    return with_attrs(case, dilation=[max(rate, 1) for rate in case.attrs["dilation"]])


def mirrored_on_and_on(case: Case) -> Mapping[str, np.ndarray] | Case:
    """Pads as NumPy puts them on, which mirrors and repeats what it has mirrored before; a layer then has none."""
    modes = {"reflect": "reflect", "symmetric": "symmetric", "circular": "wrap", "replicate": "edge"}
    pads = dict(zip(_spatial(case), predicates.pads(case)))
    x, mode = predicates.first(case), modes[case.attrs.get("mode", case.attrs.get("padding_mode"))]
    y = np.pad(x, [tuple(pads.get(axis, (0, 0))) for axis in range(x.ndim)], mode)
    if case.op == "conv2d_layer":
        return with_attrs(with_inputs(case, x=y), padding="valid", padding_mode="zeros")
    return {"y": y}


def divided_by_what_is_stated(case: Case) -> Other:
    """The sums of the windows, divided by a number that the specification refuses."""

    def divided(name: str, sums: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return sums / np.asarray(case.attrs["divisor_override"], sums.dtype)

    return Other(with_attrs(case, divisor_override=1), divided)


def last_pixels(case: Case) -> Mapping[str, np.ndarray]:
    """The rows and columns of result and gradient that XLA reads from beyond the image, cropped before padding.

    Of a transposed convolution the last ones of y, and the first taps in the gradient of w; of a convolution the last
    ones in the gradient of x.
    """
    transposing = case.op == "conv_transpose2d"
    shape = next(iter(result_of_nothing(case).values())).shape if transposing else predicates.first(case).shape
    pixels, taps = np.zeros(shape, bool), np.zeros(case.inputs["w"].shape, bool)
    kernel = case.attrs["kernel_layout"]
    for axis, letter, (start, end), span in zip(_spatial(case), "HW", predicates.pads(case), predicates.spans(case)):
        if start > span - 1 > end:
            np.moveaxis(pixels, axis, 0)[-(span - 1 - end) :] = True
            np.moveaxis(taps, kernel.index(letter), 0)[: span - 1 - end] = True
    return {"y": pixels, "w": taps} if transposing else {"x": pixels}


def gradient_over_zeros(case: Case) -> Mapping[str, np.ndarray]:
    """The gradient of a convolution for its image as a convolution of the cotangent padded with zeros."""
    attrs = {name: value for name, value in case.attrs.items() if name not in ("layout", "kernel_layout")}
    w = convert(case.inputs["w"], case.attrs["kernel_layout"], "OIHW").astype(np.float64)
    cotangent = np.asarray(case.canonical_cotangent, np.float64)
    size, steps, rates = predicates.image(case), attrs["stride"], attrs["dilation"]
    pads = predicates.pads(case)
    spans = predicates.spans(case)
    full = [
        (rows - 1) * step + span - sum(ends) for rows, step, span, ends in zip(cotangent.shape[2:], steps, spans, pads)
    ]
    more = [pixels - one for pixels, one in zip(size, full)]  # pixels at the end that no window saw
    x = transposed_over_zeros(
        cotangent, w, stride=steps, padding=pads, output_padding=more, dilation=rates, groups=attrs["groups"]
    )
    return {"x": convert(x, "NCHW", case.layout).astype(case.dtype)}


def bilinear_gradient_by_matrices(case: Case) -> Mapping[str, np.ndarray]:
    """The gradient of bilinear upsampling as products with the matrices of weights, those of 0 as well."""
    cotangent = np.asarray(case.canonical_cotangent, np.float64)
    shape = convert(predicates.first(case), case.layout, "NCHW").shape
    rows, columns = upsample2d.distances(shape, case.attrs["scale"], case.attrs["align_corners"])
    with np.errstate(all="ignore"):
        x = np.einsum("ih,ncij->nchj", np.maximum(0, 1 - rows), cotangent)
        x = np.einsum("jw,nchj->nchw", np.maximum(0, 1 - columns), x)
    return {"x": convert(x, "NCHW", case.layout).astype(case.dtype)}


def trained_on(case: Case, kept: np.ndarray, of_all: bool = False) -> Mapping[str, Case | Other]:
    """LeNet-5 trained on some images alone; in the end all are predicted.

    With `of_all` the loss is still the mean over all images.
    """
    names = [name for name in case.inputs if name not in ("images", "labels")]
    images, labels = case.inputs["images"], case.inputs["labels"]
    rate = case.attrs["lr"] * (kept.mean() if of_all else 1)
    trained = with_attrs(with_inputs(case, images=images[kept], labels=labels[kept]), lr=rate)
    _, _, *weights = lenet5.reference(*promoted(trained).inputs.values(), **trained.attrs)
    predicted = {"images": images.astype(np.float64), "labels": labels * 0, **dict(zip(names, weights))}
    last = dataclasses.replace(case, inputs=predicted, attrs={**case.attrs, "steps": 0})
    logits = Other(last, dtype=case.dtype.name, computed=case.dtype.name)
    return {"logits": logits, **dict.fromkeys(["losses", *(f"{name}_after" for name in names)], trained)}


def activations(case: Case) -> list[np.ndarray]:
    """What LeNet-5's layers make of the images, in float64, with a ReLU that makes 0 of NaN; the logits last."""
    images, _, *weights = (array.astype(np.float64) for array in case.inputs.values())
    plain = {"stride": (1, 1), "dilation": (1, 1), "groups": 1}
    pool = {"kernel_size": (2, 2), "stride": None, "padding": "valid", "dilation": (1, 1), "ceil_mode": False}

    def relu(array: np.ndarray) -> np.ndarray:
        return np.where(array > 0, array, 0)

    c1_w, c1_b, c3_w, c3_b, c5_w, c5_b, f6_w, f6_b, out_w, out_b = weights
    c1 = relu(conv2d.reference(images, c1_w, c1_b, padding=[[2, 2], [2, 2]], **plain))
    c3 = relu(conv2d.reference(max_pool2d.reference(c1, **pool), c3_w, c3_b, padding="valid", **plain))
    c5 = relu(conv2d.reference(max_pool2d.reference(c3, **pool), c5_w, c5_b, padding="valid", **plain))
    f6 = relu(c5.reshape(len(c5), -1) @ f6_w.T + f6_b)
    return [c1, c3, c5, f6, f6 @ out_w.T + out_b]


def predicted_without_nan(case: Case) -> Mapping[str, np.ndarray]:
    """LeNet-5's prediction with a ReLU that makes 0 of NaN, as x > 0 ? x : 0 does. Raises `ValueError` for steps."""
    if case.attrs["steps"]:
        raise ValueError("it says nothing of a training")
    return {"logits": activations(case)[-1].astype(case.dtype)}


def added_one_by_one(case: Case, most: float = np.inf) -> Mapping[str, np.ndarray]:
    """Means of numbers that are added one after the other in the dtype of the image, and then divided.

    `most` is the largest number of pixels that is counted; pads in pixels are counted, and left out after that.
    """
    attrs = {name: value for name, value in case.attrs.items() if name != "layout"}
    geometry = {name: value for name, value in attrs.items() if name not in ("count_include_pad", "divisor_override")}
    x = convert(case.inputs["x"], case.layout, "NCHW")
    seen = pooling_windows.gather(x, *pooling_windows.positions(x.shape, **geometry), 0)
    total = np.zeros(seen.shape[:4], x.dtype)
    for pixel in np.moveaxis(seen.reshape(*total.shape, -1), -1, 0):
        total = total + pixel
    pixels = avg_pool2d.divisor(x.shape, **attrs)
    counted = pixels if isinstance(attrs["padding"], str) else np.full(pixels.shape, np.prod(attrs["kernel_size"]))
    means = total.astype(np.float64) / np.minimum(counted, most) * (counted / pixels)
    return {"y": convert(means, "NCHW", case.layout).astype(case.dtype)}
