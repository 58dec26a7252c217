"""Correlation or convolution: is the kernel flipped?"""

import numpy as np

from spec.ops import conv2d
from spec.questions.core import Question

X = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3)
W = np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2)
PLAIN = {"stride": [1, 1], "padding": "valid", "dilation": [1, 1], "groups": 1}

QUESTIONS = [
    Question(
        "conv.flip",
        "Does a convolution flip the kernel?",
        {
            "correlation": conv2d.reference(X, W, **PLAIN)[0, 0],
            "convolution": conv2d.reference(X, W[..., ::-1, ::-1], **PLAIN)[0, 0],
        },
        "What neural networks call a convolution is a cross-correlation: the kernel is laid on the image as it is "
        "written. The convolution of mathematics and of signal processing turns it by 180 degrees first. A network "
        "learns its kernels, so it does not care; a kernel taken from a textbook does.",
        "Flip the kernel along both axes to get one from the other.",
        {"x": X[0, 0], "k": W[0, 0]},
    ),
]
