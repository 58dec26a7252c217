"""Strategies for attributes and shapes that the specification accepts, small enough to be computed at once."""

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from spec.core import Operator, Rejected
from spec.numerics import lenet_arithmetic
from tests.random_cases.attributes import BATCH, CHANNELS, PIXELS, TAPS, attributes

LARGEST = 10_000  # elements of an array
MOST_PRODUCTS = 200_000
MOST_WINDOWS = 30  # of operators that some frameworks compute by loops in Python

Shapes = dict[str, tuple[int, ...]]
Drawn = tuple[dict[str, Any], Shapes]


def geometries(operator: Operator) -> st.SearchStrategy[Drawn]:
    """(attributes, shapes in NCHW and OIHW) of valid cases of an operator."""
    return _drawn(operator).filter(functools.partial(_is_valid, operator))


@st.composite
def _drawn(draw: st.DrawFn, operator: Operator) -> Drawn:
    attrs = draw(attributes(operator))
    shapes = SHAPES[operator.name](draw, attrs)
    return attrs, shapes


def _is_valid(operator: Operator, drawn: Drawn) -> bool:
    """Whether the specification accepts it, and it is no large computation."""
    attrs, shapes = drawn
    plain = {name: value for name, value in attrs.items() if name != "kernel_layout"}
    if operator.images:
        plain.pop("layout")
    try:
        outputs = operator.out_shape(*shapes.values(), **plain)
    except Rejected:
        return False
    outputs = outputs if isinstance(outputs[0], tuple) else (outputs,)
    kernel = shapes.get("w", shapes.get("k", (1,)))
    if operator.name in ("corr2d", "convolve2d") and math.prod(outputs[0][-2:]) > MOST_WINDOWS:
        return False
    sizes = [math.prod(shape) for shape in (*shapes.values(), *outputs)]
    products = math.prod(outputs[0]) * math.prod(kernel[1:]) if operator.kernels else 0
    return operator.name == "lenet5" or (max(sizes) <= LARGEST and products <= MOST_PRODUCTS)


def _image(draw: st.DrawFn, channels: int | None = None) -> tuple[int, ...]:
    channels = draw(CHANNELS) if channels is None else channels
    return draw(BATCH), channels, draw(PIXELS), draw(PIXELS)


def _bias(draw: st.DrawFn, outputs: int) -> Shapes:
    return {"b": (outputs,)} if draw(st.booleans()) else {}


def _per_group(draw: st.DrawFn, groups: int) -> int:
    """Channels of a group: many where there is one group, else few; often one, as in depthwise convolutions."""
    return draw(CHANNELS if groups == 1 else st.integers(1, 4))


def convolution(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    inputs, outputs = (_per_group(draw, attrs["groups"]) for _ in "io")
    x = _image(draw, inputs * attrs["groups"])
    w = outputs * attrs["groups"], inputs, draw(TAPS), draw(TAPS)
    return {"x": x, "w": w, **_bias(draw, w[0])}


def transposed(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    inputs, outputs = (_per_group(draw, attrs["groups"]) for _ in "io")
    x = _image(draw, inputs * attrs["groups"])
    w = x[1], outputs, draw(TAPS), draw(TAPS)
    return {"x": x, "w": w, **_bias(draw, outputs * attrs["groups"])}


def image(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    return {"x": _image(draw)}


def correlation(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    planes = draw(st.sampled_from(((), (1,), (2,), (3,), (17,))))
    outputs = draw(st.sampled_from(((), (1,), (2,), (5,)))) if planes else ()
    x = *planes, draw(PIXELS), draw(PIXELS)
    return {"x": x, "k": (*outputs, *planes, draw(TAPS), draw(TAPS))}


def plane(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    return {"x": (draw(PIXELS), draw(PIXELS)), "k": (draw(TAPS), draw(TAPS))}


def axes(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    return {"x": tuple(draw(st.lists(PIXELS, min_size=2, max_size=5)))}


def dense(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    batch, inputs, outputs = draw(BATCH), draw(CHANNELS), draw(CHANNELS)
    return {"x": (batch, inputs), "w": (outputs, inputs), **_bias(draw, outputs)}


def statistics(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    """So many values in each channel that the gradient is not nearly 0."""
    x = _image(draw)
    assume(math.prod(x) >= 8 * x[1])
    return {"x": x} | dict.fromkeys(("scale", "shift", "mean", "variance"), (x[1],))


def learning(draw: st.DrawFn, attrs: dict) -> Shapes:
    """The rate is a share of the one beyond which descent of normal data diverges."""
    (height, width), (kh, kw) = ((draw(PIXELS), draw(PIXELS)), (draw(TAPS), draw(TAPS)))
    y = height - kh + 1, width - kw + 1
    assume(min(y) > 0)
    attrs["lr"] /= 4 * kh * kw * (math.prod(y) if attrs["loss"] == "sum" else 1)
    return {"x": (height, width), "y": y, "w": (kh, kw)}


def network(draw: st.DrawFn, attrs: Mapping) -> Shapes:
    images = draw(BATCH)
    return {"images": (images, 1, 28, 28), "labels": (images,), **lenet_arithmetic.SHAPES}


SHAPES: dict[str, Callable[[st.DrawFn, dict], Shapes]] = {
    "activation": axes,
    "avg_pool2d": image,
    "batch_norm2d": statistics,
    "conv2d": convolution,
    "conv2d_layer": convolution,
    "conv_transpose2d": transposed,
    "convolve2d": plane,
    "corr2d": correlation,
    "dense": dense,
    "flatten": axes,
    "learn_kernel": learning,
    "lenet5": network,
    "max_pool2d": image,
    "pad2d": image,
    "upsample2d": image,
}
