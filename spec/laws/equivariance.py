"""Laws that many operators obey: linearity, translation, mirroring, batches and layouts."""

import numpy as np

from spec.laws.convolution import IMAGE
from spec.laws.law import concatenate, law
from spec.layouts import convert

# Every window ends at the last padded pixel, so that the mirrored image has the mirrored windows.
CONV = {"stride": [2, 3], "padding": [[1, 2], [0, 3]]}
SUBJECTS: dict[str, dict] = {
    "conv2d": {
        "op": "conv2d",
        "attrs": {**CONV, "dilation": [2, 1], "groups": 2},
        "shapes": {"x": IMAGE, "w": (6, 2, 3, 5)},
    },
    "conv2d_layer": {"op": "conv2d_layer", "attrs": CONV, "shapes": {"x": IMAGE, "w": (6, 4, 3, 5)}},
    "conv_transpose2d": {
        "op": "conv_transpose2d",
        "attrs": {"stride": [2, 3], "padding": [[1, 0], [2, 1]], "groups": 2},
        "shapes": {"x": (2, 4, 5, 6), "w": (4, 3, 3, 2)},
    },
    "corr2d": {"op": "corr2d", "attrs": {}, "shapes": {"x": (5, 7), "k": (2, 3)}},
    "convolve2d": {"op": "convolve2d", "attrs": {}, "shapes": {"x": (5, 7), "k": (2, 3)}},
    "max_pool2d": {
        "op": "max_pool2d",
        "attrs": {"kernel_size": [3, 3], "stride": [2, 3], "padding": [[1, 2], [1, 0]], "dilation": [2, 1]},
        "shapes": {"x": IMAGE},
    },
    "avg_pool2d": {
        "op": "avg_pool2d",
        "attrs": {"kernel_size": [2, 4], "stride": [2, 3], "padding": [[1, 1], [2, 0]], "count_include_pad": True},
        "shapes": {"x": IMAGE},
    },
    "nearest": {"op": "upsample2d", "attrs": {"scale": [2, 3], "mode": "nearest"}, "shapes": {"x": IMAGE}},
    "bilinear": {"op": "upsample2d", "attrs": {"scale": [2, 4], "mode": "bilinear"}, "shapes": {"x": IMAGE}},
    "align_corners": {
        "op": "upsample2d",
        "attrs": {"scale": [2, 4], "mode": "bilinear", "align_corners": True},
        "shapes": {"x": IMAGE},
        "tiers": ("reals",),
    },
    **{
        mode: {"op": "pad2d", "attrs": {"padding": [[2, 1], [0, 3]], "mode": mode}, "shapes": {"x": IMAGE}}
        for mode in ("constant", "reflect", "symmetric", "replicate", "circular")
    },
}
PAIRS = ("stride", "padding", "dilation", "kernel_size", "scale")
ON_IMAGES = {name: one for name, one in SUBJECTS.items() if len(one["shapes"]["x"]) == 4}


def about(subjects, *left_out):
    """The operators of the subjects that a law speaks of, and the subjects, as arguments of `law`."""
    kept = {name: one for name, one in subjects.items() if name not in left_out}
    return list(dict.fromkeys(one["op"] for one in kept.values())), kept


def drawn(draw, shapes):
    return {name: draw(name, shape) for name, shape in shapes.items()}


LINEAR = about(SUBJECTS, "max_pool2d")
WITH_KERNEL = about({name: one for name, one in SUBJECTS.items() if len(one["shapes"]) == 2})


def linear(ask, draw, op, attrs, shapes, name):
    """Both sides of the law for the input `name`."""
    inputs = drawn(draw, shapes)
    one, two = inputs[name], draw("second", shapes[name])
    together = ask(op, attrs, **{**inputs, name: 2 * one - 3 * two})
    return together, ask(op, attrs, **inputs) * 2.0 - ask(op, attrs, **{**inputs, name: two}) * 3.0


@law("f(2x - 3v) = 2 f(x) - 3 f(v)", *LINEAR[0], **LINEAR[1])
def linear_in_the_image(ask, draw, op, attrs, shapes):
    """The response to a sum of images is the sum of the responses; only max pooling is not linear."""
    return linear(ask, draw, op, attrs, shapes, "x")


@law("f(x, 2w - 3v) = 2 f(x, w) - 3 f(x, v)", *WITH_KERNEL[0], **WITH_KERNEL[1])
def linear_in_the_kernel(ask, draw, op, attrs, shapes):
    """The sum of kernels gives the sum of the images that each gives by itself."""
    return linear(ask, draw, op, attrs, shapes, list(shapes)[1])


