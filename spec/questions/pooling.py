"""Pooling: stride, size of the result, padding, ties and NaN.

What the probes get and return; an image (H, W) gets its batch and channel axes from the probe, in the framework's
own layout, and the result loses them again:

pool.stride  x (4, 4) -> y: max pooling, window (2, 2), no argument for the stride
pool.size  x (5, 5) -> y: max pooling, window (2, 2), stride (2, 2), nothing else
pool.ceil  x (1, 5) -> y (1, 3): max pooling, window and stride (1, 2), ceil_mode=True or what it is called
pool.ceil.empty  x (1, 3) -> y: the same with one pixel of padding left and right (padding (0, 1))
pool.average.padding  x (3, 3) -> y (3, 3): average pooling, window (3, 3), stride 1, one pixel on each side (a number
    or "same"), nothing else
pool.average.overhang  x (1, 5) -> y (1, 3): average pooling, window and stride (1, 2), with a last partial window
    (ceil_mode or what it is called; where there is none, the padding "same")
pool.max.padding  x (1, 4) -> y (1, 4): max pooling, window (3, 3), stride 1, one pixel on each side
pool.ties  x (2, 3) -> gradient (2, 3) of max pooling with one window (2, 3)
pool.nan  x (2, 6) -> y (1, 3): max pooling, window and stride (2, 2)
pool.global  x (2, 2, 2) -> y as it comes: x is (C, H, W), put into the framework's image layout with a batch axis;
    global average pooling
"""

import numpy as np

from spec.ops import max_pool2d
from spec.questions.predictions import avg_pool, counted, f32, max_pool
from spec.questions.question import REFUSES, Question

X4 = counted(4, 4)
X5 = counted(5, 5)
ROW = f32([[1, 2, 3, 4, 5]])
ONES = np.ones((3, 3), np.float32)
LOWEST = np.finfo(np.float32).min
BELOW = f32([[-np.inf, -np.inf, -np.inf, -2]])
TIE = f32([[0, 1, 1], [1, 1, 0]])
WINDOW = {"kernel_size": (2, 3), "stride": None, "padding": "valid", "dilation": (1, 1), "ceil_mode": False}
FIRST = max_pool2d.pullback(np.ones((1, 1, 1, 1), np.float32), TIE[None, None], **WINDOW)["x"][0, 0]
NAN = f32([[np.nan, 1, 4, 5, np.nan, np.nan], [2, 3, 6, np.nan, np.nan, np.nan]])
CHANNELS = f32([[[1, 2], [3, 6]], [[5, 6], [7, 10]]])
AROUND = [[1, 1], [1, 1]]

