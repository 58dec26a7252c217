"""What a "convolution" of a network computes: the kernel as it is written, and not flipped."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import math, num, op, output_size, var
from spec.lessons.windows import Panel, number, numbers

IMAGE = np.arange(9.0).reshape(3, 3)
KERNEL = np.arange(4.0).reshape(2, 2)
FLIPPED = KERNEL[::-1, ::-1]


def correlation() -> np.ndarray:
    """19 25 37 43, as every seed prints it (1, 1, 2, 2)."""
    return operators()["corr2d"].reference(IMAGE, KERNEL)[None, None]


def convolution() -> np.ndarray:
    """5 11 23 29: the same with the kernel flipped along both axes (2, 2)."""
    return operators()["convolve2d"].reference(IMAGE, KERNEL)


def panels() -> list[Panel]:
    """The kernel as it is written, and flipped."""
    return [
        Panel("correlation", "what networks call convolution: the kernel as it is written", IMAGE, KERNEL),
        Panel("convolution", "mathematics, SciPy, signal processing: the kernel flipped", IMAGE, FLIPPED),
    ]


def formula() -> str:
    """The first output of both, and the size."""

    def total(kernel: np.ndarray) -> str:
        parts: list[str] = []
        for x, k in zip(IMAGE[:2, :2].ravel(), kernel.ravel()):
            parts += [op("+")] if parts else []
            parts += [num(number(x)), op("·"), num(number(k))]
        return "".join([*parts, op("="), num(number(float((IMAGE[:2, :2] * kernel).sum())))])

    first = math(var("y_0"), op("="), total(KERNEL)), math(var("c_0"), op("="), total(FLIPPED))
    return "".join(first) + output_size(3, 2, 1, (0, 0))


def _symmetric() -> str:
    kernels = {
        "[[0, 1], [2, 3]]": KERNEL,
        "[[1, 2], [2, 1]]": np.array([[1, 2], [2, 1]]),
        "[[1, 1], [1, 1]]": np.ones((2, 2)),
    }
    same = [name for name, kernel in kernels.items() if np.array_equal(kernel, kernel[::-1, ::-1])]
    return f"With {' and '.join(same)}: turned by 180 degrees they are what they were."


def _swapped() -> str:
    turned = operators()["corr2d"].reference(IMAGE[::-1, ::-1].copy(), FLIPPED.copy())
    return f"{numbers(turned)}: the correlation of both turned is the correlation turned, so nothing new."


def _learned() -> str:
    error = np.abs(operators()["corr2d"].reference(IMAGE, FLIPPED.copy()) - convolution()).max()
    return f"The flipped one. Correlating with it gives what convolving gives, up to {number(float(error))}."


LESSON = Lesson(
    name="correlation-or-convolution",
    title="Correlation or convolution",
    seeds=(
        Seed("1. Introduction to Convolution", "Cross-Correlation"),
        Seed("6. Convolutional Neural Networks", "6.2.1 The Cross-Correlation Operator"),
        Seed("6. Convolutional Neural Networks", "6.2.5 Cross-Correlation and Convolution"),
    ),
    intro=(
        "An image 0 to 8, a kernel 0 to 3. The layer of a network is called a convolution, and every framework "
        "computes "
        "a **correlation**: each output is the sum of a window times the kernel as it is written.",
        "The convolution of mathematics turns the kernel by 180 degrees first. Only functions from signal processing "
        "do so.",
    ),
    predict="Is the first output of a convolutional layer 19 or 5?",
    choices=("19", "5", "it depends on the framework"),
    inputs={"x": Input(IMAGE[None, None], "image"), "w": Input(KERNEL[None, None], "kernel")},
    truth=correlation,
    ways={
        "the network's convolution": Way("the operator that the framework's layers use: a correlation"),
        "the function called convolve": Way("from signal processing: the kernel is flipped", "conv.flip"),
        "flipped before": Way("the bridge: the kernel is flipped before, so that the correlation comes out"),
    },
    panels=panels,
    questions=("conv.flip", "convolve.default", "correlate.default"),
    cases=("seed/corr2d", "corr2d/worked-example", "convolve2d/worked-example"),
    printed=("seed/corr2d", "seed/region*", "seed/convolution*"),
    operator="conv2d",
    attrs={"padding": "valid"},
    formula=formula,
    sizes="convolution",
    exercises=(
        Exercise("With which of [[0, 1], [2, 3]], [[1, 2], [2, 1]], [[1, 1], [1, 1]] are both the same?", _symmetric),
        Exercise("What are the four numbers of the convolution?", lambda: numbers(convolution())),
        Exercise("Image and kernel are both turned by 180 degrees. What does the correlation give?", _swapped),
        Exercise(
            "A network learns its kernel. Which one does it learn if its data were made by a convolution?", _learned
        ),
    ),
    takeaways=(
        "Weights of one framework need no flip in another: all correlate.",
        "Kernels from a textbook on signals, or for `scipy.signal.convolve2d`, do.",
    ),
)