MOVING = about({name: SUBJECTS[name] for name in ("conv2d", "corr2d", "convolve2d", "max_pool2d", "avg_pool2d")})


@law("f(x[s:, s:])[i, j] = f(x)[i + 1, j + 1]  at stride s, without padding", *MOVING[0], **MOVING[1])
def translation(ask, draw, op, attrs, shapes):
    """The same weights look at every place: when the image moves by a stride, the result moves by a pixel."""
    attrs = {name: value for name, value in attrs.items() if name not in ("padding", "count_include_pad")}
    sh, sw = attrs.get("stride", [1, 1])
    *lead, height, width = shapes["x"]
    scene = draw("scene", (*lead, height + sh, width + sw))
    weights = {name: draw(name, shape) for name, shape in shapes.items() if name != "x"}
    here = ask(op, attrs, x=np.ascontiguousarray(scene[..., :height, :width]), **weights)
    there = ask(op, attrs, x=np.ascontiguousarray(scene[..., sh:, sw:]), **weights)
    return there[..., :-1, :-1], here[..., 1:, 1:]


@law("f(mirrored x, mirrored w, mirrored padding) = mirrored f(x, w)", *about(SUBJECTS)[0], **SUBJECTS)
def mirroring(ask, draw, op, attrs, shapes):
    """No direction is preferred: turn image, kernel and padding upside down and left to right, and the result is
    turned the same way."""
    inputs = drawn(draw, shapes)
    turned = {name: mirrored(array) for name, array in inputs.items()}
    pads = {"padding": [ends[::-1] for ends in attrs["padding"]]} if "padding" in attrs else {}
    return ask(op, {**attrs, **pads}, **turned), ask(op, attrs, **inputs).moved(mirrored)


def mirrored(array):
    return np.ascontiguousarray(array[..., ::-1, ::-1])


@law(
    "f(x', w', attributes [w, h]) = f(x, w, attributes [h, w])',  ' swaps height and width",
    *about(SUBJECTS)[0],
    **SUBJECTS,
)
def height_and_width(ask, draw, op, attrs, shapes):
    """Height and width are alike: swap them in image, kernel and attributes, and they are swapped in the result."""
    inputs = drawn(draw, shapes)
    turned = {name: swapped(array) for name, array in inputs.items()}
    pairs = {name: value[::-1] for name, value in attrs.items() if name in PAIRS}
    return ask(op, {**attrs, **pairs}, **turned), ask(op, attrs, **inputs).moved(swapped)


def swapped(array):
    return np.ascontiguousarray(array.swapaxes(-1, -2))


IN_BATCHES = about(ON_IMAGES, "align_corners", "symmetric", "replicate")


@law("f(x)[n] = f(x[n])", *IN_BATCHES[0], **IN_BATCHES[1])
def batch(ask, draw, op, attrs, shapes):
    """The images of a batch do not see each other: each alone gives the same as all together."""
    inputs = drawn(draw, shapes)
    x = inputs.pop("x")
    alone = [ask(op, attrs, x=x[n : n + 1], **inputs) for n in range(len(x))]
    return ask(op, attrs, x=x, **inputs), concatenate(alone, 0)


@law("f(x as NHWC) = f(x as NCHW) as NHWC", *about(ON_IMAGES)[0], **ON_IMAGES)
def layout(ask, draw, op, attrs, shapes):
    """The order of the axes in memory does not change what is computed."""
    inputs = drawn(draw, shapes)
    first = ask(op, attrs, **inputs)
    inputs["x"] = channels_last(inputs["x"])
    return ask(op, {**attrs, "layout": "NHWC"}, **inputs), first.moved(channels_last)


def channels_last(array):
    return convert(array, "NCHW", "NHWC")


KERNELS: dict[str, dict] = {
    f"{op}-{target}".lower(): {**SUBJECTS[op], "source": source, "target": target}
    for op, source, targets in (
        ("conv2d", "OIHW", ("HWIO", "OHWI", "IHWO")),
        ("conv2d_layer", "OIHW", ("HWIO",)),
        ("conv_transpose2d", "IOHW", ("HWOI", "OHWI", "HWIO")),
    )
    for target in targets
}


@law("f(x, w as HWIO) = f(x, w as OIHW)", *about(KERNELS)[0], **KERNELS)
def kernel_layout(ask, draw, op, attrs, shapes, source, target):
    """A kernel means the same whichever axis comes first, if the framework is told which."""
    x, w = drawn(draw, shapes).values()
    plain = ask(op, attrs, x=x, w=w)
    return ask(op, {**attrs, "kernel_layout": target}, x=x, w=convert(w, source, target)), plain
