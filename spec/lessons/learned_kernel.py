"""Edges found by a kernel, and the kernel found by gradient descent."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import frac, math, num, op, var
from spec.lessons.windows import Panel, number, numbers

IMAGE = np.ones((6, 8))
IMAGE[:, 2:6] = 0
EDGE = np.array([[1.0, -1.0]])
EDGES = operators()["corr2d"].reference(IMAGE, EDGE)
START = np.array([[0.3, 0.2]])
RATE, STEPS = 0.03, 10


def learned(loss: str = "sum", steps: int = STEPS) -> tuple[np.ndarray, np.ndarray]:
    """Losses (steps,) and kernels (steps, 1, 2)."""
    return operators()["learn_kernel"].reference(IMAGE, EDGES, START, lr=RATE, steps=steps, loss=loss)


def formula() -> str:
    """One step of gradient descent."""
    slope = (frac("".join([op("∂"), var("L")]), "".join([op("∂"), var("w")])),)
    return math(var("w"), op("←"), var("w"), op("−"), num(RATE), op("·"), *slope)


def _ten() -> str:
    losses, kernels = learned()
    return f"{number(float(losses[-1]))} before the tenth step; the kernel is then {numbers(kernels[-1])}."


def _mean() -> str:
    _, kernels = learned("mean")
    return f"{numbers(kernels[-1])}: the gradient is divided by {EDGES.size} outputs, and each step is smaller by that."


def _transposed() -> str:
    found = operators()["corr2d"].reference(IMAGE.T.copy(), EDGE)
    return f"{number(float(np.abs(found).sum()))}. The kernel sees differences along a row, and there are none left."


LESSON = Lesson(
    name="learned-kernel",
    title="Edges, and a kernel that is learned",
    seeds=(
        Seed("1. Introduction to Convolution", "Learning a Convolutional Kernel"),
        Seed("6. Convolutional Neural Networks", "6.2.3 Object Edge Detection in Images"),
        Seed("6. Convolutional Neural Networks", "6.2.4 Learning a Kernel"),
    ),
    intro=(
        "An image with a dark band. The kernel `[1, -1]` gives 1 where it becomes dark, and -1 where it becomes light.",
        "Now the kernel is forgotten, and learned from image and edges: ten steps of gradient descent from (0.3, "
        "0.2) with "
        "the learning rate 0.03.",
    ),
    predict="After ten steps, is the kernel near [1, -1] or still near [0.3, 0.2]?",
    choices=("near [1, -1]", "near [0.3, 0.2]", "it depends on what the loss divides by"),
    inputs={"x": Input(IMAGE), "y": Input(EDGES), "w": Input(START)},
    truth=lambda: learned()[1][-1],
    role="plain",
    ways={
        "sum of squares": Way("the squared errors are summed: ten steps suffice"),
        "mean of squares": Way("the same loop with the framework's mean: the step is 42 times smaller", "loss.squared"),
    },
    panels=lambda: [Panel("the first two rows of the image", "differences of neighbours", IMAGE[:2], EDGE)],
    questions=("loss.squared", "gradient.accumulates", "optimizer.rate", "optimizer.batch"),
    cases=("seed/learn-kernel", "learn_kernel/edges"),
    printed=("seed/edge*", "seed/learn-kernel*", "seed/laplace", "seed/vertical-edges", "seed/half-image"),
    operator="learn_kernel",
    attrs={"lr": RATE, "steps": STEPS, "loss": "sum"},
    formula=formula,
    exercises=(
        Exercise("How large is the loss after ten steps?", _ten),
        Exercise("Which kernel comes out with the mean in place of the sum?", _mean),
        Exercise("The image is transposed. How much of an edge does [1, -1] see?", _transposed),
    ),
    takeaways=(
        "The same learning rate means another step where the loss is a mean.",
        "PyTorch adds gradients up: set them to zero before each `backward`.",
    ),
)
