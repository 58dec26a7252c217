"""Transposed convolution: the kernel, the size of the result, and what a call can express.

What the probes get and return; an image (H, W) gets its batch and channel axes from the probe, in the framework's
own layout, the kernel (kh, kw) its channel axes, and the result loses them again. "Nothing else" means no argument
that has a default (lax needs "VALID", TensorFlow needs output_shape):

transposed.flip  x (1, 2), k (1, 3) -> y (1, 4): stride 1, uncropped, nothing else; function and layer (k loaded)
transposed.default  x (1, 3), k (1, 3) -> y: stride 1, no argument for the padding; function and layer
transposed.same  x (1, 3), k (1, 2) -> y (1, 3): stride 1, the padding called "same"
transposed.same.stride  x (1, 2), k (1, 3) -> y (1, 4): stride (1, 2), the padding called "same"
transposed.valid  x (1, 2), k (1, 1) -> y: stride (1, 3), the padding called "valid" (or none, where it is the
    default); output_shape would decide the size, so it is left out or None
transposed.padding  x (1, 3), k (1, 4) -> y: stride 1, explicit padding of 1 left and right, 0 above and below
transposed.output-padding  x (1, 2), k (1, 3) -> y (1, 4): stride (1, 2), padding (0, 1), output_padding (0, 1); where
    the padding cannot be a number, padding="same"; where the size of the result is given instead, (1, 4)
transposed.asymmetric  x (1, 3), k (1, 3) -> y (1, 4): stride 1, one pixel cropped at the left only: [[0, 0], [1, 0]]
transposed.groups  x (2,), w (2,) -> y (2,): one pixel with the two channels x, kernel 1x1, two groups with one input
    and one output channel each
transposed.dilation  x (1, 2), k (1, 2) -> y (1, 5): stride (1, 2), dilation (1, 2), uncropped
"""

import numpy as np

from spec.questions.predictions import conv, f32, transposed, turned
from spec.questions.question import REFUSES, Question, works

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
        "Does a transposed convolution use the kernel as it is written?",
        {"as written": transposed(TWO, TAPS), "turned": transposed(TWO, turned(TAPS))},
        "A transposed convolution puts the kernel, times the pixel, at every pixel of the image and adds up. It can "
        "also be computed as a convolution over the image with gaps between its pixels, if the kernel is turned by "
        "180 degrees. A call that leaves the turning to its user computes something else.",
        "Turn the kernel: k[::-1, ::-1]. lax and flax do it with transpose_kernel=True, which also exchanges the two "
        "channel axes.",
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
        "Padding of a transposed convolution crops the result. Without padding every pixel that the kernel reaches is "
        "kept; the padding same crops to the image's size times the stride.",
        "Name the padding in every call.",
        {"x": THREE, "k": TAPS},
    ),
    Question(
        "transposed.same",
        "Which pixel does the padding same of a transposed convolution cut off, with stride 1 and an even kernel?",
        same(THREE, PAIR, (1, 1)),
        "Three pixels and a kernel of two reach four pixels, so the padding same must cut one off. The convolution "
        "that is transposed pads at the end, so it should be the pixel at the end.",
        "Leave the padding out and crop by slicing: y[..., :-1].",
        {"x": THREE, "k": PAIR},
    ),
    Question(
        "transposed.same.stride",
        "Which pixels does the padding same of a transposed convolution cut off, with stride 2?",
        same(TWO, TAPS, (1, 2)),
        "The result must be stride times as large as the image, so one of the five pixels that the kernel reaches is "
        "cut off. The convolution that is transposed pads at the end, so it should be the pixel at the end. padding=1 "
        "with output_padding=1 gives the same size but cuts off the pixel at the beginning.",
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
        "A convolution with a stride maps several sizes to one, so the way back has to choose: the smallest size, or "
        "the stride times the image's size. The pixels that the kernel does not reach are zero.",
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
        "In most calls it is the padding of the convolution that is transposed: it crops the result, and a larger "
        "number makes it smaller. In some calls it pads the image, and a larger number makes the result larger.",
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
        "Output padding makes the result larger at one end. Its pixels are not zeros: they are pixels that the "
        "padding would otherwise crop.",
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
        "The transpose of a convolution that pads on one side crops on that side. A call with one number for each "
        "axis cannot express it.",
        "Leave the padding out and crop by slicing: y[..., 1:].",
        {"x": THREE, "k": TAPS},
    ),
    Question(
        "transposed.groups",
        "Is there a grouped transposed convolution?",
        works(CHANNELS * WEIGHTS),
        "Enlarging each channel separately needs one group per channel. A framework with grouped convolutions may "
        "lack grouped transposed ones; where the groups follow from the shapes, the answer may depend on the dtype.",
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
        "The stride puts gaps between the pixels of the image, the dilation between the taps of the kernel. The "
        "definition allows both at once.",
        "Put zeros between the taps of the kernel and leave the dilation out.",
        {"x": TWO, "k": PAIR},
    ),
]
