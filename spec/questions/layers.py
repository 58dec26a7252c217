"""What a convolutional layer is when nothing is said: bias, initial values, parameters.

The probes get nothing unless said otherwise. Initial values are statistics of all weights (or biases) of 20 layers,
made with the seeds 0 to 19: the array (2,) of [std * sqrt(fan_in), largest absolute value * sqrt(fan_in)], where
fan_in = 72 is the number of inputs that one output sums:

layer.bias  -> word: "with bias" or "without bias": a layer for which none was asked for
layer.weights  -> array (2,): the weights of convolutions 8 -> 64 channels, kernel (3, 3)
layer.weights.fan  -> array (1,): the std of such weights divided by that of 20 layers 32 -> 64
layer.bias.values  -> array (2,): the biases of the layers 8 -> 64
layer.dense.weights  -> array (2,): the weights of dense layers 72 -> 576
layer.parameters  -> word: names and shapes of the parameters of a convolution 3 -> 4, kernel (2, 5), in the
    framework's own order: "weight (4, 3, 2, 5), bias (4,)"
layer.transposed.weights  -> array (2,): the weights of transposed convolutions 8 -> 64, kernel (3, 3)
layer.initializer  -> array (4,): the std of a kernel of the first of SHAPES, from He's normal initializer, divided by
    those of kernels of the other shapes, whose first (second, third, fourth) axis is four times as long
layer.transposed.parameters  -> word: the shape of the kernel of a transposed convolution 3 -> 4, kernel (2, 5)
layer.lazy  -> word: "inferred at the first call" if a layer can be made without the number of its input channels, run
    on an image with 3 of them, and then has such a kernel
layer.activation  x (2,) -> y (2,): one pixel with one channel for each of the numbers x, given as two images; a layer
    1 -> 1, kernel (1, 1) with weight 1 and no bias
"""

import numpy as np

from spec.questions.predictions import f32
from spec.questions.question import REFUSES, Question

FAN_IN, FAN_OUT = 72, 576
SHAPES = [(16, 16, 16, 16), *(tuple(64 if axis == long else 16 for axis in range(4)) for long in range(4))]
TRUNCATED = 0.87962566103423978  # the std of a standard normal distribution cut off at 2


def uniform(limit: float) -> np.ndarray:
    """[std, largest] of the uniform distribution on +-limit, times sqrt(fan_in)."""
    return f32([limit / np.sqrt(3), limit]) * np.sqrt(FAN_IN, dtype=np.float32)


def normal(std: float) -> np.ndarray:
    """[std, largest] of the normal distribution cut off so that its std is `std`, times sqrt(fan_in)."""
    return f32([std, 2 * std / TRUNCATED]) * np.sqrt(FAN_IN, dtype=np.float32)


INITIAL = {
    "uniform, 1/sqrt(fan_in)": uniform(FAN_IN**-0.5),
    "uniform, Glorot: sqrt(6/(fan_in + fan_out))": uniform((6 / (FAN_IN + FAN_OUT)) ** 0.5),
    "uniform, He: sqrt(6/fan_in)": uniform((6 / FAN_IN) ** 0.5),
    "uniform, 0.07": uniform(0.07),
    "normal cut off, LeCun: std 1/sqrt(fan_in)": normal(FAN_IN**-0.5),
    "normal cut off, Glorot: std sqrt(2/(fan_in + fan_out))": normal((2 / (FAN_IN + FAN_OUT)) ** 0.5),
    "zero": f32([0, 0]),
}
TRANSPOSED = {**INITIAL, "uniform, 1/sqrt(fan_out)": uniform(FAN_OUT**-0.5)}
SPREAD = (
    "The spread of the first weights decides whether signals grow or shrink from layer to layer; fan_in is the number "
    "of inputs that one output sums, fan_out the number of outputs that one input reaches. Each framework has a law of "
    "its own, so the same network learns differently in each."
)
LOAD = "Initialise the weights by the law that you want, or load them."

