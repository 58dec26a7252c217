"""LeNet-5: two convolutions, two poolings, three dense layers; its predictions and its training.

    c1: 6 kernels 5x5, padding 2, ReLU    (N, 1, 28, 28) -> (N, 6, 28, 28)     max pooling 2x2 -> 14x14
    c3: 16 kernels 5x5, ReLU              (N, 6, 14, 14) -> (N, 16, 10, 10)    max pooling 2x2 -> 5x5
    c5: 120 kernels 5x5, ReLU             (N, 16, 5, 5) -> (N, 120, 1, 1), flattened
    f6: 84 neurons, ReLU                  out: 10 logits, one for each class

    loss = mean over the N images of  log(sum over k of exp(logits[k])) - logits[label]
    each of `steps` steps, with all N images:  weight <- weight - lr * d loss / d weight

    images (N, 1, 28, 28)    labels (N,) whole numbers 0 .. 9
    c1_w (6, 1, 5, 5)    c3_w (16, 6, 5, 5)    c5_w (120, 16, 5, 5)    f6_w (84, 120)    out_w (10, 84)    biases (O,)
    logits (N, 10) after the training    losses (steps,), each before its update    the ten weights after it

Always NCHW, OIHW and (out, in), whatever the framework prefers. The derivative of ReLU at 0 is 0. `lr`: a
number. `steps`: how many; 0 is prediction alone. Source: LeCun, Bottou, Bengio and Haffner, Proc. IEEE 86
(1998); ReLU, maximum and softmax stand in for the functions of the original, as it is taught today.
"""

import zlib

import numpy as np

from spec import attributes as kinds
from spec.cases import sketches as build
from spec.cases.sketches import Sketch
from spec.core import Operator, Rejected
from spec.numerics import lenet_arithmetic
from spec.numerics.stochastic import Stochastic

ATTRIBUTES = {"lr": kinds.number(default=0.1), "steps": kinds.whole(default=1)}


def out_shape(images, labels, *weights, lr, steps):
    """Shapes of logits, losses and the ten weights; raises `Rejected`."""
    if len(images) != 4 or tuple(images[1:]) != (1, 28, 28) or images[0] < 1:
        raise Rejected(f"images have shape {list(images)}; it must be [N, 1, 28, 28]")
    if tuple(labels) != (images[0],):
        raise Rejected(f"labels have shape {list(labels)}; it must be [{images[0]}], one for each image")
    for (name, wanted), shape in zip(lenet_arithmetic.SHAPES.items(), weights):
        if tuple(shape) != wanted:
            raise Rejected(f"{name} has shape {list(shape)}; it must be {list(wanted)}")
    if steps < 0:
        raise Rejected(f"steps is {steps}; it must be at least 0")
    return (images[0], 10), (steps,), *lenet_arithmetic.SHAPES.values()


def reference(images, labels, *weights, lr, steps):
    """The definition above; the arithmetic is in `spec.numerics.lenet_arithmetic`."""
    out_shape(images.shape, labels.shape, *(weight.shape for weight in weights), lr=lr, steps=steps)
    labels = labels.astype(int)
    if labels.min() < 0 or labels.max() > 9:
        raise Rejected(f"labels run from {labels.min()} to {labels.max()}; they must lie in 0 .. 9")
    return tuple(array[0] for array in lenet_arithmetic.train(images, labels, weights, lr, steps))


def draws(images, labels, *weights, unit, stored=0.0, lr, steps):
    """The errors of each output in several trainings that round, and the number of their sums."""
    arithmetic = Stochastic(unit, stored)
    found = lenet_arithmetic.train(images, labels.astype(int), weights, lr, steps, arithmetic)
    return tuple(arithmetic.errors(array) for array in found), arithmetic.sums


def terms(images, labels, *weights, lr, steps):
    """The widest sum of the forward pass, the 16*5*5 products of c5."""
    shapes = out_shape(images.shape, labels.shape, *(weight.shape for weight in weights), lr=lr, steps=steps)
    return tuple(np.full(shape, 400.0) for shape in shapes)


WRONG_LABELS = {"label-beyond": 10, "label-negative": -1, "label-ignored": -100}


