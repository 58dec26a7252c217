"""Transposed convolution: who flips the kernel, and how large the result is."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import math, num, op, var
from spec.lessons.windows import Panel, number

IMAGE = np.array([[1.0, 2.0], [3.0, 4.0]])
KERNEL = np.array([[0.0, 1.0], [2.0, 3.0]])


def transposed(kernel: np.ndarray = KERNEL, stride: int = 2, padding="valid", output_padding: int = 0) -> np.ndarray:
    """The output (1, 1, OH, OW)."""
    attrs = {"stride": (stride, stride), "padding": padding, "dilation": (1, 1), "groups": 1}
    extra = (output_padding, output_padding)
    return operators()["conv_transpose2d"].reference(
        IMAGE[None, None], kernel[None, None], None, output_padding=extra, **attrs
    )


def panels() -> list[Panel]:
    """As a convolution of the spread image: with the kernel turned, which hands it out as written, and not."""
    spread = np.zeros((3, 3))
    spread[::2, ::2] = IMAGE
    full = ((1, 1), (1, 1))
    return [
        Panel(
            "kernel as written",
            "PyTorch, TensorFlow, MXNet: each pixel hands out the kernel",
            spread,
            KERNEL[::-1, ::-1],
            pads=full,
        ),
        Panel("kernel turned", "JAX by default: each pixel hands out the kernel turned", spread, KERNEL, pads=full),
    ]


def formula() -> str:
    """The size, in letters and numbers."""
    letters = (
        var("O"),
        op("="),
        op("("),
        var("H"),
        op("−"),
        num(1),
        op(")"),
        op("·"),
        var("s"),
        op("−"),
        num(2),
        var("p"),
    )
    more = (op("+"), var("d"), op("("), var("k"), op("−"), num(1), op(")"), op("+"), num(1), op("+"), var("p_out"))
    numbers = (op("="), num(1), op("·"), num(2), op("−"), num(0), op("+"), num(1), op("+"), num(1), op("="), num(4))
    return math(*letters, *more, *numbers)


def _size(height: int, kernel: int, stride: int, pad: int, extra: int) -> str:
    return f"{(height - 1) * stride - 2 * pad + kernel + extra} rows."


def _sum() -> str:
    total, image, kernel = (number(float(one.sum())) for one in (transposed(), IMAGE, KERNEL))
    return f"{total}: the sum of the image times the sum of the kernel, {image} · {kernel}."


def _overlap() -> str:
    found = transposed(stride=1)
    return f"{number(float(found[0, 0, 1, 1]))}, the middle of 3×3, where the copies of all four pixels meet."


LESSON = Lesson(
    name="transposed-convolution",
    title="Transposed convolution: who turns the kernel",
    seeds=(Seed("Convolutions (upsampling, transposed)", "Transposed Convolution"),),
    intro=(
        "A 2×2 image, a 2×2 kernel, stride 2. Each pixel hands out a copy of the kernel times itself; copies lie two "
        "pixels "
        "apart, and where they overlap they add up.",
        "It is the gradient of a convolution, and can be computed as one: of the image spread with zeros, with the "
        "kernel "
        "**turned**. JAX leaves the turning to you.",
    ),
    predict="The first pixel is 1. Does the corner of the output hold 0 or 3?",
    choices=("0, the kernel as it is written", "3, the kernel turned", "it depends on the framework"),
    inputs={"x": Input(IMAGE[None, None], "image"), "w": Input(KERNEL[None, None], "transposed kernel")},
    truth=transposed,
    ways={
        "by default": Way("the framework's transposed convolution, without padding", "transposed.flip"),
        "turned": Way("the bridge: JAX is told to transpose the kernel, or the kernel is flipped before"),
    },
    panels=panels,
    questions=(
        "transposed.flip",
        "transposed.default",
        "transposed.padding",
        "transposed.same.stride",
        "transposed.output-padding",
    ),
    cases=("conv_transpose2d/plain", "conv_transpose2d/doubling", "seed/transposed"),
    printed=("seed/transposed*",),
    operator="conv_transpose2d",
    attrs={"stride": [2, 2], "padding": "valid"},
    formula=formula,
    sizes="transposed",
    exercises=(
        Exercise(
            "7 rows, kernel 3, stride 2, padding 1, output padding 1: how many rows?", lambda: _size(7, 3, 2, 1, 1)
        ),
        Exercise("What do all 16 numbers of the output sum to?", _sum),
        Exercise("With stride 1, what stands where all four copies overlap?", _overlap),
    ),
    takeaways=(
        "Kernels from JAX to the others: flip both axes, or set `transpose_kernel=True` there (which swaps I and O "
        "too).",
        "`padding` crops the result here; it does not add pixels.",
    ),
)
