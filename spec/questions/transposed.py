"""Transposed convolution: kernel, size rules, what can be expressed.

What the probes get and return; an image (H, W) gets its batch and channel axes from the probe, in the framework's
own layout, the kernel (kh, kw) its channel axes, and the result loses them again. "Nothing else" allows for what has
no default (lax's "VALID", TensorFlow's output_shape):

transposed.flip  x (1, 2), k (1, 3) -> y (1, 4): stride 1, uncropped, nothing else; function and layer (k loaded)
transposed.default  x (1, 3), k (1, 3) -> y: stride 1, no argument for the padding; function and layer
transposed.same  x (1, 3), k (1, 2) -> y (1, 3): stride 1, the padding called "same"
transposed.same.stride  x (1, 2), k (1, 3) -> y (1, 4): stride (1, 2), the padding called "same"
transposed.valid  x (1, 2), k (1, 1) -> y: stride (1, 3), the padding called "valid" (or none, where it is the
    default); where output_shape must be given, it is what decides: leave it out, or say None
transposed.padding  x (1, 3), k (1, 4) -> y: stride 1, explicit padding of 1 left and right, 0 above and below
transposed.output-padding  x (1, 2), k (1, 3) -> y (1, 4): stride (1, 2), padding (0, 1), output_padding (0, 1); where
    there is no number for the padding, padding="same"; where the whole size is named instead, (1, 4)
transposed.asymmetric  x (1, 3), k (1, 3) -> y (1, 4): stride 1, one pixel cropped at the left only: [[0, 0], [1, 0]]
transposed.groups  x (2,), w (2,) -> y (2,): one pixel with the two channels x, kernel 1x1, two groups with one input
    and one output channel each
transposed.dilation  x (1, 2), k (1, 2) -> y (1, 5): stride (1, 2), dilation (1, 2), uncropped
"""

import numpy as np

from spec.questions.predictions import conv, f32, transposed, turned
from spec.questions.question import REFUSES, Question

TWO, THREE = f32([[1, 2]]), f32([[1, 2, 3]])
TAPS, LONG, PAIR = f32([[1, 10, 100]]), f32([[1, 10, 100, 1000]]), f32([[1, 10]])
ONE = f32([[1]])
CHANNELS, WEIGHTS = f32([1, 10]), f32([3, 5])
SIDES, LEFT = [[0, 0], [1, 1]], [[0, 0], [1, 0]]


def same(x: np.ndarray, k: np.ndarray, stride: tuple[int, int]) -> dict[str, np.ndarray | str]:
    """Which end the padding same may cut off, with the kernel as it is written or turned."""
    ends = {"cut at the end": "same", "cut at the beginning": "same_lower"}
    kernels = {"": k, ", kernel turned": turned(k)}
    found = {f"{end}{how}": transposed(x, w, stride, rule) for end, rule in ends.items() for how, w in kernels.items()}
    return {**found, REFUSES: REFUSES}