QUESTIONS = [
    Question(
        "pool.stride",
        "Which stride does pooling have by default?",
        {
            "the window's size": max_pool(X4, (2, 2)),
            "1": max_pool(X4, (2, 2), (1, 1)),
            REFUSES: REFUSES,
        },
        "Most networks use windows that do not overlap, so the stride of many calls is the window's size by default. "
        "In others it is 1, as in a convolution.",
        "Name the stride in every call.",
        {"x": X4},
    ),
    Question(
        "pool.size",
        "What happens to the pixels that are left over when the windows do not fill the image?",
        {
            "dropped": max_pool(X5, (2, 2), (2, 2)),
            "a smaller window": max_pool(X5, (2, 2), (2, 2), ceil_mode=True),
        },
        "Two windows of two fit into five pixels; the fifth is left over. Rounding the size down drops it, rounding "
        "up gives it a window of its own.",
        "Ask for the other rounding (ceil_mode=True), or crop the image to whole windows first.",
        {"x": X5},
    ),
    Question(
        "pool.ceil",
        "Can max pooling round its size up?",
        {
            "works": max_pool(ROW, (1, 2), ceil_mode=True),
            "ignored: rounds down": max_pool(ROW, (1, 2)),
            REFUSES: REFUSES,
        },
        "Then the last window hangs over the end and covers the pixels that are left. Some frameworks have a flag for "
        "it, some do it with the padding same, and some cannot do it.",
        "Pad the end with minus infinity until the last window is full.",
        {"x": ROW},
    ),
    Question(
        "pool.ceil.empty",
        "When the size is rounded up, is there a last window that starts in the padding after the end?",
        {
            "dropped": max_pool(f32([[1, 2, 3]]), (1, 2), None, [[0, 0], [1, 1]], True),
            "kept, minus infinity": f32([[1, 3, -np.inf]]),
            "kept, the lowest number": f32([[1, 3, LOWEST]]),
            "kept, zero": f32([[1, 3, 0]]),
            REFUSES: REFUSES,
        },
        "Three pixels with one of padding on each side have, rounded up, a third window that covers no pixel of the "
        "image. PyTorch and ONNX, the exchange format for networks, drop it by a special rule. Where it is kept, its "
        "maximum is the number from which the comparison starts.",
        "Drop the last row or column: y[..., :-1].",
        {"x": f32([[1, 2, 3]])},
    ),
    Question(
        "pool.average.padding",
        "Does average pooling count the padding by default?",
        {
            "counts it": avg_pool(ONES, (3, 3), (1, 1), AROUND, count_include_pad=True),
            "leaves it out": avg_pool(ONES, (3, 3), (1, 1), AROUND),
            REFUSES: REFUSES,
        },
        "At a corner five of the nine pixels of the window are padding. If they count as zeros, the mean of ones is "
        "4/9; if they are left out, it is 1.",
        "Give count_include_pad where it exists. Elsewhere pool an image of ones in the same way and divide by the "
        "result: then the padding does not count.",
        {"x": ONES},
    ),
    Question(
        "pool.average.overhang",
        "By which number is a last, partial window of average pooling divided?",
        {
            "the pixels it sees": avg_pool(ROW, (1, 2), ceil_mode=True),
            "the window's size": f32([[1.5, 3.5, 2.5]]),
            REFUSES: REFUSES,
        },
        "A window that hangs over the end covers fewer pixels. If its sum is divided by the full size, the mean is "
        "too small.",
        "Pool an image of ones in the same way and divide by the result.",
        {"x": ROW},
    ),
    Question(
        "pool.max.padding",
        "What does max pooling pad with?",
        {
            "minus infinity": max_pool(BELOW, (3, 3), (1, 1), AROUND),
            "the lowest number": f32([[LOWEST, LOWEST, -2, -2]]),
            "zero": np.zeros((1, 4), np.float32),
            REFUSES: REFUSES,
        },
        "The padding must never be the maximum, so it is minus infinity, or the lowest finite number; the two differ "
        "only where all pixels are minus infinity, as after a mask. Zeros are larger than every negative pixel. After "
        "a ReLU, which leaves no negative pixels, this does not show.",
        "Pad with minus infinity by hand, then pool without padding.",
        {"x": BELOW},
    ),
    Question(
        "pool.ties",
        "Which pixel gets the gradient when several are equally large?",
        {
            "the first, row by row": FIRST,
            "the first, column by column": f32([[0, 0, 0], [1, 0, 0]]),
            "the last, row by row": f32([[0, 0, 0], [0, 1, 0]]),
            "all of them": TIE,
            "all of them, divided": TIE / 4,
        },
        "The maximum has no derivative where two pixels are equally large, so each framework chooses. After a ReLU, "
        "whole windows of zeros are common, so the choice matters often.",
        "Learning does not suffer; do not compare gradients pixel by pixel where there are ties.",
        {"x": TIE},
    ),
    Question(
        "pool.nan",
        "Is NaN the maximum in max pooling?",
        {
            "always": f32([[np.nan, np.nan, np.nan]]),
            "only if there is nothing else": f32([[3, 6, np.nan]]),
            "never: of NaN alone the lowest number": f32([[3, 6, LOWEST]]),
            "never: of NaN alone minus infinity": f32([[3, 6, -np.inf]]),
            "if it comes first": f32([[np.nan, 6, np.nan]]),
            "if it comes last": f32([[3, np.nan, np.nan]]),
        },
        "NaN (not a number, such as 0/0) is neither smaller nor larger than a number, so the answer depends on how the "
        "comparison is written. Where NaN is dropped, nobody notices that a network is broken.",
        "Look for NaN in the image before pooling.",
        {"x": NAN},
    ),
    Question(
        "pool.global",
        "What is the shape of the result of global average pooling?",
        {
            "(N, C)": CHANNELS.mean((1, 2))[None],
            "(N, C, 1, 1)": CHANNELS.mean((1, 2)).reshape(1, 2, 1, 1),
            "(N, 1, 1, C)": CHANNELS.mean((1, 2)).reshape(1, 1, 1, 2),
        },
        "The mean over all rows and columns is one number per channel. Either the two axes are kept, with one pixel "
        "each, or dropped; the next layer must fit.",
        "y[..., 0, 0] drops the two axes of (N, C, 1, 1); keepdims=True keeps them where there is such an argument.",
        {"x": CHANNELS},
    ),
]
