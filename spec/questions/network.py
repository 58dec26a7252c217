"""Activations and batch normalisation: the defaults.

What the probes get and return. Activations have nothing but their default settings; one interface may have several.

activation.gelu, .leaky, .elu, .hard-sigmoid  x (5,) -> y (5,)
activation.softmax.axis  x (2, 3, 4) -> y (2, 3, 4): softmax of it, without an axis
activation.softmax.masked  x (2, 3), the second row nothing but -inf -> y (2, 3): softmax along the last axis
activation.relu.gradient, activation.relu6.gradient  x (1,) -> gradient (1,) at the corner, 0 (6)
norm.epsilon  x (4, 1, 1, 1) of a small variance -> y (4,): normalised by the batch's statistics
norm.momentum  x (4, 1, 1, 1) of the mean 4 -> mean (1,): the running mean, 0 at first, after this batch
norm.variance  x (4, 1, 1, 1) of the mean 4 -> variance (1,): the running variance V, 1 at first, after this batch; as
    1 + (V - 1) / (mean / 4), where mean is the running mean: what was taken for the variance of the batch
norm.mode  x (4, 1, 1, 1) -> y (4,): a new layer called without a word about training
norm.axis  x (2, 3, 4, 5) -> word: "axis 1" or "the last axis", of a layer made without an argument for it
norm.one-value  x (1, 1, 1, 1) -> y (1,): normalised by the batch's statistics
"""

import numpy as np

from spec.ops import activation, batch_norm2d
from spec.questions.predictions import counted, f32
from spec.questions.question import REFUSES, Question

X = f32([-4, -1, -0.5, 0.25, 2])
ROWS = counted(2, 3, 4) * f32([1, -1, 0.5, 0.25])
MASKED = f32([[1, 2, 3], [-np.inf, -np.inf, -np.inf]])
NEAR, BATCH = f32([0, 0.02, 0.04, 0.06]).reshape(4, 1, 1, 1), f32([1, 3, 5, 7]).reshape(4, 1, 1, 1)
AXIS = "Name it in every call: axis=-1 for classes in the last axis, axis=1 for those of NCHW."
EPSILON = "Give epsilon to the layer: 1e-3 for weights from Keras, 1e-5 for those from PyTorch."
CORNER = {"0": f32([0]), "1": f32([1]), "1/2": f32([0.5])}


def active(kind: str, x: np.ndarray, slope: float = 0.01, axis: int = -1) -> np.ndarray:
    """An activation by the specification."""
    return f32(activation.reference(x.astype(np.float64), kind=kind, slope=slope, axis=axis))


def normal(x: np.ndarray, epsilon: float) -> np.ndarray:
    """x normalised by its own statistics."""
    one, attrs = np.ones(1), {"training": True, "epsilon": epsilon, "momentum": 0.1, "unbiased": True}
    return f32(batch_norm2d.reference(x.astype(np.float64), one, 0 * one, 0 * one, one, **attrs)[0].ravel())