QUESTIONS = [
    Question(
        "transposed.flip",
        "Does a transposed convolution lay down the kernel as it is written?",
        {"as written": transposed(TWO, TAPS), "turned": transposed(TWO, turned(TAPS))},
        "A transposed convolution lays the kernel down at every pixel, times the pixel, and adds up. It can also be "
        "computed as a convolution over the image with gaps between its pixels, but only with the kernel turned by "
        "180 degrees; a call that leaves the turning to its user computes something else.",
        "Turn the kernel: k[::-1, ::-1]. lax and flax do it with transpose_kernel=True, where the two channel axes "
        "change places too.",
        {"x": TWO, "k": TAPS},
    ),
    Question(
        "transposed.default",
        "Which padding does a transposed convolution have by default?",
        {
            "none: the image grows": transposed(THREE, TAPS),
            "none: the image grows, kernel turned": transposed(THREE, turned(TAPS)),
            "same": transposed(THREE, TAPS, padding="same"),
            "same, kernel turned": transposed(THREE, turned(TAPS), padding="same"),
            REFUSES: REFUSES,
        },
        "Padding of a transposed convolution crops the result: none leaves every pixel that the kernel reaches. The "
        "padding same cuts it back to the image's size times the stride.",
        "Name the padding in every call.",
        {"x": THREE, "k": TAPS},
    ),
    Question(
        "transposed.same",
        "Which pixel does the padding same of a transposed convolution cut off, with stride 1 and an even kernel?",
        same(THREE, PAIR, (1, 1)),
        "Three pixels and a kernel of two reach four pixels; the padding same must cut one off. It should be the pixel "
        "at the end, where the convolution that is transposed puts its odd pixel.",
        "Leave the padding out and crop by slicing: y[..., :-1].",
        {"x": THREE, "k": PAIR},
    ),
    Question(
        "transposed.same.stride",
        "Which pixels does the padding same of a transposed convolution cut off, with stride 2?",
        same(TWO, TAPS, (1, 2)),
        "The result must be stride times as large as the image, so one of the five pixels that the kernel reaches is "
        "cut off. The convolution that is transposed pads at the end, so the pixel at the end goes; padding=1 with "
        "output_padding=1, which gives the same size, cuts off the one at the beginning.",
        "Leave the padding out and crop by slicing: y[..., :-1].",
        {"x": TWO, "k": TAPS},
    ),
    Question(
        "transposed.valid",
        "How large is the result without padding when the stride is larger than the kernel?",
        {
            "as far as the kernel reaches": transposed(TWO, ONE, (1, 3)),
            "stride times the image": transposed(TWO, ONE, (1, 3), output_padding=(0, 2)),
            REFUSES: REFUSES,
        },
        "A convolution with a stride makes the same size of several, so the way back has to choose: the smallest size, "
        "or stride times the image's. The pixels that the kernel does not reach are zero.",
        "Pad the end with zeros or crop it, or name the output padding (stride - k).",
        {"x": TWO, "k": ONE},
    ),
    Question(
        "transposed.padding",
        "What does a number for the padding of a transposed convolution mean?",
        {
            "crops the result": transposed(THREE, LONG, padding=SIDES),
            "crops the result, kernel turned": transposed(THREE, turned(LONG), padding=SIDES),
            "pads the image, kernel turned": conv(THREE, LONG, padding=SIDES),
            "pads the image": conv(THREE, turned(LONG), padding=SIDES),
            REFUSES: REFUSES,
        },
        "Mostly it is the padding of the convolution that is transposed, and crops the result: a larger number makes "
        "it smaller. In some calls it is what the image itself is padded with, and a larger number makes it larger.",
        "To crop by p where the call pads the image: give dilation*(k - 1) - p, and turn the kernel.",
        {"x": THREE, "k": LONG},
    ),
    Question(
        "transposed.output-padding",
        "Where does the output padding go?",
        {
            "at the end": transposed(TWO, TAPS, (1, 2), SIDES, output_padding=(0, 1)),
            "at the beginning": transposed(TWO, TAPS, (1, 2), "same"),
            REFUSES: REFUSES,
        },
        "Output padding makes the result larger at one end. Its pixels are not zeros: they are pixels that the padding "
        "had cropped and that are left standing.",
        "Leave padding and output padding out and crop by slicing.",
        {"x": TWO, "k": TAPS},
    ),
    Question(
        "transposed.asymmetric",
        "Can a transposed convolution crop on one side only?",
        {
            "works": transposed(THREE, TAPS, padding=LEFT),
            "pads the image, kernel turned": conv(THREE, TAPS, padding=LEFT),
            REFUSES: REFUSES,
        },
        "The way back from a convolution that pads on one side crops on that side. A call with one number for each "
        "axis cannot say it.",
        "Leave the padding out and crop by slicing: y[..., 1:].",
        {"x": THREE, "k": TAPS},
    ),
    Question(
        "transposed.groups",
        "Is there a grouped transposed convolution?",
        {"works": CHANNELS * WEIGHTS, REFUSES: REFUSES},
        "Enlarging each channel by itself needs one group per channel. A framework that groups convolutions need not "
        "group transposed ones; where the groups follow from the shapes, the dtype may decide.",
        "Split the channels, convolve each part by itself, and join the results.",
        {"x": CHANNELS, "w": WEIGHTS},
    ),
    Question(
        "transposed.dilation",
        "Can a transposed convolution have a stride and a dilation at once?",
        {
            "works": transposed(TWO, PAIR, (1, 2), "valid", (1, 2)),
            "works, kernel turned": transposed(TWO, turned(PAIR), (1, 2), "valid", (1, 2)),
            "ignored: no dilation": transposed(TWO, PAIR, (1, 2)),
            REFUSES: REFUSES,
        },
        "The stride moves the pixels of the image apart, the dilation the taps of the kernel. Nothing in the "
        "definition forbids both.",
        "Put zeros between the taps of the kernel and leave the dilation out.",
        {"x": TWO, "k": PAIR},
    ),
]
