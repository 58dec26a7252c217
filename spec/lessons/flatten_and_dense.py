"""Flatten: the order follows the layout, and the dense weights behind it must follow too."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.windows import number, numbers

IMAGE = np.arange(8.0).reshape(1, 2, 2, 2)
WEIGHTS = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0])


def flat(layout: str) -> np.ndarray:
    """(1, 8) in the order of this layout."""
    array = IMAGE if layout == "NCHW" else IMAGE.transpose(0, 2, 3, 1)
    return operators()["flatten"].reference(array, layout=layout)


def _dense() -> str:
    right, wrong = (number(float(flat(layout)[0] @ WEIGHTS)) for layout in ("NCHW", "NHWC"))
    return f"{right} in the one order and {wrong} in the other. Nothing refuses: both have 8 numbers."


def _permutation() -> str:
    order = np.arange(8).reshape(2, 2, 2).transpose(1, 2, 0).ravel()
    return f"{' '.join(map(str, order))}: place i of the new row holds what stood at the i-th of these places."


def _same() -> str:
    flatten, alike = operators()["flatten"].reference, {}
    for shape, words in (((1, 2, 2), "one channel"), ((2, 1, 1), "one pixel"), ((2, 2, 1), "one column")):
        image = np.arange(np.prod(shape)).reshape(1, *shape)
        orders = flatten(image, layout="NCHW"), flatten(image.transpose(0, 2, 3, 1), layout="NHWC")
        alike[words] = np.array_equal(*orders)
    same, other = (" or ".join(words for words, found in alike.items() if found is one) for one in (True, False))
    return f"With {same}, and not with {other}. LeNet-5's last convolution leaves one pixel."


LESSON = Lesson(
    name="flatten-and-dense",
    title="Flatten, and the dense weights behind it",
    seeds=(Seed("Convolutions (filters, PyTorch)", "Flattening"),),
    intro=(
        "An image of two channels, two rows and two columns is written as a row of 8 numbers, in the order of memory: "
        "channels first in NCHW, **channels last** in NHWC.",
        "The dense layer behind it has a weight for each place. Carried over as it is, it multiplies the wrong pixels.",
    ),
    predict="In NHWC, does the row begin 0 1 2 3 or 0 4 1 5?",
    choices=("0 1 2 3", "0 4 1 5"),
    inputs={"x": Input(IMAGE, "image")},
    truth=lambda: flat("NCHW"),
    role="plain",
    ways={
        "flatten": Way("the framework's own flatten, in its own layout", "layout.flatten"),
        "transposed before": Way("the bridge: brought to NCHW first"),
    },
    questions=("layout.flatten", "layout.dense", "layout.dense.axes", "layout.default"),
    cases=("flatten/channels-first", "flatten/channels-last"),
    printed=("seed/flatten",),
    operator="flatten",
    attrs={},
    exercises=(
        Exercise("What is the row in NHWC?", lambda: f"{numbers(flat('NHWC'))}."),
        Exercise("With the weights 1, 2, 4, … 128: what does the dense layer return in both orders?", _dense),
        Exercise("In which order must the rows of dense weights be taken from NCHW to NHWC?", _permutation),
        Exercise("When does the order not matter?", _same),
    ),
    takeaways=(
        "Bring the image to the original's layout before flatten, or permute the rows of the first dense layer once.",
        "Dense weights are (outputs, inputs) in PyTorch and MXNet, (inputs, outputs) in TensorFlow and JAX.",
    ),
)
