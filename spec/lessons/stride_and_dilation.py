"""Steps between windows, and gaps inside them; and who refuses both at once."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import output_size
from spec.lessons.windows import Panel
from spec.padding import extent

IMAGE = np.arange(49.0).reshape(7, 7)
KERNEL = np.array([[1.0, 2.0], [3.0, 4.0]])


def conv(stride: int, dilation: int) -> np.ndarray:
    """The output (1, 1, OH, OW)."""
    attrs = {"stride": (stride, stride), "padding": "valid", "dilation": (dilation, dilation), "groups": 1}
    return operators()["conv2d"].reference(IMAGE[None, None], KERNEL[None, None], None, **attrs)


def panels() -> list[Panel]:
    """Stride 2 with dilation 2, and stride 2 alone."""
    return [
        Panel("stride 2, dilation 2", "the taps are two pixels apart", IMAGE, KERNEL, (2, 2), (2, 2)),
        Panel("stride 2", "the taps are neighbours", IMAGE, KERNEL, (2, 2)),
    ]


def _span(kernel: int, dilation: int) -> str:
    return f"{extent(kernel, dilation)} pixels: (k - 1) · d + 1."


def _every_second() -> str:
    same = np.array_equal(conv(2, 2), conv(1, 2)[:, :, ::2, ::2])
    return f"{'Yes' if same else 'No'}. It helps where both at once are refused, at the price of computing all."


def _unread() -> str:
    read = np.zeros((7, 7), bool)
    for i in range(0, 7 - extent(2, 2) + 1, 2):
        for j in range(0, 7 - extent(2, 2) + 1, 2):
            read[np.ix_((i, i + 2), (j, j + 2))] = True
    return f"{int((~read).sum())} of 49: everything in an odd row or column."


LESSON = Lesson(
    name="stride-and-dilation",
    title="Stride and dilation",
    seeds=(
        Seed("1. Introduction to Convolution", "Stride"),
        Seed("6. Convolutional Neural Networks", "6.3.2 Stride"),
        Seed("Convolutions (filters, PyTorch)", "Striding"),
    ),
    intro=(
        "A 7×7 image, 0 to 48, and a 2×2 kernel. The **stride** is the step from window to window; the **dilation** "
        "is the "
        "step from tap to tap inside one.",
        "Either alone works everywhere. Both at once are refused by some.",
    ),
    predict="How large is the output for kernel 2, stride 2 and dilation 2: 3×3 or 2×2?",
    choices=("3×3", "2×2"),
    inputs={"x": Input(IMAGE[None, None], "image"), "w": Input(KERNEL[None, None], "kernel")},
    truth=lambda: conv(2, 2),
    ways={
        "the function": Way("stride and dilation in one call of the function"),
        "the layer": Way("the same in the layer of a network", "conv.stride-dilation"),
        "every second output": Way(
            "the bridge where both at once are refused: stride 1, then every second row and column"
        ),
        "without dilation": Way("what comes out when the dilation is lost on the way", "arguments.dilation"),
    },
    panels=panels,
    questions=("conv.stride-dilation", "arguments.stride", "arguments.dilation"),
    cases=("conv2d/everything", "conv2d/stride-beyond-kernel"),
    printed=("seed/identity-stride-2", "seed/shape-stride", "seed/shape-all-unequal"),
    operator="conv2d",
    attrs={"stride": [2, 2], "dilation": [2, 2], "padding": "valid"},
    formula=lambda: output_size(7, 2, 2, (0, 0), 2) + output_size(7, 2, 2, (0, 0)),
    sizes="convolution",
    exercises=(
        Exercise("How many pixels does a kernel of 3 with dilation 4 span?", lambda: _span(3, 4)),
        Exercise("Is stride 2 every second output of stride 1?", _every_second),
        Exercise("How many pixels does no window read, with stride 2 and dilation 2?", _unread),
    ),
    takeaways=(
        "The argument has another name nearly everywhere: `dilation`, `dilations`, `dilation_rate`, `rhs_dilation`, "
        "`dilate`.",
        "Where stride and dilation are refused together: stride 1, then every s-th row and column.",
    ),
)