QUESTIONS = [
    Question(
        "layer.bias",
        "Does a convolutional layer have a bias by default?",
        {"with bias": "with bias", "without bias": "without bias"},
        "The bias adds one number to each output channel. Before a batch normalisation, which takes the mean away, it "
        "is useless, so networks often leave it out: by name, because it is mostly there by default.",
        "Name it in every call: bias=False, use_bias=False.",
    ),
    Question(
        "layer.weights",
        "From which distribution do the first weights of a convolution come?",
        INITIAL,
        SPREAD,
        LOAD,
        tolerance=0.05,
    ),
    Question(
        "layer.weights.fan",
        "How does the spread of a convolution's first weights fall when the input channels become four times as many?",
        {
            "to a half: 1/sqrt(fan_in)": f32([2]),
            "with fan_in + fan_out": f32([((4 * FAN_IN + FAN_OUT) / (FAN_IN + FAN_OUT)) ** 0.5]),
            "not at all": f32([1]),
        },
        "An output sums fan_in products, so its spread stays the same if the weights shrink with 1/sqrt(fan_in). A law "
        "with fan_in + fan_out looks after the gradients too, which run the other way; a fixed spread looks after "
        "neither.",
        LOAD,
        tolerance=0.05,
    ),
    Question(
        "layer.bias.values",
        "Which values do the biases of a convolution begin with?",
        {name: INITIAL[name] for name in ("zero", "uniform, 1/sqrt(fan_in)", "uniform, 0.07")},
        "A bias of zero leaves the choice to learning. A random one makes even a layer whose weights are loaded depend "
        "on the seed, if its bias is forgotten.",
        "Set the biases to zero, or load them.",
        tolerance=0.05,
    ),
    Question(
        "layer.dense.weights",
        "From which distribution do the first weights of a dense layer come?",
        INITIAL,
        SPREAD,
        LOAD,
        tolerance=0.05,
    ),
    Question(
        "layer.transposed.weights",
        "From which distribution do the first weights of a transposed convolution come?",
        TRANSPOSED,
        "One output of a transposed convolution sums over the input channels. Where the kernel has its channel axes "
        "the other way round, a law that reads the fan_in off the shape takes the output channels for it.",
        LOAD,
        tolerance=0.05,
    ),
    Question(
        "layer.initializer",
        "Which axes of a kernel does an initializer count as fan_in?",
        {
            "axes 2, 3, 4: as of OIHW": f32([1, 2, 2, 2]),
            "axes 1, 2, 3: as of HWIO": f32([2, 2, 2, 1]),
            "axes 1, 3, 4: as of IOHW": f32([2, 1, 2, 2]),
        },
        "An initializer sees the shape of the kernel alone and must guess what its axes are. A kernel in another "
        "layout than the one it expects gets another spread, and nobody is told.",
        "Initialise in the layout that the initializer expects, then transpose; jax.nn.initializers take in_axis and "
        "out_axis.",
        tolerance=0.05,
    ),
    Question(
        "layer.parameters",
        "What are the parameters of a convolution from 3 to 4 channels with a kernel (2, 5), in which order and shape?",
        {
            words: words
            for words in (
                "weight (4, 3, 2, 5), bias (4,)",
                "kernel (2, 5, 3, 4), bias (4,)",
                "bias (4,), kernel (2, 5, 3, 4)",
                "bias (4,), weight (4, 3, 2, 5)",
                "kernel (2, 5, 3, 4)",
            )
        },
        "Weights are carried over by name or by order, and both differ. The shape tells the axes here because all four "
        "sizes are different.",
        "Carry weights over by name, and transpose the kernel: w.transpose(2, 3, 1, 0) makes HWIO of OIHW.",
    ),
    Question(
        "layer.transposed.parameters",
        "Which shape has the kernel of a transposed convolution from 3 to 4 channels with a kernel (2, 5)?",
        {
            "IOHW": "(3, 4, 2, 5)",
            "HWOI": "(2, 5, 4, 3)",
            "HWIO": "(2, 5, 3, 4)",
            "OIHW": "(4, 3, 2, 5)",
        },
        "I are the channels that go in, O those that come out. Where the kernel keeps the shape of the convolution "
        "that is transposed, the two change places.",
        "Name the axes and transpose: w.transpose(2, 3, 1, 0) makes HWOI of IOHW.",
    ),
    Question(
        "layer.lazy",
        "Can a convolutional layer be made without knowing its input channels?",
        {"inferred at the first call": "inferred at the first call", REFUSES: REFUSES},
        "If the input channels are left out, the layer has no weights until it has seen an image. That is convenient, "
        "and a surprise for whoever counts or loads the weights before.",
        "Run the layer once on an image of zeros, then load the weights.",
    ),
    Question(
        "layer.activation",
        "Does a convolutional layer apply an activation by default?",
        {"none": f32([-2, 3]), "relu": f32([0, 3])},
        "A convolution is linear, and linear layers in a row are no more than one of them. Between them stands an "
        "activation, a function such as max(0, x); some layers apply it themselves when told so.",
        "Say activation='relu' where the layer has it, or apply it as a layer of its own.",
        {"x": f32([-2, 3])},
    ),
]
