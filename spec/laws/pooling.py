"""Laws of pooling and of what windows share: strides, the rules of padding, ceil_mode."""

import numpy as np

from spec.laws.convolution import IMAGE, without
from spec.laws.law import complete, law, reading
from spec.padding import explicit

WINDOWED = {
    "conv2d": {"op": "conv2d", "attrs": {}, "window": (3, 5)},
    "max": {"op": "max_pool2d", "attrs": {"kernel_size": [3, 4]}, "window": (3, 4)},
    "average": {"op": "avg_pool2d", "attrs": {"kernel_size": [2, 4], "count_include_pad": True}, "window": (2, 4)},
}


def inputs(draw, op, window):
    """The image, and for a convolution the kernel as large as the window."""
    return {"x": draw("x", IMAGE)} | ({"w": draw("w", (6, 4, *window))} if op == "conv2d" else {})


@law("f(x, stride s)[i, j] = f(x, stride 1)[s*i, s*j]", "conv2d", "max_pool2d", "avg_pool2d", **WINDOWED)
def stride(ask, draw, *, op, attrs, window):
    """A stride leaves out windows: it computes every s-th output of the same operator without a stride."""
    given = inputs(draw, op, window)
    every = ask(op, {**attrs, "stride": [1, 1]}, **given)
    return ask(op, {**attrs, "stride": [2, 3]}, **given), every[..., ::2, ::3]


RULES = {
    f"{rule}-{name}-{step}".replace("_", "-"): {"rule": rule, "step": step, **geometry}
    for name, geometry in WINDOWED.items()
    for rule, step in (("same", 1), ("same", 2), ("same", 3), ("same_lower", 2), ("full", 1))
} | {
    f"same-even-{step}": {"rule": "same", "step": step, "op": "conv2d", "attrs": {}, "window": (4, 2)}
    for step in (1, 2, 3)
}


@law(
    "f(x, padding same) = f(x, padding p),  p = what makes ceil(size/s) windows, the odd pixel at the end",
    "conv2d",
    "max_pool2d",
    "avg_pool2d",
    **RULES,
)
def rules(ask, draw, *, op, rule, step, attrs, window):
    """SAME, SAME_LOWER and FULL are names for numbers of pixels, which depend on size, kernel and stride."""
    given, steps = inputs(draw, op, window), [step, step]
    pads = [list(ends) for ends in explicit(rule, IMAGE[2:], window, steps)]
    ruled = ask(op, {**attrs, "stride": steps, "padding": rule}, **given)
    return ruled, ask(op, {**attrs, "stride": steps, "padding": pads}, **given)


AVERAGES: dict[str, dict] = {
    "valid": {"kernel_size": [2, 4], "stride": [1, 2]},
    "side_by_side": {"kernel_size": [4, 2]},
    "padded": {"kernel_size": [2, 4], "stride": [1, 2], "padding": [[1, 0], [1, 2]]},
    "nine": {"kernel_size": [3, 3], "padding": [[1, 1], [1, 1]], "tiers": ("reals",)},
}


@law(
    "avg_pool2d(x, k, count_include_pad) = conv2d(x, kernel of 1/(kh*kw), groups = channels)",
    "avg_pool2d",
    "conv2d",
    **AVERAGES,
)
def average_is_convolution(ask, draw, **attrs):
    """Average pooling is a convolution whose kernel has equal weights, with each channel a group of its own."""
    x, (kh, kw) = draw("x", IMAGE), attrs["kernel_size"]
    w = reading(np.full((4, 1, kh, kw), 1 / (kh * kw))).rounded(x.dtype)
    weighed = {"stride": attrs["kernel_size"], **without(attrs, "kernel_size"), "groups": 4}
    return ask("avg_pool2d", {**attrs, "count_include_pad": True}, x=x), ask("conv2d", weighed, x=x, w=w)


@law(
    "avg_pool2d(x, k, divisor_override d) = conv2d(x, kernel of 1/d, groups = channels)",
    "avg_pool2d",
    "conv2d",
    eight={"kernel_size": [2, 4], "divisor_override": 8},
    one={"kernel_size": [4, 2], "stride": [1, 2], "divisor_override": 1},
)
def stated_divisor(ask, draw, *, divisor_override, **attrs):
    """With a divisor of its own average pooling is a convolution whose weights do not add up to 1."""
    x, (kh, kw) = draw("x", IMAGE), attrs["kernel_size"]
    w = reading(np.full((4, 1, kh, kw), 1 / divisor_override)).rounded(x.dtype)
    weighed = {"stride": attrs["kernel_size"], **without(attrs, "kernel_size"), "groups": 4}
    return ask("avg_pool2d", {**attrs, "divisor_override": divisor_override}, x=x), ask("conv2d", weighed, x=x, w=w)