QUESTIONS = [
    Question(
        "activation.gelu",
        "Which gelu is it by default: the exact one, or its approximation by tanh?",
        {"exact": active("gelu", X), "by tanh": active("gelu_tanh", X)},
        "The two differ by up to 4.7e-4, far more than rounding. Nothing refuses the other one, and a network that was "
        "trained with one still works with the other, a little worse.",
        "Say which: approximate='tanh' in PyTorch, approximate=True or False in TensorFlow and JAX.",
        {"x": X},
    ),
    Question(
        "activation.leaky",
        "Which slope has leaky_relu below 0 by default?",
        {str(slope): active("leaky_relu", X, slope) for slope in (0.01, 0.2, 0.25, 0.3)},
        "The first paper had 0.01. Later ones, and GANs, have 0.2 or 0.3, and libraries took up what was in use then.",
        "Always name the slope.",
        {"x": X},
    ),
    Question(
        "activation.elu",
        "How far down does elu go by default?",
        {str(alpha): np.where(X < 0, f32(alpha) * np.expm1(X), X) for alpha in (1.0, 0.25)},
        "elu goes to -alpha, which is 1 in its paper. MXNet's operator has one parameter for all its kinds, whose "
        "default is that of another kind.",
        "Name alpha.",
        {"x": X},
    ),
    Question(
        "activation.hard-sigmoid",
        "Which slope has hard_sigmoid by default?",
        {"1/6": active("hard_sigmoid", X), "0.2": f32(np.clip(0.2 * X + 0.5, 0, 1))},
        "Theano's had 0.2, and ONNX, MXNet and old Keras took it over. MobileNet v3 has x + 3 cut off at 6, which is "
        "1/6, and what came later follows it.",
        "Write the formula out, or set alpha to 1/6 where there is an alpha.",
        {"x": X},
    ),
    Question(
        "activation.softmax.axis",
        "Along which axis of three does softmax go by default?",
        {
            **{str(axis): active("softmax", ROWS, axis=axis) for axis in (0, 1)},
            "the last": active("softmax", ROWS),
            REFUSES: REFUSES,
        },
        "Along the wrong axis all numbers are still between 0 and 1, and some sums still 1. PyTorch's old rule takes "
        "axis 0 of three axes, and axis 1 of two or four.",
        AXIS,
        {"x": ROWS},
    ),
    Question(
        "activation.softmax.masked",
        "What is softmax of a row of nothing but -inf, all of which a mask took out?",
        {
            "NaN": np.stack([active("softmax", MASKED[0]), f32([np.nan] * 3)]),
            "equal shares": np.stack([active("softmax", MASKED[0]), f32([1 / 3] * 3)]),
            "0": np.stack([active("softmax", MASKED[0]), f32([0] * 3)]),
        },
        "By the definition it is 0 / 0. A row of attention that is wholly masked makes NaN of the loss, and of all "
        "weights at the next step.",
        "Mask with a large negative number in place of -inf, or set such rows to 0.",
        {"x": MASKED},
    ),
    Question(
        "activation.relu.gradient",
        "What is the gradient of relu at 0?",
        CORNER,
        "At a corner there is none, and every number from 0 to 1 may stand for it. It matters where many inputs are "
        "exactly 0, as behind another relu.",
        "Where it must agree, multiply by (x > 0) by hand.",
        {"x": f32([0])},
    ),
    Question(
        "activation.relu6.gradient",
        "What is the gradient of relu6 at 6?",
        CORNER,
        "Where relu6 is made of a minimum, the rule for equal numbers decides, which halves the gradient in some "
        "libraries. Quantised networks meet 6 exactly, and often.",
        "Where it must agree, multiply by (x < 6) by hand.",
        {"x": f32([6])},
    ),
    Question(
        "norm.epsilon",
        "Which epsilon does batch normalisation add to the variance by default?",
        {str(epsilon): normal(NEAR, epsilon) for epsilon in (1e-5, 1e-3)},
        "It keeps the root from 0, and it changes every result a little. Channels of a small variance, which are "
        "common behind a relu, become smaller by much.",
        EPSILON,
        {"x": NEAR},
    ),
    Question(
        "norm.momentum",
        "How far does one batch move the running mean by default?",
        {f"{share:g} of the way": f32([4 * share]) for share in (0.1, 0.01, 0.9, 0.99)},
        "In PyTorch momentum is the share of the new batch, 0.1. In Keras, Flax, MXNet and ONNX it is the share of "
        "what was there, 0.99 or 0.9, and so 0.9 there is 0.1 here.",
        "momentum of PyTorch = 1 - momentum of the others.",
        {"x": BATCH},
    ),
    Question(
        "norm.variance",
        "Which variance of the batch goes into the running variance?",
        {"biased: divided by M": f32([5]), "unbiased: divided by M - 1": f32([20 / 3])},
        "The batch itself is always normalised by the biased one. What is kept for inference may be the unbiased one; "
        "for small batches the two differ by much.",
        "Multiply what was kept by M / (M - 1), or divide, M being the values of a channel in a batch.",
        {"x": BATCH},
    ),
    Question(
        "norm.mode",
        "Is a new layer of batch normalisation, called without a word about it, in training?",
        {"training: the batch's statistics": normal(BATCH, 1e-5), "inference: 0 and 1": BATCH.ravel()},
        "A layer in the wrong mode gives no error. In training a result depends on the other images of the batch, and "
        "the running statistics change at every call.",
        "Say it: model.eval() and model.train(), training=True, use_running_average, autograd.record.",
        {"x": BATCH},
        tolerance=0.01,
    ),
    Question(
        "norm.axis",
        "Which axis does a layer of batch normalisation take for the channels by default?",
        {"axis 1": "axis 1", "the last axis": "the last axis"},
        "The axis follows the layout that a library prefers. Where height and channels agree, a wrong one shows in the "
        "numbers alone.",
        "Name the axis: axis=1 in Keras and MXNet for NCHW, axis=1 in Flax too.",
        {"x": counted(2, 3, 4, 5)[:1, :, :, :]},
    ),
    Question(
        "norm.one-value",
        "What does batch normalisation make of a single value in training?",
        {"0": f32([0]), REFUSES: REFUSES},
        "Its variance is 0, so it becomes 0 whatever it was. A last batch of one image, with one pixel left, trains on "
        "nothing.",
        "Drop such a batch (drop_last=True), or call the layer in inference.",
        {"x": f32([[[[3]]]])},
    ),
]
