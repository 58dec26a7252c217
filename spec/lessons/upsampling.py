"""Upsampling: where bilinear reads, with the corners aligned or not."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import frac, math, num, op, var
from spec.lessons.windows import number, numbers

IMAGE = np.array([[0.0, 4.0], [8.0, 12.0]])


def upsample(mode: str, align_corners: bool = False) -> np.ndarray:
    """Twice as large (1, 1, 4, 4)."""
    return operators()["upsample2d"].reference(IMAGE[None, None], scale=(2, 2), mode=mode, align_corners=align_corners)


def _place(index: int, aligned: bool, size: int = 2, scale: int = 2) -> float:
    outputs = size * scale
    return index * (size - 1) / (outputs - 1) if aligned else (index + 0.5) / scale - 0.5


def formula() -> str:
    """The place in the image that output i reads, in both ways, for i = 1."""
    half = (frac("".join([num(1), op("+"), frac(num(1), num(2))]), num(2)), op("−"), frac(num(1), num(2)), op("="))
    aligned = (num(1), op("·"), frac("".join([num(2), op("−"), num(1)]), "".join([num(4), op("−"), num(1)])), op("="))
    return math(var("x_half"), op("="), *half, num(number(_place(1, False)))) + math(
        var("x_corners"), op("="), *aligned, num(number(_place(1, True)))
    )


def _places(aligned: bool) -> str:
    return ", ".join(number(_place(index, aligned)) for index in range(4))


def _corners() -> str:
    aligned = upsample("bilinear", True)[0, 0]
    which = "With" if np.array_equal(aligned[::3, ::3], IMAGE) else "Without"
    return f"{which} aligned corners: the first row is {numbers(aligned[0])}."


LESSON = Lesson(
    name="upsampling",
    title="Upsampling: aligned corners or half pixels",
    seeds=(Seed("Convolutions (upsampling, transposed)", "Upsampling"),),
    intro=(
        "A 2×2 image becomes 4×4. **Nearest** repeats pixels. **Bilinear** mixes neighbours, and there are two ideas "
        "of where they lie.",
        "With **half pixels** a pixel is a square, and its value is in its middle: the outer outputs lie outside the "
        "middles and repeat the edge. With **aligned corners** a pixel is a point, and corner falls on corner.",
    ),
    predict="Bilinear: is the second number of the first row 1 or 1.33?",
    choices=("1", "1.33", "it depends on the framework"),
    inputs={"x": Input(IMAGE[None, None], "image")},
    truth=lambda: upsample("bilinear"),
    ways={
        "bilinear": Way("the framework's bilinear resizing, told no more than it must be", "resize.bilinear"),
        "half pixels": Way("the bridge: told to read at half pixels, where the default is another"),
        "corners aligned": Way("told to align the corners", "resize.bilinear", lambda: upsample("bilinear", True)),
        "nearest": Way("the pixels repeated", "resize.nearest", lambda: upsample("nearest")),
    },
    questions=("resize.bilinear", "resize.nearest", "resize.antialias", "resize.cubic", "resize.method"),
    cases=("seed/upsample-bilinear", "upsample2d/aligned", "upsample2d/bilinear-2"),
    printed=("seed/upsample-*",),
    operator="upsample2d",
    attrs={"scale": [2, 2], "mode": "bilinear"},
    formula=formula,
    exercises=(
        Exercise(
            "At which places of a row of 2 pixels do the 4 outputs read, with half pixels?",
            lambda: f"{_places(False)}. What lies outside is clamped to the edge.",
        ),
        Exercise("And with aligned corners?", lambda: f"{_places(True)}."),
        Exercise("Which of the two keeps the four corner pixels where they are?", _corners),
    ),
    takeaways=(
        "PyTorch, TensorFlow 2 and JAX: half pixels. MXNet's BilinearResize2D and old TensorFlow: corners. Say which "
        "you mean.",
        "JAX smooths when an image becomes smaller (antialias); the others do not unless told.",
    ),
)
