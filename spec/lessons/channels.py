"""Channels: all are summed, unless groups keep them apart."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import math, num, op, var
from spec.lessons.windows import Panel, number, output

IMAGE = np.stack([np.arange(9.0), np.arange(1.0, 10.0)]).reshape(2, 3, 3)
KERNEL = np.stack([np.arange(4.0), np.arange(1.0, 5.0)]).reshape(2, 2, 2)


def summed() -> np.ndarray:
    """56 72 104 120 (1, 1, 2, 2)."""
    return operators()["corr2d"].reference(IMAGE, KERNEL)[None, None]


def panels() -> list[Panel]:
    """A channel each; the output is the sum of both."""
    return [Panel(f"channel {c}", "one part of the sum", IMAGE[c], KERNEL[c]) for c in (0, 1)]


def formula() -> str:
    """The first output as the sum over the channels."""
    parts = [number(float(output(panel)[0, 0])) for panel in panels()]
    total = number(float(summed()[0, 0, 0, 0]))
    return math(var("y_0"), op("="), num(parts[0]), op("+"), num(parts[1]), op("="), num(total))


def _weights(inputs: int, outputs: int, groups: int, taps: int) -> str:
    return f"{outputs * (inputs // groups) * taps}."


def _pointwise() -> str:
    mixed = operators()["corr2d"].reference(IMAGE, np.array([1.0, -1.0]).reshape(2, 1, 1))
    return f"{number(float(mixed.min()))} everywhere: the difference of the channels, pixel by pixel."


LESSON = Lesson(
    name="channels",
    title="Channels, 1×1, groups and depthwise",
    seeds=(
        Seed("1. Introduction to Convolution", "Multiple Input Channels"),
        Seed("1. Introduction to Convolution", "1 × 1 Convolutional Layer"),
        Seed("6. Convolutional Neural Networks", "6.4 Multiple Input and Output Channels"),
    ),
    intro=(
        "Two channels, 0 to 8 and 1 to 9, and a kernel for each. An output is the sum over the window **and over the "
        "channels**.",
        "With groups each output sees its own channels alone. As many groups as channels is called depthwise. A 1×1 "
        "kernel "
        "mixes channels and sees no neighbours.",
    ),
    predict="One kernel of two channels. How many channels has the output: one or two?",
    choices=("one, the sum over the channels", "two, one for each channel"),
    inputs={"x": Input(IMAGE[None], "image"), "w": Input(KERNEL[None], "kernel")},
    truth=summed,
    ways={
        "all channels": Way("the convolution as it is: channels are summed"),
        "each channel alone": Way("two groups: as two kernels of one channel, not summed", "conv.groups"),
    },
    panels=panels,
    questions=("conv.groups", "conv.implicit-groups", "conv.groups.gradient", "layout.kernel.depthwise"),
    cases=("seed/corr2d-multi-in", "conv2d/depthwise", "conv2d/pointwise"),
    printed=("seed/corr2d-multi*", "seed/*-float64", "seed/rgb-groups", "seed/rgb-sum", "seed/pointwise*"),
    operator="conv2d",
    attrs={"padding": "valid"},
    formula=formula,
    exercises=(
        Exercise("How many weights has a 3×3 convolution from 64 to 128 channels?", lambda: _weights(64, 128, 1, 9)),
        Exercise("And with 32 groups?", lambda: _weights(64, 128, 32, 9)),
        Exercise("What does the 1×1 kernel (1, -1) make of the two channels above?", _pointwise),
    ),
    takeaways=(
        "`tf.nn.conv2d` has no argument for groups: it takes them from the shapes, meant or not.",
        "Depthwise kernels have other axes and another order of outputs: look them up before you carry them over.",
    ),
)
