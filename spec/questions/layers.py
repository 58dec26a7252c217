"""The defaults of layers: bias, initial values, parameters.

The probes get no input, except where one is named. Initial values are statistics of all weights (or biases) of 20
layers, made with the seeds 0 to 19: the array (2,) of [std * sqrt(fan_in), largest absolute value * sqrt(fan_in)],
where fan_in = 72 is the number of inputs that one output sums:

layer.bias  -> word: "with bias" or "without bias", of a layer made without an argument for it
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
layer.lazy  -> word: "inferred at the first call" if a layer is made without the number of its input channels, run on
    an image with 3 of them, and then has a kernel for 3
layer.names  -> word: what a network has after two layers were put into it under one name: "the second alone" or "both"
layer.activation  x (2,) -> y (2,): one pixel with one channel for each of the numbers x, given as two images; a layer
    1 -> 1, kernel (1, 1) with weight 1 and no bias
"""

import numpy as np

from spec.questions.predictions import f32
from spec.questions.question import REFUSES, Question, in_words

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
    "of inputs that one output sums, fan_out the number of outputs that one input reaches. Each framework has its own "
    "law, so the same network learns differently in each."
)
LOAD = "Initialise the weights by the law that you want, or load them."

QUESTIONS = [
    Question(
        "layer.bias",
        "Does a convolutional layer have a bias by default?",
        in_words("with bias", "without bias"),
        "The bias adds one number to each output channel. Before a batch normalisation, which subtracts the mean, it "
        "has no effect, so networks often turn it off there. That must be written down, because most layers have a "
        "bias by default.",
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
        "An output sums fan_in products, so its spread stays the same if the weights shrink with 1/sqrt(fan_in). A "
        "law with fan_in + fan_out also keeps the spread of the gradients, which run the other way; a fixed spread "
        "keeps neither.",
        LOAD,
        tolerance=0.05,
    ),
    Question(
        "layer.bias.values",
        "Which values do the biases of a convolution begin with?",
        {name: INITIAL[name] for name in ("zero", "uniform, 1/sqrt(fan_in)", "uniform, 0.07")},
        "A bias of zero changes nothing at first. With a random bias, a layer whose weights alone are loaded still "
        "depends on the seed.",
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
        "One output of a transposed convolution sums over the input channels. Where the two channel axes of the "
        "kernel are exchanged, a law that reads the fan_in from the shape counts the output channels instead.",
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
        "An initializer sees only the shape of the kernel and must assume what its axes are. A kernel in another "
        "layout gets another spread, without any warning.",
        "Initialise in the layout that the initializer expects, then transpose; jax.nn.initializers take in_axis and "
        "out_axis.",
        tolerance=0.05,
    ),
    Question(
        "layer.parameters",
        "What are the parameters of a convolution from 3 to 4 channels with a kernel (2, 5), in which order and shape?",
        in_words(
            "weight (4, 3, 2, 5), bias (4,)",
            "kernel (2, 5, 3, 4), bias (4,)",
            "bias (4,), kernel (2, 5, 3, 4)",
            "bias (4,), weight (4, 3, 2, 5)",
            "kernel (2, 5, 3, 4)",
        ),
        "Weights are carried over by name or by order, and frameworks differ in both. Here the shape shows the axes, "
        "because all four sizes are different.",
        "Carry weights over by name, and transpose the kernel: w.transpose(2, 3, 1, 0) makes HWIO of OIHW.",
    ),
    Question(
        "layer.transposed.parameters",
        "What is the shape of a transposed convolution's kernel (2, 5) from 3 to 4 channels?",
        {"IOHW": "(3, 4, 2, 5)", "HWOI": "(2, 5, 4, 3)", "HWIO": "(2, 5, 3, 4)", "OIHW": "(4, 3, 2, 5)"},
        "I are the channels that go in, O those that come out. Some frameworks keep the shape of the kernel of the "
        "convolution that is transposed; there the two axes are exchanged.",
        "Name the axes and transpose: w.transpose(2, 3, 1, 0) makes HWOI of IOHW.",
    ),
    Question(
        "layer.lazy",
        "Can a convolutional layer be made without knowing its input channels?",
        in_words("inferred at the first call", REFUSES),
        "A layer made without its input channels has no weights until it has seen an image. That is convenient, but "
        "the weights can be neither counted nor loaded before.",
        "Run the layer once on an image of zeros, then load the weights.",
    ),
    Question(
        "layer.names",
        "What does a network hold after two layers were put into it under one name?",
        in_words("the second alone", "both", REFUSES),
        "Layers are kept in a dictionary by their names. A second layer of the same name takes the place of the first, "
        "as in every dictionary, unless the framework looks. The network then has a layer less, at another place than "
        "one believes, and often that shows at the first image only.",
        "Count the layers or their weights after the network is made.",
    ),
    Question(
        "layer.activation",
        "Does a convolutional layer apply an activation by default?",
        {"none": f32([-2, 3]), "relu": f32([0, 3])},
        "A convolution is linear, and several linear layers in a row compute no more than a single one. An activation "
        "between them, a function such as max(0, x), changes that; some layers apply it themselves if asked.",
        "Give activation='relu' where the layer has this argument, or add the activation as a layer.",
        {"x": f32([-2, 3])},
    ),
]
