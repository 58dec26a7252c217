"""Layouts: transposing is not reshaping, and no error tells them apart."""

import numpy as np

from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.windows import number

IMAGE = np.arange(12.0).reshape(1, 2, 2, 3)


def transposed() -> np.ndarray:
    """The image (1, 2, 2, 3) NCHW as NHWC (1, 2, 3, 2)."""
    return IMAGE.transpose(0, 2, 3, 1)


def _wrong() -> str:
    reshaped = IMAGE.reshape(1, 2, 3, 2)
    return f"{int((reshaped != transposed()).sum())} of {IMAGE.size}, and the shape is right."


def _index() -> str:
    (n, c, h, w) = 0, 1, 0, 2
    return f"{number(float(IMAGE[n, c, h, w]))}: x[0, 1, 0, 2] in NCHW is x[0, 0, 2, 1] in NHWC."


def _strides() -> str:
    steps = [step // 8 for step in transposed().strides]
    return f"{' '.join(map(str, steps))} numbers: a transposed view moves nothing; only the steps change."


LESSON = Lesson(
    name="layouts-and-memory",
    title="Layouts and memory: transpose, do not reshape",
    seeds=(Seed("Convolutions (filters, PyTorch)", "Shape"),),
    intro=(
        "An image of 2 channels, 2 rows and 3 columns in NCHW. A framework that wants NHWC needs the axes **moved**: "
        "each "
        "number keeps its channel, row and column.",
        "Reshaping to the same sizes is accepted too. It keeps the order of memory and gives every number another "
        "place.",
    ),
    predict="Do transpose and reshape to (1, 2, 3, 2) give the same array?",
    choices=("yes", "no"),
    inputs={"x": Input(IMAGE)},
    truth=transposed,
    role="plain",
    ways={
        "transpose": Way("the axes are moved"),
        "reshape": Way(
            "the numbers stay in the order of memory: the right shape, and a scrambled image", "layout.noticed"
        ),
    },
    questions=("layout.default", "layout.kernel", "layout.noticed", "layout.pool", "memory.in", "memory.view"),
    cases=("conv2d/everything",),
    exercises=(
        Exercise("How many of the 12 numbers stand in a wrong place after the reshape?", _wrong),
        Exercise("Which number is in channel 1, row 0, column 2?", _index),
        Exercise("How far apart in memory are neighbours along N, H, W, C of the transposed view?", _strides),
    ),
    takeaways=(
        "`permute` in PyTorch, `transpose` elsewhere; never `reshape` or `view` between layouts.",
        "A kernel is OIHW, HWIO or OHWI: its axes have to be moved as well.",
    ),
)
