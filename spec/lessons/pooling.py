"""Pooling: what a mean counts, what a maximum starts from, and how the size is rounded."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import frac, math, num, op, output_size, var
from spec.lessons.windows import Panel, number

IMAGE = np.arange(1.0, 10.0).reshape(3, 3)
WINDOW = np.ones((2, 2))
EDGES = ((1, 1), (1, 1))


def mean(count_include_pad: bool) -> np.ndarray:
    """Means of windows of 2 with stride 2 and one padded pixel at each end (1, 1, 2, 2)."""
    attrs = {"kernel_size": (2, 2), "stride": (2, 2), "padding": EDGES, "ceil_mode": False}
    return operators()["avg_pool2d"].reference(IMAGE[None, None], **attrs, count_include_pad=count_include_pad)


def maximum(image: np.ndarray) -> np.ndarray:
    """The maxima of the same windows."""
    attrs = {"kernel_size": (2, 2), "stride": (2, 2), "padding": EDGES, "dilation": (1, 1), "ceil_mode": False}
    return operators()["max_pool2d"].reference(image[None, None], **attrs)


def panels() -> list[Panel]:
    """The mean of the pixels that are there, and of all places of the window."""
    quarter = WINDOW / 4
    return [
        Panel(
            "pixels seen", "TensorFlow: the padding is not counted", IMAGE, WINDOW, (2, 2), (1, 1), EDGES, None, "mean"
        ),
        Panel("all places", "PyTorch, MXNet: the zeros of the padding count", IMAGE, quarter, (2, 2), (1, 1), EDGES),
    ]


def formula() -> str:
    """The corner in both ways."""
    seen = math(var("y_0"), op("="), frac(num(1), num(1)), op("="), num(1))
    places = math(
        var("y_0"), op("="), frac("".join([num(0), op("+"), num(0), op("+"), num(0), op("+"), num(1)]), num(4))
    )
    return seen + places + output_size(3, 2, 2, (1, 1))


def _negative() -> str:
    found = maximum(-IMAGE)
    return f"{number(float(found[0, 0, 0, 0]))}. The padding of a maximum is minus infinity, not 0, in every framework."


def _ceil() -> str:
    attrs = {"kernel_size": (2, 2), "stride": (2, 2), "padding": "valid", "dilation": (1, 1)}
    rows = [operators()["max_pool2d"].out_shape((1, 1, 5, 5), **attrs, ceil_mode=mode)[2] for mode in (False, True)]
    return f"{rows[0]} rows without it, {rows[1]} with it: the last window hangs over the edge."


def _inside() -> str:
    difference = np.abs(mean(False) - mean(True))
    return f"{int((difference > 0).sum())} of {difference.size}: those whose window reaches into the padding."


LESSON = Lesson(
    name="pooling",
    title="Pooling: what the mean counts",
    seeds=(
        Seed("1. Introduction to Convolution", "Pooling"),
        Seed("Convolutions (filters, PyTorch)", "Pooling"),
        Seed("Convolutions (upsampling, transposed)", "Pooling"),
    ),
    intro=(
        "A 3×3 image, 1 to 9, windows of 2×2 with stride 2, one pixel of padding at each end. The corner window "
        "holds one "
        "pixel, the 1, and three padded places.",
        "Is the mean 1, of what is there, or 0.25, of four places? Both are defaults somewhere.",
    ),
    predict="What is the mean in the corner: 1 or 0.25?",
    choices=("1", "0.25", "it depends on the framework"),
    inputs={"x": Input(IMAGE[None, None], "image")},
    truth=lambda: mean(False),
    ways={
        "by default": Way("the framework's own average pooling with one padded pixel", "pool.average.padding"),
        "pixels seen alone": Way("the bridge: the padding is told not to count, or sum and number are divided"),
        "all places": Way("the padding counts as zeros", "pool.average.padding"),
    },
    panels=panels,
    questions=("pool.average.padding", "pool.average.overhang", "pool.max.padding", "pool.ceil", "pool.stride"),
    cases=("avg_pool2d/exact-pads", "avg_pool2d/ceil", "max_pool2d/ceil"),
    printed=("seed/pool-*", "seed/max-*"),
    operator="avg_pool2d",
    attrs={"kernel_size": [2, 2], "stride": [2, 2], "padding": [[1, 1], [1, 1]], "count_include_pad": False},
    formula=formula,
    sizes="pooling",
    exercises=(
        Exercise("The image is negated. What is the maximum in the corner?", _negative),
        Exercise("5 rows, window 2, stride 2: how many rows come out, without and with ceil_mode?", _ceil),
        Exercise("How many of the four means above depend on what is counted?", _inside),
    ),
    takeaways=(
        "From TensorFlow to PyTorch or MXNet: `count_include_pad=False`.",
        "A maximum is never disturbed by padding; a mean may be.",
    ),
)
