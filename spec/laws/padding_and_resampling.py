"""Laws of the operators that move values: padding, upsampling, flattening."""

import numpy as np

from spec.laws.convolution import IMAGE
from spec.laws.law import law, reading

PADS = [[2, 1], [0, 3]]
MODES = ("constant", "reflect", "symmetric", "replicate", "circular")
SIDES: dict[str, dict] = {
    **{mode: {"op": "pad2d", "attrs": {"padding": PADS, "mode": mode}} for mode in MODES},
    "max": {"op": "max_pool2d", "attrs": {"kernel_size": [3, 4], "stride": [2, 3]}},
    "average": {"op": "avg_pool2d", "attrs": {"kernel_size": [2, 4], "stride": [2, 3]}},
    "nearest": {"op": "upsample2d", "attrs": {"scale": [2, 3], "mode": "nearest"}},
    "bilinear": {"op": "upsample2d", "attrs": {"scale": [2, 4], "mode": "bilinear"}},
}
NEUTRAL = {"padding": [0, 0], "kernel_size": 1, "stride": 1, "scale": 1}


@law("f(x) = f(f(x, rows only), columns only)", "pad2d", "max_pool2d", "avg_pool2d", "upsample2d", **SIDES)
def rows_then_columns(ask, draw, op, attrs):
    """Rows and columns are treated alike and apart: first all rows, then all columns, gives the same."""
    x = draw("x", IMAGE)
    rows = {name: [value[0], NEUTRAL[name]] if name in NEUTRAL else value for name, value in attrs.items()}
    columns = {name: [NEUTRAL[name], value[1]] if name in NEUTRAL else value for name, value in attrs.items()}
    return ask(op, attrs, x=x), ask(op, columns, x=ask(op, rows, x=x))


@law(
    "pad2d(pad2d(x, p), q) = pad2d(x, p + q)",
    "pad2d",
    constant={"mode": "constant", "value": -1.5},
    replicate={"mode": "replicate"},
)
def pads_add_up(ask, draw, **attrs):
    """Padding twice is padding once by the sum, where what is added does not depend on the size of the image."""
    x, more = draw("x", IMAGE), [[1, 3], [2, 0]]
    once = ask("pad2d", {"padding": PADS, **attrs}, x=x)
    both = (np.array(PADS) + more).tolist()
    return ask("pad2d", {"padding": more, **attrs}, x=once), ask("pad2d", {"padding": both, **attrs}, x=x)


@law("pad2d(x, [[t, b], [l, r]])[t : t + H, l : l + W] = x", "pad2d", **{mode: {"mode": mode} for mode in MODES})
def the_image_stays(ask, draw, mode):
    """Padding leaves the image as it is, t rows from the top and l columns from the left."""
    x = draw("x", IMAGE)
    padded = ask("pad2d", {"padding": PADS, "mode": mode}, x=x)
    return padded[:, :, 2 : 2 + IMAGE[2], 0 : IMAGE[3]], reading(x)


@law(
    "pad2d(x, t rows)[:t] = reflect: x[t:0:-1], symmetric: x[t-1::-1], replicate: t times x[0], circular: x[H-t:]",
    "pad2d",
    **{mode: {"mode": mode} for mode in MODES if mode != "constant"},
)
def borders(ask, draw, mode):
    """Each mode fills the border with pixels of the image: mirrored without or with the edge, the edge itself, or
    what lies at the other end."""
    x, rows = draw("x", IMAGE), 2
    found = {
        "reflect": x[:, :, rows:0:-1],
        "symmetric": x[:, :, rows - 1 :: -1],
        "replicate": np.repeat(x[:, :, :1], rows, axis=2),
        "circular": x[:, :, IMAGE[2] - rows :],
    }
    return ask("pad2d", {"padding": PADS, "mode": mode}, x=x)[:, :, :rows, : IMAGE[3]], found[mode]


CONSTANTS: dict[str, dict] = {
    **{mode: {"op": "pad2d", "attrs": {"padding": PADS, "mode": mode}} for mode in MODES if mode != "constant"},
    "max": {"op": "max_pool2d", "attrs": {"kernel_size": [3, 4], "padding": [[1, 1], [2, 1]]}},
    "average": {
        "op": "avg_pool2d",
        "attrs": {"kernel_size": [2, 4], "stride": [1, 3], "padding": [[1, 1], [2, 2]]},
    },
    "average_ceil": {
        "op": "avg_pool2d",
        "attrs": {"kernel_size": [3, 4], "stride": [3, 3], "ceil_mode": True},
        "tiers": ("reals",),
    },
    "nearest": {"op": "upsample2d", "attrs": {"scale": [2, 3], "mode": "nearest"}},
    "bilinear": {"op": "upsample2d", "attrs": {"scale": [2, 4], "mode": "bilinear"}},
    "align_corners": {
        "op": "upsample2d",
        "attrs": {"scale": [2, 4], "mode": "bilinear", "align_corners": True},
        "tiers": ("reals",),
    },
}


@law("f(c everywhere) = c everywhere", "pad2d", "max_pool2d", "avg_pool2d", "upsample2d", **CONSTANTS)
def constants(ask, draw, op, attrs):
    """Means, maxima and interpolations of equal numbers are that number, at the borders too: weights sum to 1, and
    what does not belong to the image does not count."""
    levels = draw("c", (2, 4, 1, 1)) - np.float32(4)
    x = np.array(np.broadcast_to(levels, IMAGE))
    found = ask(op, attrs, x=x)
    return found, np.broadcast_to(levels, found.shape)


@law("conv2d(circular(roll(x, d)), w) = roll(conv2d(circular(x), w), d)", "pad2d", "conv2d")
def circular_images(ask, draw):
    """An image that goes on and on has no border: moved in a circle, its convolution moves in a circle with it."""
    x, w = draw("x", IMAGE), draw("w", (6, 4, 3, 5))

    def convolved(image):
        padded = ask("pad2d", {"padding": [[1, 1], [2, 2]], "mode": "circular"}, x=image)
        return ask("conv2d", {}, x=padded, w=w)

    def roll(array):
        return np.roll(array, (3, -2), axis=(2, 3))

    return convolved(roll(x)), convolved(x).moved(roll)


@law("flatten(x as NHWC) = flatten(x as NCHW) with place (c*H + h)*W + w moved to (h*W + w)*C + c", "flatten")
def flatten_order(ask, draw):
    """Flattening keeps the order of memory, so each layout has its own: the weights of a dense layer must follow."""
    x = draw("x", IMAGE)
    order = np.arange(x[0].size).reshape(IMAGE[1:]).transpose(1, 2, 0).ravel()
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    return ask("flatten", {"layout": "NHWC"}, x=last), ask("flatten", {"layout": "NCHW"}, x=x)[:, order]
