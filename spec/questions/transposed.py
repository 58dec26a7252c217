"""Transposed convolution: kernel, size rules, what can be expressed.

What the probes get and return; an image (H, W) gets its batch and channel axes from the probe, in the framework's
own layout, the kernel (kh, kw) its channel axes, and the result loses them again. "Nothing else" allows for what has
no default (lax's "VALID", TensorFlow's output_shape):

transposed.flip  x (1, 2), k (1, 3) -> y (1, 4): stride 1, uncropped, nothing else
transposed.default  x (1, 3), k (1, 3) -> y: stride 1, no argument for the padding; function and layer
transposed.same  x (1, 2), k (1, 3) -> y (1, 4): stride (1, 2), the padding called "same"
transposed.valid  x (1, 2), k (1, 1) -> y: stride (1, 3), the padding called "valid" (or none, where it is the
    default); where output_shape must be given, it is what decides: leave it out, or say None
transposed.padding  x (1, 3), k (1, 4) -> y: stride 1, explicit padding of 1 left and right, 0 above and below
transposed.output-padding  x (1, 2), k (1, 3) -> y (1, 4): stride (1, 2), padding (0, 1), output_padding (0, 1); where
    there is no number for the padding, padding="same"
transposed.asymmetric  x (1, 3), k (1, 3) -> y (1, 4): stride 1, one pixel cropped at the left only: [[0, 0], [1, 0]]
transposed.groups  x (2,), w (2,) -> y (2,): one pixel with the two channels x, kernel 1x1, two groups with one input
    and one output channel each
transposed.dilation  x (1, 2), k (1, 2) -> y (1, 5): stride (1, 2), dilation (1, 2), uncropped
"""

from spec.questions.core import REFUSES, Question
from spec.questions.truth import conv, f32, transposed, turned

TWO, THREE = f32([[1, 2]]), f32([[1, 2, 3]])
TAPS, LONG, PAIR = f32([[1, 10, 100]]), f32([[1, 10, 100, 1000]]), f32([[1, 10]])
ONE = f32([[1]])
CHANNELS, WEIGHTS = f32([1, 10]), f32([3, 5])
SIDES, LEFT = [[0, 0], [1, 1]], [[0, 0], [1, 0]]
SAME = {
    f"{end}{', kernel turned' if flip else ''}": transposed(TWO, turned(TAPS) if flip else TAPS, (1, 2), rule)
    for end, rule in (("cut at the end", "same"), ("cut at the beginning", "same_lower"))
    for flip in (False, True)
}

QUESTIONS = [
    Question(
        "transposed.flip",
        "Does a transposed convolution lay down the kernel as it is written?",
        {"as written": transposed(TWO, TAPS), "turned": transposed(TWO, turned(TAPS))},
        "The transpose of a correlation lays down the kernel at every pixel as it is written, times the pixel. The "
        "convolution over an image with gaps, which is the other way to compute it, needs the kernel turned by 180 "
        "degrees; leaving that out computes something else.",
        "Turn the kernel along both axes.",
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
        "Always name the padding.",
        {"x": THREE, "k": TAPS},
    ),
    Question(
        "transposed.same",
        "Which pixels does the padding same of a transposed convolution with stride 2 cut off?",
        {**SAME, REFUSES: REFUSES},
        "The result must be stride times as large as the image, so one of the five pixels that the kernel reaches "
        "is cut off. The convolution that is transposed pads at the end, so the pixel at the end goes.",
        "Leave the padding out and crop by slicing.",
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
        "Several sizes have the same image under a convolution with a stride, so the transposed one has to choose: "
        "the smallest, or one with the gaps filled up at the end. The pixels that are filled in are zero.",
        "Pad or crop the end, or name the output padding.",
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
        "A crop of p is an image padded with dilation*(k-1) - p.",
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
        "Output padding makes the result larger at one end. It is not filled with zeros: it uncovers pixels that the "
        "padding has cropped.",
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
        "The transpose of a causal convolution crops on one side. A call with one number for each axis cannot say it.",
        "Leave the padding out and crop by slicing.",
        {"x": THREE, "k": TAPS},
    ),
    Question(
        "transposed.groups",
        "Is there a grouped transposed convolution?",
        {"works": CHANNELS * WEIGHTS, REFUSES: REFUSES},
        "Upsampling each channel by itself needs one group per channel. Frameworks that group convolutions do not "
        "all group transposed ones.",
        "Split the channels, transpose each part, and join the results.",
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
        "The stride spreads the image, the dilation spreads the kernel. Nothing in the definition forbids both.",
        "Put zeros between the taps of the kernel and leave the dilation out.",
        {"x": TWO, "k": PAIR},
    ),
]
