"""LeNet-5: a network that was written with two mistakes, and which framework notices which."""

import numpy as np

from spec import operators
from spec.lessons.lesson import Exercise, Input, Lesson, Seed, Way
from spec.lessons.mathml import output_size
from spec.lessons.windows import number
from spec.numerics import lenet_arithmetic
from spec.ops import lenet5

SEVEN = np.zeros((28, 28))
SEVEN[6:9, 7:21] = 1
for row in range(9, 23):
    SEVEN[row, 24 - row // 2 - 6 : 27 - row // 2 - 6] = 1
KERNEL, POOL = 5, 2


def fill(shape: tuple[int, ...]) -> np.ndarray:
    """Weights that every framework can make alike: eighths from -5/8 to 5/8, (O, I, kh, kw), (O, I) or (O,)."""
    return (np.arange(np.prod(shape)).reshape(shape) * 7 % 11 - 5) / 8


def logits() -> np.ndarray:
    """The ten logits of the right network (1, 10)."""
    weights = [fill(shape) for shape in lenet_arithmetic.SHAPES.values()]
    return lenet5.reference(SEVEN[None, None], np.array([7]), *weights, lr=0.1, steps=0)[0]


def sizes(pad: int) -> list[int]:
    """Rows after each of C1, S2, C3, S4 and C5, of an image of 28; it ends where a kernel does not fit."""
    conv = operators()["conv2d"]
    found = [28]
    for layer in ("C1", "S2", "C3", "S4", "C5"):
        pads = ((pad, pad), (pad, pad)) if layer == "C1" else "valid"
        if layer.startswith("S"):
            found.append(found[-1] // POOL)
        elif found[-1] + 2 * pad * (layer == "C1") < KERNEL:
            return found[1:]
        else:
            shape = conv.out_shape(
                (1, 1, found[-1], found[-1]),
                (1, 1, KERNEL, KERNEL),
                **{"padding": pads, "stride": (1, 1), "dilation": (1, 1), "groups": 1},
            )
            found.append(shape[2])
    return found[1:]


def formula() -> str:
    """The rows after C1, C3 and C5."""
    return output_size(28, 5, 1, (2, 2)) + output_size(14, 5, 1, (0, 0)) + output_size(5, 5, 1, (0, 0))


def _count(kernels: int) -> int:
    """How many weights the network has with this many kernels in C1."""
    shapes = dict(lenet_arithmetic.SHAPES)
    shapes["c1_w"], shapes["c1_b"] = (kernels, 1, 5, 5), (kernels,)
    shapes["c3_w"] = (16, kernels, 5, 5)
    return sum(int(np.prod(shape)) for shape in shapes.values())


def _counts() -> str:
    return (
        f"{_count(6):,} with 6 kernels, {_count(5):,} with 5. Compare the number with the original's before you train."
    )


def _no_padding() -> str:
    found = sizes(0)
    return (
        f"The rows become {', '.join(map(str, found))}, and C5 has a kernel of {KERNEL}: it does not fit. With padding "
        f"2 they become {', '.join(map(str, sizes(2)))}."
    )


def _order() -> str:
    """Whether the flatten after C5 depends on the layout."""
    image = np.arange(120.0).reshape(1, 120, 1, 1)
    flatten = operators()["flatten"].reference
    same = np.array_equal(flatten(image, layout="NCHW"), flatten(image.transpose(0, 2, 3, 1), layout="NHWC"))
    dense = np.arange(400.0).reshape(1, 16, 5, 5)
    moved = flatten(dense, layout="NCHW") != flatten(dense.transpose(0, 2, 3, 1), layout="NHWC")
    return (
        f"{'No' if same else 'Yes'}: C5 leaves one pixel. Flattened before C5, {int(moved.sum())} of {moved.size} "
        "numbers stand at another place in NHWC."
    )


def _class() -> str:
    found = logits()[0]
    return (
        f"Class {int(found.argmax())}, with the logit {number(float(found.max()))}: these weights have learned nothing."
    )


LESSON = Lesson(
    name="lenet5",
    title="LeNet-5: two mistakes, and who notices them",
    seeds=(Seed("Convolutions (filters, PyTorch)", "LeNet-5"),),
    intro=(
        "LeNet-5 reads digits of 28×28 pixels: C1 with **6** kernels, pooling, C3 with 16, pooling, C5 with 120, then "
        "two dense layers. The notebook that this lesson grew from says 6 in its remark and **5** in its call, and "
        "gives its third convolution the name of the second, **C3**. It was never run.",
        "The image is a 7; all weights are made by one rule, so that every framework has the same. The truth is the "
        "ten logits of the right network.",
    ),
    predict="Which framework runs the network with 5 kernels without a word?",
    choices=("none", "those whose layers state their input channels", "those whose layers infer them"),
    inputs={"x": Input(SEVEN[None, None], "image")},
    truth=logits,
    role="plain",
    ways={
        "as the seed wrote it": Way("5 kernels in C1, and two layers with the name C3", "layer.names"),
        "6 kernels": Way("the number is mended; two layers still have the name C3", "layer.names"),
        "names of their own": Way("the name is mended; C1 still has 5 kernels", "layer.lazy"),
        "both mended": Way("the right network: 6 kernels, and the third convolution is C5"),
    },
    questions=("layer.names", "layer.lazy", "layer.parameters", "layout.flatten"),
    cases=("lenet5/predict",),
    printed=("seed/lenet5*",),
    formula=formula,
    sizes="convolution",
    exercises=(
        Exercise("How many weights has the network, and how many with 5 kernels in C1?", _counts),
        Exercise("C1 without its padding: how many rows are left after each layer?", _no_padding),
        Exercise("Does the flatten after C5 depend on the layout?", _order),
        Exercise("Which class do these weights name for the 7?", _class),
    ),
    takeaways=(
        "A layer that infers its input channels accepts a wrong number of kernels. Count the weights.",
        "In PyTorch, `add_module` with a name that is taken replaces the layer, and the first image shows it.",
        "Run one image through a network as soon as it is written.",
    ),
)
