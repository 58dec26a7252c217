"""Layouts: which axis of an image is the channels, and what the axes of a kernel are.

What the probes get and return. x (1, 2, 2, 2) is handed on as it is, whatever its axes are taken for; the kernel
that goes with it is all ones, 1x1, for two input channels and one output channel, in the framework's kernel layout:

layout.default  x (1, 2, 2, 2) -> y reshaped to (2, 2): the default call, function and layer
layout.channels-last  x (1, 2, 2, 2) -> y reshaped to (2, 2): NHWC asked for as documented; where there is no such
    argument, data_format="NHWC" is what one tries
layout.channels-first  x (1, 2, 2, 2) -> y reshaped to (2, 2): NCHW asked for in the same way
layout.transposed.channels-last, layout.transposed.channels-first  the same for the transposed convolution
layout.noticed  x (3, 4, 4) -> y (12,): x is (C, H, W), put by the probe into the layout that is not the call's
    default, with a batch axis; a 1x1 kernel of ones for 3 channels (a layer that asks for no input channels makes its
    own, of ones), one output channel
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
layout.dense.axes  x (1, 2, 2) -> y as it comes: a dense layer (or function) with one output, without bias, its
    weights all ones, as many as it needs
"""

import numpy as np

from spec.layouts import KERNEL, TRANSPOSED_KERNEL, convert
from spec.ops import conv2d, conv_transpose2d, flatten, max_pool2d
from spec.questions.predictions import conv, f32
from spec.questions.question import REFUSES, Question

CUBE = (2.0 ** np.arange(8)).astype(np.float32).reshape(1, 2, 2, 2)
IMAGE = np.arange(64, dtype=np.float32).reshape(1, 4, 4, 4)
PIXELS = f32([[[1, 3], [2, 7]], [[5, 4], [11, 6]]])
KERNELS = np.arange(16, dtype=np.float32).reshape(2, 2, 2, 2)
CHANNELS = f32([1, 10])
PLAIN = {"stride": (1, 1), "padding": "valid", "dilation": (1, 1)}
X3 = np.arange(9, dtype=np.float32).reshape(3, 3)
K2 = np.arange(4, dtype=np.float32).reshape(2, 2)
PAIRS = f32([[[1, 2], [3, 5]]])
POOL = {"kernel_size": (2, 2), "stride": (2, 2), "padding": "valid", "dilation": (1, 1), "ceil_mode": False}

