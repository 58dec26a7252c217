"""Layouts: which axis of an image is the channels, and what the axes of a kernel are.

What the probes get and return. x (1, 2, 2, 2) is handed on as it is, whatever its axes are taken for; the kernel
that goes with it is all ones, 1x1, for two input channels and one output channel, in the framework's kernel layout:

layout.default  x (1, 2, 2, 2) -> y reshaped to (2, 2): the default call, function and layer
layout.channels-last  x (1, 2, 2, 2) -> y reshaped to (2, 2): NHWC asked for as documented; where there is no such
    argument, data_format="NHWC" is what one tries
layout.channels-first  x (1, 2, 2, 2) -> y reshaped to (2, 2): NCHW asked for in the same way
layout.pool  x (1, 4, 4, 4) -> y as it comes: max pooling, window 2, stride 2, default layout
layout.pool.channels-last, layout.pool.channels-first  x (1, 4, 4, 4) -> y as it comes: the layout asked for
layout.unbatched  x (3, 3), k (2, 2) -> y (2, 2): the image gets its channel axis, but no batch axis
layout.kernel  x (2, 2, 2), w (2, 2, 2, 2) -> y (2,): x is (C, H, W), put into the framework's image layout by the
    probe; w is handed on as it is; the one pixel of the result, by output channel. Function; layer (w loaded into it)
layout.kernel.transposed  x (2,), w (2, 2, 2, 2) -> y (2, 2, 2) as (O, H, W): an image of one pixel with the two
    channels x; transposed convolution, stride 1, uncropped ("VALID")
layout.kernel.depthwise  -> word: str of the shape of the kernel (a tuple of int) of a depthwise layer with 3 input
    channels, 6 output channels, kernel (4, 5)
layout.depthwise.order  x (2,), w (4,) -> y (4,): one pixel, two channels x; depthwise with a 1x1 kernel and two
    outputs per channel; w reshaped to the kernel's own shape
layout.flatten  x (2, 2, 2) -> y (8,): x is (C, H, W), put into the framework's image layout by the probe, with a
    batch axis; then its flatten
layout.dense  x (2,), w (2, 2) -> y (2,): a dense layer (or function) with the weights w as they are
"""

import numpy as np

from spec.layouts import KERNEL, TRANSPOSED_KERNEL, convert
from spec.ops import conv2d, conv_transpose2d, flatten, max_pool2d
from spec.questions.core import REFUSES, Question
from spec.questions.truth import conv, f32

CUBE = (2.0 ** np.arange(8)).astype(np.float32).reshape(1, 2, 2, 2)
IMAGE = np.arange(64, dtype=np.float32).reshape(1, 4, 4, 4)
PIXELS = f32([[[1, 3], [2, 7]], [[5, 4], [11, 6]]])
KERNELS = np.arange(16, dtype=np.float32).reshape(2, 2, 2, 2)
CHANNELS = f32([1, 10])
PLAIN = {"stride": (1, 1), "padding": "valid", "dilation": (1, 1)}
X3 = np.arange(9, dtype=np.float32).reshape(3, 3)
K2 = np.arange(4, dtype=np.float32).reshape(2, 2)
POOL = {"kernel_size": (2, 2), "stride": (2, 2), "padding": "valid", "dilation": (1, 1), "ceil_mode": False}

FIRST, LAST = CUBE.sum(1).reshape(2, 2), CUBE.sum(3).reshape(2, 2)
POOLED_FIRST = max_pool2d.reference(IMAGE, **POOL)
POOLED_LAST = convert(max_pool2d.reference(convert(IMAGE, "NHWC", "NCHW"), **POOL), "NCHW", "NHWC")
BRIDGE = "Transpose the image before and after: (0, 2, 3, 1) makes NHWC of NCHW, (0, 3, 1, 2) goes back."


def scattered(layout: str, flip: bool) -> np.ndarray:
    """The kernel KERNELS, read in `layout`, scattered from one pixel with the channels CHANNELS."""
    kernel = convert(KERNELS, layout, "IOHW")
    kernel = kernel[..., ::-1, ::-1] if flip else kernel
    x = CHANNELS.reshape(1, 2, 1, 1)
    return conv_transpose2d.reference(x, kernel, **PLAIN, output_padding=(0, 0), groups=1)[0]


def asked(kind: str, works: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray | str]:
    """What may become of a layout that is asked for: it works, it is ignored, or it is refused."""
    return {"works": works, f"ignored: {kind} is computed": other, REFUSES: REFUSES}


