"""Gradients: what may be differentiated, and what is added up."""

import numpy as np

from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import frac, math, num, op, var
from spec.lessons.windows import number, numbers

X = np.array([1.0, 2.0, 3.0])


def slopes() -> np.ndarray:
    """2 x (3,)."""
    return 2 * X


def _twice() -> str:
    twice, once = map(numbers, (2 * slopes(), slopes()))
    return f"{twice} in PyTorch, which adds them up; elsewhere {once}."


def _numeric() -> str:
    step = 1e-3
    moved = [(np.sum((X + step * row) ** 2) - np.sum((X - step * row) ** 2)) / (2 * step) for row in np.eye(3)]
    return f"{numbers(np.array(moved))}, from (f(x + h) - f(x - h)) / 2h."


def _maximum() -> str:
    ties = int((np.array([1.0, 3.0, 3.0]) == 3).sum())
    return f"{ties} numbers are the maximum. Any split of 1 among them is right; which one is a convention."


LESSON = Lesson(
    name="gradients",
    title="Gradients: what is added up, what is refused",
    seeds=(
        Seed("1. Introduction to Convolution", "Learning a Convolutional Kernel"),
        Seed("6. Convolutional Neural Networks", "6.2.4 Learning a Kernel"),
    ),
    intro=(
        "The squares of 1, 2, 3 are summed, and the sum is differentiated: 2, 4, 6. All agree.",
        "They differ where a **vector** is differentiated instead of one number, and where it is done **twice**.",
    ),
    predict="Differentiate the squares without summing them: 2 4 6, or an error?",
    choices=("2 4 6", "an error", "it depends on the framework"),
    inputs={"x": Input(X)},
    truth=slopes,
    role="plain",
    ways={
        "of the sum": Way("the gradient of one number"),
        "of the vector": Way(
            "the squares themselves are differentiated: summed silently, or refused", "gradient.vector"
        ),
        "twice": Way("the backward pass is run a second time", "gradient.accumulates"),
    },
    questions=("gradient.vector", "gradient.accumulates", "gradient.unused", "gradient.assignment", "pool.ties"),
    cases=("max_pool2d/ties",),
    formula=lambda: math(
        frac("".join([op("∂"), op("∑"), var("x"), op("²")]), "".join([op("∂"), var("x_2")])),
        *(op("="), num(2), var("x_2"), op("="), num(number(float(slopes()[1])))),
    ),
    exercises=(
        Exercise("What does `x.grad` hold after two backward passes?", _twice),
        Exercise("What do finite differences with h = 0.001 give?", _numeric),
        Exercise("The maximum of 1, 3, 3 is differentiated. Which of the two threes gets the gradient?", _maximum),
    ),
    takeaways=(
        "Sum before you differentiate: then every framework means the same.",
        "In PyTorch call `zero_grad` before `backward`; MXNet writes anew, JAX and TensorFlow return new gradients.",
    ),
)
