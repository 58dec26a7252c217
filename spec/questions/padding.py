"""Padding: the defaults, the odd pixel of "same", what a call can express, and the function that pads.

What the probes get and return; an image (H, W) gets its batch and channel axes from the probe, in the framework's
own layout, and the result loses them again:

padding.default  x (4, 4), k (3, 3) -> y: convolution (function and layer) without an argument for padding
padding.default.pool  x (4, 4) -> y: max pooling, window (3, 3), stride 1, without an argument for padding
padding.integer  x (2, 2), k (3, 3) -> y (2, 2): the number 1 as padding (1, or (1, 1), as documented)
padding.same  x (1, 4), k (1, 2) -> y (1, 4): the padding called "same", stride 1
padding.same.stride  x (1, 4), k (1, 3) -> y (1, 2): the padding called "same", stride (1, 2); where that is refused,
    also one pixel on both sides, the usual next attempt
padding.same.pool  x (1, 4) -> y (1, 4): max pooling "same", window (1, 2), stride 1
padding.same.pool.stride  x (1, 4) -> y (1, 2): max pooling "same", window (1, 3), stride (1, 2)
padding.same.lower  x (1, 4), k (1, 2) -> y (1, 4): the padding called "same_lower" (SAME_LOWER), stride 1
padding.asymmetric  x (2, 2), k (2, 2) -> y (2, 3): pads [[1, 0], [2, 0]] ([[top, bottom], [left, right]]) in the call
    of the convolution itself (also where it documents single numbers only, and then refuses them)
padding.asymmetric.pool  x (2, 2) -> y (2, 2): max pooling, window (2, 2), stride 1, pads [[1, 0], [1, 0]]
padding.order  x (1, 1) -> y: the function that pads, with zeros, called with the numbers 1 2 3 4 for the image axes
    in the order in which it takes them ((1, 2, 3, 4) or ((1, 2), (3, 4)); the other axes get 0)
padding.modes  x (3, 3) -> word: `spec.questions.words.accepted(MODES, call)`, for the function that pads one pixel on
    each side, mode in capital or small letters as documented
padding.reflect  x (1, 4) -> y (1, 8): mode "reflect", 2 pixels left and right
padding.reflect.gradient  x (1, 5) -> gradient (1, 5) of the sum of x padded so, by x
padding.negative  x (3, 3) -> y (1, 1): the function that pads, -1 on each side
"""

from collections.abc import Callable

import numpy as np

from spec.questions.predictions import conv, counted, f32, max_pool, pad
from spec.questions.question import REFUSES, Question, in_words, works

MODES = "constant reflect symmetric edge replicate wrap circular"
X4 = counted(4, 4)
X3 = counted(3, 3)
X2 = f32([[1, 2], [3, 4]])
K3 = counted(3, 3)
ROW = f32([[1, 2, 3, 4]])
TWO, THREE = f32([[1, 10]]), f32([[1, 10, 100]])
ONE = f32([[7]])
PAIRS = [[1, 0], [2, 0]]


def odd_pixel(predict: Callable[[str], np.ndarray]) -> dict[str, np.ndarray | str]:
    """Where the odd pixel of "same" may go: `predict` gives the result for "same" and for "same_lower"."""
    return {
        "odd pixel at the end": predict("same"),
        "odd pixel at the beginning": predict("same_lower"),
        REFUSES: REFUSES,
    }


