"""Correlation or convolution, and what a convolution accepts.

What the probes get and return; an image (H, W) gets its batch and channel axes from the probe, in the framework's
own layout, and the result loses them again:

conv.flip  x (3, 3), k (2, 2) -> y (2, 2): the default call, function and layer (weights loaded); functions of signal
    processing in the mode valid
convolve.default  x (4,), k (3,) -> y: the function called `convolve` on vectors, with no more arguments
correlate.default  x (4,), k (3,) -> y: the function called `correlate`, with no more arguments
conv.bias  x (3, 3), k (2, 2) -> y (2, 2): the functional call with image and kernel only (and with what has no default,
    such as the padding "valid")
conv.implicit-groups  x (2,), w (2,) -> y (2,): an image of one pixel with two channels x; a 1x1 kernel with one input
    channel and two output channels w; no argument for groups
conv.groups  x (2,), w (2,) -> y (2,): the same with two groups asked for
conv.groups.gradient  x (2,), w (2,) -> gradient (2,) by w of the sum of that y
conv.stride-dilation  x (1, 5), k (1, 2) -> y (1, 2): stride (1, 2) and dilation (1, 2)
conv.too-large  x (2, 2), k (3, 3) -> y: a kernel larger than the image, without padding
"""

import numpy as np

from spec.questions.predictions import conv, counted, f32, turned
from spec.questions.question import REFUSES, Question, works

X = counted(3, 3)
K = counted(2, 2)
ROW, TAPS = f32([1, 2, 3, 4]), f32([1, 10, 100])
CHANNELS, WEIGHTS = f32([1, 10]), f32([3, 5])


def signal(flip: bool) -> dict[str, np.ndarray]:
    """Mode -> result for the vectors ROW and TAPS."""
    taps = TAPS[::-1] if flip else TAPS
    modes = {"full": "full", "valid": "valid", "same": [[0, 0], [1, 1]]}
    return {name: conv(ROW[None], taps[None], padding=padding)[0] for name, padding in modes.items()}


MODES = {
    **{f"turned, {mode}": y for mode, y in signal(True).items()},
    **{f"as written, {mode}": y for mode, y in signal(False).items()},
}
GROUPED = CHANNELS * WEIGHTS

QUESTIONS = [
    Question(
        "conv.flip",
        "Does a convolution flip the kernel?",
        {"correlation": conv(X, K), "convolution": conv(X, turned(K))},
        "What neural networks call a convolution is a cross-correlation: the kernel is laid on the image as it is "
        "written. The convolution of mathematics and of signal processing turns it by 180 degrees first. A network "
        "learns its kernels, so there it makes no difference; with a kernel from a textbook it does.",
        "Turn the kernel: k[::-1, ::-1]. Both calls then compute the same.",
        {"x": X, "k": K},
    ),
    Question(
        "convolve.default",
        "What does the function convolve do on vectors by default?",
        MODES,
        "The function of signal processing is the convolution of mathematics: it turns the kernel. Its default is the "
        "full result: every place where the two overlap. Most layers of networks compute the valid result: the places "
        "where the kernel is completely inside.",
        "Turn the kernel and name the mode: convolve(x, k[::-1], mode='valid') is what a convolutional layer computes.",
        {"x": ROW, "k": TAPS},
    ),
    Question(
        "correlate.default",
        "What does the function correlate do on vectors by default?",
        MODES,
        "correlate uses the kernel as it is written, like a convolutional layer. Its default mode (full: wherever the "
        "two overlap; valid: where the kernel is inside) may differ from that of convolve in the same library.",
        "Name the mode in every call.",
        {"x": ROW, "k": TAPS},
    ),
    Question(
        "conv.bias",
        "Does the functional convolution work without a bias and without being told so?",
        works(conv(X, K)),
        "A convolution may add one number to each output channel, the bias. Most calls add none unless it is given; "
        "some expect it until they are told that there is none.",
        "Pass a bias of zeros, or say that there is none (no_bias=True).",
        {"x": X, "k": K},
    ),
    Question(
        "conv.implicit-groups",
        "Does a kernel with fewer input channels than the image mean a grouped convolution?",
        {"groups follow from the shapes": GROUPED, REFUSES: REFUSES},
        "A grouped convolution gives each group of output channels its own part of the input channels. Where the "
        "number of groups follows from the shapes, a kernel of the wrong shape is not noticed: something else is "
        "computed.",
        "Name the number of groups where there is such an argument; compare the channels of image and kernel where "
        "there is none.",
        {"x": CHANNELS, "w": WEIGHTS},
    ),
    Question(
        "conv.groups",
        "Is there a grouped convolution on this device?",
        works(GROUPED),
        "With two groups the first half of the output channels sees only the first half of the input channels, and "
        "the second half the second. As many groups as channels make a depthwise convolution.",
        "Where groups are missing, split the channels, convolve each part, and join the results.",
        {"x": CHANNELS, "w": WEIGHTS},
    ),
    Question(
        "conv.groups.gradient",
        "Does a grouped convolution have a gradient on this device?",
        works(CHANNELS),
        "A network that can be run may still fail to learn: the gradient is an operator of its own, written "
        "separately for each device and dtype. A missing one shows at the first training step, not when the network "
        "is built.",
        "Split the channels, convolve each part, and join the results: each part has its gradient.",
        {"x": CHANNELS, "w": WEIGHTS},
    ),
    Question(
        "conv.stride-dilation",
        "Can a convolution have a stride and a dilation at once?",
        works(conv(f32([[1, 2, 3, 4, 5]]), f32([[1, 10]]), (1, 2), "valid", (1, 2))),
        "The stride is how far the kernel moves, the dilation is the distance between its taps. The definition allows "
        "both at once, but some layers do not.",
        "Convolve with stride 1 and the dilation, then keep every second pixel (stride 2): y[..., ::2, ::2].",
        {"x": f32([[1, 2, 3, 4, 5]]), "k": f32([[1, 10]])},
    ),
    Question(
        "conv.too-large",
        "What comes out when the kernel is larger than the image?",
        {
            REFUSES: REFUSES,
            "an image without pixels": np.zeros((0, 0), np.float32),
            "image and kernel change places": conv(np.ones((3, 3)), turned(f32([[1, 2], [3, 4]]))),
        },
        "The kernel fits nowhere. A framework can refuse, or return an image without pixels, which later steps may "
        "turn into NaN or into a loss of zero. Functions of signal processing exchange the two; an image of any other "
        "size (none of these) was never written to, and contains old memory.",
        "Check the size of the output where the framework does not.",
        {"x": f32([[1, 2], [3, 4]]), "k": np.ones((3, 3), np.float32)},
    ),
]
