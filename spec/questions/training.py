"""Gradients, losses and optimizers.

What the probes get and return; each calls the framework's own automatic differentiation, losses and optimizers:

gradient.vector  x (3,) -> gradient (3,) of the vector x * x, not of a number, by the usual call
gradient.accumulates  x (2,) -> gradient (2,) of the sum of x * x, computed twice in a row without clearing anything:
    the gradient after the second time
gradient.unused  x (2,), k (2,) -> gradient (2,) of the sum of x * x by k, which is not used; word "none" for None
gradient.assignment  x (3, 3), k (2, 2) -> gradient (2, 2) by k of the sum of y (2, 2), where y is made of zeros and
    each y[i, j] is assigned the sum of window times k; word "none" for None
gradient.integers  x (2,) of int32 -> gradient (2,) of the sum of x * x by x; word "none" for None
loss.squared  y (2, 3), t (2, 3) -> loss as it comes: the squared-error loss with no other argument
loss.cross-entropy  y (2, 3), t (2,) int64 -> loss as it comes: the cross-entropy loss for class numbers t (where
    there are only one-hot labels, the probe makes them), no other argument
optimizer.batch  w (2,), x (4, 2) -> w (2,) after one step of gradient descent with rate 0.5 on the sum of the
    products x w over the batch of 4, by the usual loop
optimizer.rate  w (1,) -> w (1,) after one step of the optimizer SGD, no rate given, on the loss sum(w)
"""

import numpy as np

from spec.ops import corr2d
from spec.questions.predictions import counted, f32
from spec.questions.question import REFUSES, Question, works

V3, V2, K2 = f32([1, 2, 3]), f32([1, 2]), f32([5, 7])
X = counted(3, 3)
K = counted(2, 2)
Y, T = f32([[1, 2, 4], [3, 5, 6]]), f32([[0, 0, 1], [1, 1, 2]])
SQUARES = (Y - T) ** 2
SCORES, LABELS = f32([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]), np.array([0, 1])
CHOSEN = SCORES[np.arange(2), LABELS]
ENTROPY = np.log(np.exp(SCORES).sum(1)) - CHOSEN
W, BATCH = f32([1, 1]), f32([[1, 2], [3, 4], [5, 6], [7, 12]])

QUESTIONS = [
    Question(
        "gradient.vector",
        "What happens when a vector, not a number, is differentiated?",
        {"its sum is differentiated": 2 * V3, "its mean is differentiated": 2 * V3 / 3, REFUSES: REFUSES},
        "Only a number has a gradient. Given a vector, a framework can refuse, or silently take the sum of its "
        "elements. Where the mean was meant, the gradient is then too large by the number of elements.",
        "Sum, or take the mean, before differentiating.",
        {"x": V3},
    ),
    Question(
        "gradient.accumulates",
        "Are gradients added up over two calls?",
        {"added up": 4 * V2, "the second alone": 2 * V2, REFUSES: REFUSES},
        "Where a gradient is stored beside its tensor, a second call may add to it; if it is not cleared, the steps "
        "grow. Where the gradient is returned as a result, there is nothing to clear.",
        "Clear the gradients before each step; where you want a sum, add them yourself.",
        {"x": V2},
    ),
    Question(
        "gradient.unused",
        "What is the gradient by a tensor that was not used?",
        {"zero": f32([0, 0]), "none": "none", REFUSES: REFUSES},
        "The derivative of a result that does not depend on k is zero. The answer none, or an error, shows that a "
        "parameter was forgotten.",
        "TensorFlow: unconnected_gradients='zero'. PyTorch: torch.autograd.grad(..., materialize_grads=True).",
        {"x": V2, "k": K2},
    ),
    Question(
        "gradient.assignment",
        "Does the gradient pass through a result that was assigned element by element?",
        {
            "works": corr2d.reference(X, np.ones_like(K)),
            "zero": np.zeros_like(K),
            "none": "none",
            REFUSES: REFUSES,
        },
        "The textbook's correlation fills a matrix of zeros, one window at a time. Automatic differentiation must "
        "follow each assignment; some frameworks do, some refuse to assign, and some forget what was assigned.",
        "Compute the elements into a list and stack them: this is differentiated everywhere.",
        {"x": X, "k": K},
    ),
    Question(
        "gradient.integers",
        "Does an integer tensor have a gradient?",
        {**works(f32([2, 4])), "zero": f32([0, 0]), "none": "none"},
        "An integer cannot change by a small amount, so it has no derivative. This happens with an image that was "
        "loaded as integers and not converted.",
        "Convert to floating point first.",
        {"x": np.array([1, 2], np.int32)},
    ),
    Question(
        "loss.squared",
        "What does the squared-error loss return by default?",
        {
            "the mean": f32(SQUARES.mean()),
            "half the mean": f32(SQUARES.mean() / 2),
            "the sum": f32(SQUARES.sum()),
            "half the sum": f32(SQUARES.sum() / 2),
            "the mean of each sample": SQUARES.mean(1),
            "half the mean of each sample": SQUARES.mean(1) / 2,
            "each square": SQUARES,
            "half of each square": SQUARES / 2,
        },
        "Sum or mean, over the batch or over everything, with or without a factor 1/2: each choice scales the "
        "gradient. Moved to another framework, the same learning rate makes larger or smaller steps.",
        "Write the loss out: ((y - t) ** 2).mean(), or the sum.",
        {"y": Y, "t": T},
    ),
    Question(
        "loss.cross-entropy",
        "What does the cross-entropy loss take and return by default?",
        {
            "scores; the mean": f32(ENTROPY.mean()),
            "scores; each sample": ENTROPY,
            "scores; the sum": f32(ENTROPY.sum()),
            "probabilities; the mean": f32(-np.log(CHOSEN).mean()),
            "probabilities; each sample": -np.log(CHOSEN),
            "probabilities; the sum": f32(-np.log(CHOSEN).sum()),
        },
        "The softmax makes probabilities of a network's scores (logits). The loss may apply it itself, or expect "
        "that it was applied; it does not notice the other kind of input, and the network learns badly.",
        "Keras: from_logits=True for scores. Where the loss is one number for each sample, take the mean yourself.",
        {"y": SCORES, "t": LABELS},
    ),
    Question(
        "optimizer.batch",
        "Does the training step divide the gradient by the size of the batch?",
        {"no": W - 0.5 * BATCH.sum(0), "yes": W - 0.5 * BATCH.sum(0) / 4},
        "Where losses are one number per sample, the trainer is told the size of the batch and divides by it. Where "
        "the loss is already a mean, dividing again makes the steps too small.",
        "In gluon give trainer.step(1) for a loss that is already a mean, step(batch size) for one that is a sum.",
        {"w": W, "x": BATCH},
    ),
    Question(
        "optimizer.rate",
        "Which learning rate has stochastic gradient descent by default?",
        {**{f"{rate}": f32([-rate]) for rate in (0.001, 0.01, 0.1)}, REFUSES: REFUSES},
        "No rate suits all networks, yet many optimizers have a default. A loop without a rate learns ten times "
        "faster or slower in another framework.",
        "Name the rate in every call.",
        {"w": f32([0])},
    ),
]