QUESTIONS = [
    Question(
        "padding.default",
        "Which padding does a convolution have by default?",
        {"none": conv(X4, K3), "same": conv(X4, K3, padding="same"), REFUSES: REFUSES},
        "Without padding each convolution makes the image smaller, by the kernel's size minus one. Most calls do not "
        "pad by default. A layer that does keeps the size, and all later shapes of the network differ.",
        "Name the padding in every call.",
        {"x": X4, "k": K3},
    ),
    Question(
        "padding.default.pool",
        "Which padding does max pooling have by default?",
        {"none": max_pool(X4, (3, 3), (1, 1)), "same": max_pool(X4, (3, 3), (1, 1), "same"), REFUSES: REFUSES},
        "The defaults of pooling and convolution may differ within one framework. A library whose convolution pads by "
        "default may have a pooling that does not.",
        "Name the padding in every call.",
        {"x": X4},
    ),
    Question(
        "padding.integer",
        "Can padding be a number of pixels?",
        {"one pixel on each side": conv(X2, K3, padding=[[1, 1], [1, 1]]), REFUSES: REFUSES},
        "padding=1 puts one pixel on each of the four sides. Calls that take only the names of rules, such as same "
        "and valid, accept no number.",
        "tf.nn takes four pairs: [[0, 0], [1, 1], [1, 1], [0, 0]]. Elsewhere pad first, then convolve without padding.",
        {"x": X2, "k": K3},
    ),
    Question(
        "padding.same",
        "Where does the odd pixel of the padding same go, with stride 1?",
        odd_pixel(lambda rule: conv(ROW, TWO, padding=rule)),
        "An even kernel needs an odd number of padded pixels to keep the size, so one side gets one more. With the odd "
        "pixel on the other side the whole result is shifted by one pixel.",
        "Pad by hand, then convolve without padding: in PyTorch F.pad(x, (0, 1, 0, 1)) adds a column "
        "at the right and a row at the bottom.",
        {"x": ROW, "k": TWO},
    ),
    Question(
        "padding.same.stride",
        "Where does the padding same put its pixels, with stride 2?",
        odd_pixel(lambda rule: conv(ROW, THREE, (1, 2), rule)),
        "With a stride the padding depends on the size of the image: here one pixel at one end is enough. padding=1 "
        "puts one pixel at both ends; it gives the same size but reads other places, as if the one pixel were at the "
        "beginning.",
        "Pad by hand with p = max((ceil(H/s) - 1)*s + k - H, 0) pixels, p//2 of them before the image.",
        {"x": ROW, "k": THREE},
    ),
    Question(
        "padding.same.pool",
        "Where does the odd pixel of the padding same go in max pooling with stride 1?",
        odd_pixel(lambda rule: max_pool(ROW, (1, 2), (1, 1), rule)),
        "An even window needs an odd number of padded pixels to keep the size, as an even kernel does. Where pooling "
        "has the rule, it follows the convolution.",
        "Pad by hand, with minus infinity, then pool without padding.",
        {"x": ROW},
    ),
    Question(
        "padding.same.pool.stride",
        "Where does the padding same put its pixels in max pooling with stride 2?",
        odd_pixel(lambda rule: max_pool(ROW, (1, 3), (1, 2), rule)),
        "Where pooling has the rule, it pads as the convolution does. A call that takes only a number of pixels, the "
        "same at both ends, pads one pixel too many here.",
        "Pad by hand, with minus infinity, then pool without padding.",
        {"x": ROW},
    ),
    Question(
        "padding.same.lower",
        "Is there a padding same with the odd pixel at the beginning?",
        {
            "exists, odd pixel at the beginning": conv(ROW, TWO, padding="same_lower"),
            "exists, odd pixel at the end": conv(ROW, TWO, padding="same"),
            REFUSES: REFUSES,
        },
        "ONNX, the exchange format for networks, calls it SAME_LOWER. It differs from the usual rule only where the "
        "number of padded pixels is odd.",
        "Pad by hand, then convolve without padding: in PyTorch F.pad(x, (1, 0, 1, 0)), a column at "
        "the left and a row at the top.",
        {"x": ROW, "k": TWO},
    ),
    Question(
        "padding.asymmetric",
        "Can a convolution pad more on one side than on the other?",
        works(conv(X2, TWO.repeat(2, 0), padding=PAIRS)),
        "A causal convolution must not see what comes later, so it pads on one side only. The rule same with a stride "
        "does so too. A call that takes one number for each axis cannot express it.",
        "lax, flax: padding=[(top, bottom), (left, right)]; tf.nn: two more pairs of zeros for the other axes. "
        "Elsewhere pad first, then convolve without padding.",
        {"x": X2, "k": TWO.repeat(2, 0)},
    ),
    Question(
        "padding.asymmetric.pool",
        "Can max pooling pad more on one side than on the other?",
        works(max_pool(pad(X2, [[1, 0], [1, 0]], value=-np.inf), (2, 2), (1, 1))),
        "The pooling of a framework may differ from its convolution here. Some poolings also limit the pads to half "
        "of the window.",
        "Pad with minus infinity first; zeros would be larger than negative pixels.",
        {"x": X2},
    ),
    Question(
        "padding.order",
        "In which order does the function that pads take its numbers?",
        {
            "top, bottom, left, right": pad(ONE, [[1, 2], [3, 4]]),
            "left, right, top, bottom": pad(ONE, [[3, 4], [1, 2]]),
            "top, left, bottom, right": pad(ONE, [[1, 3], [2, 4]]),
            "left, top, right, bottom": pad(ONE, [[2, 4], [1, 3]]),
            REFUSES: REFUSES,
        },
        "NumPy takes a pair for each axis, from the first axis to the last; PyTorch takes single numbers and begins "
        "with the last axis. A wrong order stays hidden while all numbers are equal.",
        "Write pads as [[top, bottom], [left, right]] and convert in one place.",
        {"x": ONE},
    ),
    Question(
        "padding.modes",
        "Which modes does the function that pads know, and what are they called?",
        in_words(
            "constant reflect replicate circular",
            "constant reflect symmetric",
            "constant reflect symmetric edge wrap",
            "constant reflect symmetric edge",
            "constant reflect edge",
            "constant",
        ),
        "edge and replicate are two names of one mode; wrap and circular are two names of another. Both reflect and "
        "symmetric mirror the image: reflect leaves out the edge pixel, symmetric repeats it.",
        "Build a missing mode by indexing: x[:, :, rows][..., columns] with the indices of the pixels to be repeated.",
        {"x": X3},
    ),
    Question(
        "padding.reflect",
        "Does the mode reflect repeat the pixel at the edge?",
        {
            "no": pad(ROW, [[0, 0], [2, 2]], "reflect"),
            "yes": pad(ROW, [[0, 0], [2, 2]], "symmetric"),
            REFUSES: REFUSES,
        },
        "Mirroring about the edge pixel's centre gives 3 2 1 2 3, mirroring about the image's border gives 2 1 1 2 3. "
        "Most frameworks call the first reflect and the second symmetric.",
        "The mode reflect means the same in every framework that has it; the mode symmetric may be missing.",
        {"x": ROW},
    ),
    Question(
        "padding.reflect.gradient",
        "Does the gradient of mirrored padding count every copy of a pixel?",
        {
            "every copy counts": f32([[1, 2, 3, 2, 1]]),
            "the pixels alone count": f32([[1, 1, 1, 1, 1]]),
            "none": "none",
            REFUSES: REFUSES,
        },
        "A mirrored pixel is in the padded image several times, so its gradient is the sum over its copies. Some "
        "frameworks do not have this gradient.",
        "Where it is missing, index the image with the mirrored indices: the gradient of indexing adds up.",
        {"x": f32([[1, 2, 3, 4, 5]])},
    ),
    Question(
        "padding.negative",
        "Do negative pads crop?",
        {"crops": X3[1:2, 1:2], REFUSES: REFUSES},
        "A pad of -1 can mean that one pixel is cut off. Then a wrongly computed pad crops the image without an error.",
        "Crop by slicing: x[..., 1:-1, 1:-1].",
        {"x": X3},
    ),
]