@law(
    "avg_pool2d(x, k, padding p, count_include_pad) = avg_pool2d(pad2d(x, p), k)",
    "avg_pool2d",
    "pad2d",
    padded=AVERAGES["padded"],
)
def counted_padding(ask, draw, **attrs):
    """Padding that counts is pixels of value 0 like any others."""
    x = draw("x", IMAGE)
    padded = ask("pad2d", {"padding": attrs["padding"]}, x=x)
    plain = ask("avg_pool2d", without(attrs, "padding"), x=padded)
    return ask("avg_pool2d", {**attrs, "count_include_pad": True}, x=x), plain


@law(
    "avg_pool2d(x) * avg_pool2d(1, count_include_pad) = avg_pool2d(x, count_include_pad)",
    "avg_pool2d",
    padded={"kernel_size": [2, 4], "stride": [1, 3], "padding": [[1, 1], [2, 2]]},
)
def uncounted_padding(ask, draw, **attrs):
    """Padding that does not count changes the divisor only: to the share of the window that lies in the image."""
    x, counted = draw("x", IMAGE), {**attrs, "count_include_pad": True}
    share = ask("avg_pool2d", counted, x=np.ones_like(x))
    return ask("avg_pool2d", attrs, x=x) * share, ask("avg_pool2d", counted, x=x)


@law(
    "max_pool2d(2x + 1) = 2 max_pool2d(x) + 1", "max_pool2d", plain={"kernel_size": [3, 4], "padding": [[1, 1], [2, 1]]}
)
def order_is_kept(ask, draw, **attrs):
    """The maximum asks only which pixel is larger: an increasing map before pooling is that map after pooling.
    Padding must not take part, which padding with 0 would."""
    x = draw("x", IMAGE)
    x = x - x.max() - 1  # all negative
    largest = ask("max_pool2d", attrs, x=x)
    return ask("max_pool2d", attrs, x=2 * x + 1), largest * 2.0 + np.ones(largest.shape)


@law("max_pool2d(max_pool2d(x, k), l) = max_pool2d(x, k + l - 1)  at stride 1", "max_pool2d")
def maxima_of_maxima(ask, draw):
    """The maximum of maxima is the maximum of the larger window, as two small kernels see what one large one sees."""
    x, one = draw("x", IMAGE), {"stride": [1, 1]}
    once = ask("max_pool2d", {"kernel_size": [2, 3], **one}, x=x)
    twice = ask("max_pool2d", {"kernel_size": [3, 2], **one}, x=once)
    return twice, ask("max_pool2d", {"kernel_size": [4, 4], **one}, x=x)


OVERHANGS: dict[str, dict] = {
    "padding": {"attrs": {"kernel_size": [3, 4], "stride": [2, 3], "padding": [[1, 2], [0, 3]]}, "over": (0, 0)},
    "ceil_mode": {"attrs": {"kernel_size": [3, 4], "stride": [3, 4], "ceil_mode": True}, "over": (1, 1)},
    "both": {
        "attrs": {"kernel_size": [3, 4], "stride": [3, 4], "padding": [[2, 1], [2, 0]], "ceil_mode": True},
        "over": (1, 3),
    },
}


@law(
    "max_pool2d(x, padding p, ceil_mode) = max_pool2d(pad2d(x, p and the overhang, value below all of x))",
    "max_pool2d",
    "pad2d",
    **OVERHANGS,
)
def padding_is_no_maximum(ask, draw, *, attrs, over):
    """Max pooling pads with minus infinity, and ceil_mode lets the last window hang over into more of it."""
    x = draw("x", IMAGE) - np.float32(8)
    pads = complete("max_pool2d", attrs)["padding"]
    pads = [[0, 0], [0, 0]] if pads == "valid" else pads
    padding = [[before, after + more] for (before, after), more in zip(pads, over)]
    padded = ask("pad2d", {"padding": padding, "value": -100.0}, x=x)
    return ask("max_pool2d", attrs, x=x), ask("max_pool2d", without(attrs, "padding", "ceil_mode"), x=padded)


@law(
    "pool(upsample2d(x, s), s) = x",
    "max_pool2d",
    "avg_pool2d",
    "upsample2d",
    max={"op": "max_pool2d"},
    average={"op": "avg_pool2d"},
)
def upsampling_undone(ask, draw, op):
    """Blocks of equal pixels have that pixel as their maximum and as their mean."""
    x, scale = draw("x", IMAGE), [2, 4]
    large = ask("upsample2d", {"scale": scale, "mode": "nearest"}, x=x)
    return ask(op, {"kernel_size": scale}, x=large), reading(x)
