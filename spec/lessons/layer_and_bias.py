"""The layer: the correlation of before, a bias, and weights that somebody must set."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import math, num, op, var
from spec.lessons.windows import Panel, number

IMAGE = np.arange(9.0).reshape(3, 3)
KERNEL = np.arange(4.0).reshape(2, 2)
BIAS = np.array([10.0])


def layer(bias: float = 10.0) -> np.ndarray:
    """The correlation and the bias (1, 1, 2, 2)."""
    return operators()["corr2d"].reference(IMAGE, KERNEL)[None, None] + bias


def formula() -> str:
    """The first output."""
    first = number(float(layer()[0, 0, 0, 0]))
    return math(var("y_0"), op("="), num(19), op("+"), num(10), op("="), num(first))


def _parameters() -> str:
    return f"{3 * 4 * 2 * 5 + 4}: 4 kernels of 3·2·5 numbers, and 4 biases."


def _gradient() -> str:
    return f"{layer().size}: it is added to each of the {layer().size} outputs, once."


def _spread() -> str:
    fan_in = 8 * 3 * 3
    bound = number(1 / np.sqrt(fan_in))
    return f"PyTorch's lie within ±1/sqrt(fan_in) = ±{bound}; the others begin with 0."


LESSON = Lesson(
    name="layer-and-bias",
    title="The layer and its bias",
    seeds=(
        Seed("1. Introduction to Convolution", "Convolutional Layers"),
        Seed("6. Convolutional Neural Networks", "6.2.2 Convolutional Layers"),
    ),
    intro=(
        "A layer is the correlation of the first lesson plus one number for each output channel, the **bias**. It "
        "keeps "
        "kernel and bias between calls, and draws them when it is made.",
        "To compare two frameworks, set both. Here the kernel is 0 to 3 and the bias 10.",
    ),
    predict="The correlation is 19. What does the layer return: 19 or 29?",
    choices=("19", "29"),
    inputs={"x": Input(IMAGE[None, None], "image"), "w": Input(KERNEL[None, None], "kernel"), "b": Input(BIAS)},
    truth=layer,
    ways={
        "the layer": Way("the class that the framework's users use, with kernel and bias set"),
        "the function": Way("the function below it"),
        "without its bias": Way(
            "a layer told to have none: the bias of the original is lost in the port", "layer.bias"
        ),
    },
    panels=lambda: [Panel("before the bias", "each output then gets 10 more", IMAGE, KERNEL)],
    questions=("layer.bias", "layer.bias.values", "layer.parameters", "layer.weights", "conv.bias"),
    cases=("conv2d_layer/bias", "seed/identity-layer"),
    printed=("seed/identity-layer", "seed/identity", "seed/random-*"),
    operator="conv2d_layer",
    attrs={"padding": "valid"},
    formula=formula,
    sizes="convolution",
    exercises=(
        Exercise("How many parameters has a layer from 3 to 4 channels with a kernel of 2×5?", _parameters),
        Exercise("What is the gradient of the sum of the four outputs by the bias?", _gradient),
        Exercise("8 input channels, kernel 3×3: with which biases does a new layer begin?", _spread),
    ),
    takeaways=(
        "Carry the bias: its absence is a constant that no shape shows.",
        "Layers of flax pad SAME by default; the others do not pad.",
    ),
)