FIRST, LAST = CUBE.sum(1).reshape(2, 2), CUBE.sum(3).reshape(2, 2)
POOLED_FIRST = max_pool2d.reference(IMAGE, **POOL)
POOLED_LAST = convert(max_pool2d.reference(convert(IMAGE, "NHWC", "NCHW"), **POOL), "NCHW", "NHWC")
CHEQUERS = np.arange(48, dtype=np.float32).reshape(3, 4, 4)
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
        "Images in a batch have four axes: N counts the images, C the channels, H the rows, W the columns. NCHW puts "
        "the channels before rows and columns, NHWC after them, and no array says which of the two it is.",
        BRIDGE,
        {"x": CUBE},
    ),
    Question(
        "layout.channels-last",
        "What happens on this device when a convolution is asked for NHWC?",
        asked("NCHW", LAST, FIRST),
        "Many calls have an argument for the layout, but not every device has code for every layout: what runs on a "
        "GPU may be refused on a CPU. Where there is no such argument the call refuses its name; PyTorch's memory "
        "format moves the numbers in memory and leaves the axes as they are.",
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
        "layout.transposed.channels-last",
        "What happens on this device when a transposed convolution is asked for NHWC?",
        asked("NCHW", LAST, FIRST),
        "The transposed convolution is an operator of its own, with code of its own for each device. That the "
        "convolution takes a layout says nothing about it.",
        BRIDGE,
        {"x": CUBE},
    ),
    Question(
        "layout.transposed.channels-first",
        "What happens on this device when a transposed convolution is asked for NCHW?",
        asked("NHWC", FIRST, LAST),
        "The transposed convolution is an operator of its own, with code of its own for each device. That the "
        "convolution takes a layout says nothing about it.",
        BRIDGE,
        {"x": CUBE},
    ),
    Question(
        "layout.noticed",
        "Does a convolution for three channels notice an image in the other layout?",
        {
            REFUSES: REFUSES,
            "no: rows are taken for channels": CHEQUERS.sum(1).T.ravel(),
            "no: columns are taken for channels": CHEQUERS.sum(2).ravel(),
        },
        "Where the number of channels is known beforehand, an image in the wrong layout mostly has another one and is "
        "refused. A layer that takes the number from the first image it sees believes any layout, and learns on.",
        "Name the number of input channels where the layer lets you, or compare the shapes before the first call.",
        {"x": CHEQUERS},
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
        "Some calls take three axes for one image, others insist on four. An operator that does not count the axes "
        "before it uses them can end the whole process (crashed) instead of raising an error.",
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
        "Weights that are carried to another framework must be transposed; if they are not, and the sizes fit, they "
        "compute something else without any error.",
        "w.transpose(2, 3, 1, 0) makes HWIO of OIHW, w.transpose(3, 2, 0, 1) goes back.",
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
        "Call I what goes in and O what comes out, and transpose by these letters; turn the kernel, "
        "w[::-1, ::-1] in HWIO, where it is turned.",
        {"x": CHANNELS, "w": KERNELS},
    ),
    Question(
        "layout.kernel.depthwise",
        "Which shape has the kernel of a depthwise convolution, for 3 input and 6 output channels and a kernel (4, 5)?",
        {"C*M, 1, H, W": "(6, 1, 4, 5)", "H, W, C, M": "(4, 5, 3, 2)", "H, W, 1, C*M": "(4, 5, 1, 6)"},
        "A depthwise convolution gives each of its C channels M kernels of its own (M is the channel multiplier). "
        "Either it is a convolution with C groups, whose kernel has one input channel and C*M output channels, or it "
        "is a call of its own, whose kernel has the axes C and M.",
        "Reshape (C, M) to (C*M) and back: the outputs of one channel lie side by side.",
    ),
    Question(
        "layout.depthwise.order",
        "In which order come the output channels of a depthwise convolution with several outputs per channel?",
        {"channel by channel": f32([1, 2, 30, 40]), "multiplier by multiplier": f32([1, 20, 3, 40])},
        "With M outputs for each channel either all outputs of the first channel come first, or the first output of "
        "every channel. The sizes do not tell, so a wrong order is not noticed.",
        "Nothing to bridge while all agree; else reshape the outputs to (C, M), transpose, and flatten again.",
        {"x": CHANNELS, "w": f32([1, 2, 3, 4])},
    ),
    Question(
        "layout.flatten",
        "In which order does flatten lay out an image in the framework's own layout?",
        {
            "channels, rows, columns": flatten.reference(PIXELS[None], layout="NCHW")[0],
            "rows, columns, channels": flatten.reference(convert(PIXELS[None], "NCHW", "NHWC"), layout="NHWC")[0],
        },
        "Flatten keeps the order of the axes, so its result depends on the layout. The dense weights that follow are "
        "tied to that order: carried over as they are, they meet the wrong pixels.",
        "Permute the dense weights too. From (outputs, C*H*W) to (H*W*C, outputs): "
        "w.reshape(-1, C, H, W).transpose(2, 3, 1, 0).reshape(H * W * C, -1).",
        {"x": PIXELS},
    ),
    Question(
        "layout.dense",
        "What are the axes of a dense layer's weights?",
        {"(inputs, outputs)": CHANNELS @ K2, "(outputs, inputs)": K2 @ CHANNELS},
        "A dense layer multiplies a vector with a matrix. The matrix is stored with the inputs as rows or with the "
        "outputs as rows, and a square one is accepted either way without any error.",
        "Transpose the matrix: w.T.",
        {"x": CHANNELS, "w": K2},
    ),
    Question(
        "layout.dense.axes",
        "What does a dense layer do with an image?",
        {"works on the last axis": PAIRS.sum(-1, keepdims=True), "flattens it": PAIRS.sum().reshape(1, 1)},
        "A dense layer is made for vectors. Given an array of more axes it can take the last axis for the vector and "
        "repeat itself along the others, or flatten everything but the batch.",
        "Flatten by a layer of its own before the dense one; MXNet's flatten=False leaves the other axes.",
        {"x": PAIRS},
    ),
]