def data(name, tier, dtype, shape):
    """Labels; normal images; weights of LeCun's size, or sparse signs where all must be exact."""
    *_, sketch, which = name.split("/")
    random = np.random.default_rng(zlib.crc32(name.encode()))
    if which == "labels":
        labels = random.integers(0, 10, shape)
        labels[-1:] = WRONG_LABELS.get(sketch, labels[-1:])
        return labels
    if tier == "reals":
        spread = 0.1 if which.endswith("_b") else np.sqrt(1 / np.prod(shape[1:])) if which != "images" else 1.0
        return (random.standard_normal(shape) * spread).astype(build.dtype_of(dtype))
    if which == "images":
        return random.integers(0, 4, shape).astype(dtype)
    return random.choice((-1, 0, 0, 0, 0, 1), shape).astype(dtype)


def sketches():
    """Prediction alone, one step, and several, after which a wrong rate or a wrong mean has grown."""

    def shapes(images):
        return {"images": (images, 1, 28, 28), "labels": (images,), **lenet_arithmetic.SHAPES}

    exact, single = (("integers", "float32"),), (("reals", "float32"),)
    both = (*single, *build.DOUBLE)
    why = "whole numbers all the way to the logits: flattening order, padding, pooling"
    yield Sketch("predict-exact", why, {"steps": 0}, shapes(4), exact)
    yield Sketch("predict", "the forward pass", {"steps": 0}, shapes(4), both)
    yield Sketch("step", "one step: every derivative shows", {}, shapes(4), both)
    why = "a rate of 1/4 is exact in every dtype, a third, the share of one image of three, in none"
    yield Sketch("third", why, {"lr": 0.25}, shapes(3), build.DOUBLE)
    halves = (("reals", "float16"), ("reals", "bfloat16"))
    yield Sketch("half-precision", "float16 and bfloat16 where a framework has them", {}, shapes(2), halves)
    yield Sketch("another-rate", "another rate, another number of images", {"lr": 0.05, "steps": 2}, shapes(5), single)
    yield Sketch("batch", "nine images: the mean of more than a vector holds", {}, shapes(9), single)
    yield Sketch("batch-exact", "batch 17, whole numbers", {"steps": 0}, shapes(17), exact)
    yield Sketch("steps", "11 steps: more than an optimizer warms up", {"lr": 0.01, "steps": 11}, shapes(2), single)
    yield Sketch("train", "five steps: what one changed enters the next", {"lr": 0.02, "steps": 5}, shapes(4), both)


def refused():
    """(name, why, attributes, shapes[, dtypes]) that every framework must refuse."""
    good = {"images": (2, 1, 28, 28), "labels": (2,), **lenet_arithmetic.SHAPES}
    yield "image-size", "c5 would not leave a single pixel", {}, {**good, "images": (2, 1, 32, 32)}
    yield "image-channels", "colour images; c1 expects grey", {}, {**good, "images": (2, 3, 28, 28)}
    yield "channel-mismatch", "c3 expects 5 channels, c1 makes 6", {}, {**good, "c3_w": (16, 5, 5, 5)}
    yield "dense-mismatch", "f6 expects 100 numbers, c5 makes 120", {}, {**good, "f6_w": (84, 100)}
    yield "label-count", "3 labels for 2 images", {}, {**good, "labels": (3,)}
    yield "label-beyond", "label 10 of the classes 0 .. 9", {}, good
    yield "label-negative", "label -1 counts from the end in no class list", {}, good
    yield "label-ignored", "label -100 means `ignore` to one framework alone", {}, good
    yield "bias-length", "c1_b has 1 entry for 6 kernels", {}, {**good, "c1_b": (1,)}
    yield "empty-batch", "no image: the mean of no losses", {}, {**good, "images": (0, 1, 28, 28), "labels": (0,)}
    yield "negative-steps", "fewer than no steps", {"steps": -1}, good
    why = "one weight float64, the rest float32: nothing may be converted without a word"
    yield "mixed-dtypes", why, {}, good, {"f6_w": "float64"}


def cases():
    """All named cases, and those to be refused."""
    yield from build.expand("lenet5", ATTRIBUTES, sketches(), data=data)
    yield from build.rejections("lenet5", ATTRIBUTES, refused(), data=data)


OPERATOR = Operator(
    "lenet5",
    inputs=("images", "labels", *lenet_arithmetic.SHAPES),
    outputs=("logits", "losses", *(f"{name}_after" for name in lenet_arithmetic.SHAPES)),
    attributes=ATTRIBUTES,
    reference=reference,
    out_shape=out_shape,
    cases=cases,
    draws=draws,
    terms=terms,
)