QUESTIONS = [
    Question(
        "layout.default",
        "Which axis of an image does a convolution take for the channels by default?",
        {"NCHW": FIRST, "NHWC": LAST},
        "An image in a batch has four axes. NCHW puts the channels before rows and columns, NHWC after them. "
        "An image in the wrong layout is refused only if its sizes do not happen to fit.",
        BRIDGE,
        {"x": CUBE},
    ),
    Question(
        "layout.channels-last",
        "What happens on this device when a convolution is asked for NHWC?",
        asked("NCHW", LAST, FIRST),
        "Many calls have an argument for the layout, but not every device has code for every layout. What runs on "
        "a GPU may be refused on a CPU.",
        BRIDGE,
        {"x": CUBE},
    ),
    Question(
        "layout.channels-first",
        "What happens on this device when a convolution is asked for NCHW?",
        asked("NHWC", FIRST, LAST),
        "Many calls have an argument for the layout, but not every device has code for every layout. The answer can "
        "even depend on the dtype and on the library that the framework was built with.",
        BRIDGE,
        {"x": CUBE},
    ),
    Question(
        "layout.pool",
        "Which axes of an image does pooling take for rows and columns by default?",
        {"NCHW": POOLED_FIRST, "NHWC": POOLED_LAST},
        "Pooling has no weights whose shape could contradict the image, so it cannot notice a wrong layout. It then "
        "halves the channels and one of the image axes.",
        BRIDGE,
        {"x": IMAGE},
    ),
    Question(
        "layout.pool.channels-last",
        "What happens on this device when pooling is asked for NHWC?",
        asked("NCHW", POOLED_LAST, POOLED_FIRST),
        "Pooling may know a layout that the convolution of the same framework refuses, and the other way round. A "
        "network that is moved to another layout must be tried layer by layer.",
        BRIDGE,
        {"x": IMAGE},
    ),
    Question(
        "layout.pool.channels-first",
        "What happens on this device when pooling is asked for NCHW?",
        asked("NHWC", POOLED_FIRST, POOLED_LAST),
        "Pooling may know a layout that the convolution of the same framework refuses, and the other way round. A "
        "network that is moved to another layout must be tried layer by layer.",
        BRIDGE,
        {"x": IMAGE},
    ),
    Question(
        "layout.unbatched",
        "Does a convolution take a single image, without a batch axis?",
        {"works": conv(X3, K2), REFUSES: REFUSES},
        "Some calls take three axes for one image, others insist on four. At least one ends the whole process "
        "instead of raising an error.",
        "Add a batch axis of one and take it off again.",
        {"x": X3, "k": K2},
    ),
    Question(
        "layout.kernel",
        "What are the axes of a convolution's kernel?",
        {
            layout: conv2d.reference(PIXELS[None], convert(KERNELS, layout, "OIHW"), **PLAIN, groups=1).ravel()
            for layout in KERNEL
        },
        "O counts the output channels, I the input channels, H and W are the rows and columns of the kernel. "
        "Weights that are carried from one framework to another must be transposed, or they compute something else "
        "without any error wherever the sizes fit.",
        "OIHW to HWIO is the transposition (2, 3, 1, 0), the way back (3, 2, 0, 1).",
        {"x": PIXELS, "w": KERNELS},
    ),
    Question(
        "layout.kernel.transposed",
        "What are the axes of a transposed convolution's kernel, where I counts the channels that go in?",
        {
            f"{layout}{', turned' if flip else ''}": scattered(layout, flip)
            for layout in (*TRANSPOSED_KERNEL, "OIHW", "IHWO")
            for flip in (False, True)
        },
        "A transposed convolution takes the kernel of the convolution that it transposes, whose output channels are "
        "its own input channels. So the two channel axes change places, in some frameworks but not in all.",
        "Name I and O by what goes in and what comes out, then transpose by name.",
        {"x": CHANNELS, "w": KERNELS},
    ),
    Question(
        "layout.kernel.depthwise",
        "Which shape has the kernel of a depthwise convolution, for 3 input and 6 output channels and a kernel (4, 5)?",
        {"C*M, 1, H, W": "(6, 1, 4, 5)", "H, W, C, M": "(4, 5, 3, 2)", "H, W, 1, C*M": "(4, 5, 1, 6)"},
        "A depthwise convolution gives each of its C channels M kernels of its own (M is the channel multiplier). "
        "Either it is a convolution with C groups and its kernel has that shape, or it has a kernel with both C and M.",
        "Reshape between (C, M) and (C*M): the outputs of one channel lie side by side.",
    ),
    Question(
        "layout.depthwise.order",
        "In which order come the output channels of a depthwise convolution with several outputs per channel?",
        {"channel by channel": f32([1, 2, 30, 40]), "multiplier by multiplier": f32([1, 20, 3, 40])},
        "With M outputs for each channel either all outputs of the first channel come first, or the first output of "
        "all channels. Sizes alone do not tell, so a wrong order is not noticed.",
        "Reshape the outputs to (C, M), transpose, and flatten again.",
        {"x": CHANNELS, "w": f32([1, 2, 3, 4])},
    ),
    Question(
        "layout.flatten",
        "In which order does flatten lay out an image in the framework's own layout?",
        {
            "channels, rows, columns": flatten.reference(PIXELS[None], layout="NCHW")[0],
            "rows, columns, channels": flatten.reference(convert(PIXELS[None], "NCHW", "NHWC"), layout="NHWC")[0],
        },
        "Flatten keeps the order in memory, so its result depends on the layout. The dense weights that follow are "
        "tied to that order: carried over as they are, they meet the wrong pixels.",
        "Permute the dense weights as well: reshape their inputs to (C, H, W), transpose to (H, W, C), flatten.",
        {"x": PIXELS},
    ),
    Question(
        "layout.dense",
        "What are the axes of a dense layer's weights?",
        {"(inputs, outputs)": CHANNELS @ K2, "(outputs, inputs)": K2 @ CHANNELS},
        "A dense layer computes x W with W (inputs, outputs), or x W^T with W (outputs, inputs). A square matrix in "
        "the wrong order is accepted without any error.",
        "Transpose the matrix.",
        {"x": CHANNELS, "w": K2},
    ),
]
