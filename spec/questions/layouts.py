"""Layouts: which axis of an image holds the channels, and what the axes of a kernel are.

What the probes get and return. The probe passes x (1, 2, 2, 2) on unchanged, in whatever layout the call reads it. The
kernel is all ones, 1x1, for two input channels and one output channel, in the framework's kernel layout:

layout.default  x (1, 2, 2, 2) -> y reshaped to (2, 2): the default call, function and layer
layout.channels-last  x (1, 2, 2, 2) -> y reshaped to (2, 2): with the documented argument for NHWC; where there is
    none, data_format="NHWC" is tried
layout.channels-first  x (1, 2, 2, 2) -> y reshaped to (2, 2): the same for NCHW
layout.transposed.channels-last, layout.transposed.channels-first  the same for the transposed convolution
layout.noticed  x (3, 4, 4) -> y (12,): x is (C, H, W), put by the probe into the layout that is not the call's
    default, with a batch axis; a 1x1 kernel of ones for 3 channels (a layer that asks for no input channels makes its
    own, of ones), one output channel
layout.pool  x (1, 4, 4, 4) -> y as it comes: max pooling, window 2, stride 2, default layout
layout.pool.channels-last, layout.pool.channels-first  x (1, 4, 4, 4) -> y as it comes: with the argument for it
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
from spec.questions.predictions import conv, counted, f32
from spec.questions.question import REFUSES, Question, works

CUBE = (2.0 ** np.arange(8)).astype(np.float32).reshape(1, 2, 2, 2)
IMAGE = counted(1, 4, 4, 4)
PIXELS = f32([[[1, 3], [2, 7]], [[5, 4], [11, 6]]])
KERNELS = counted(2, 2, 2, 2)
CHANNELS = f32([1, 10])
PLAIN = {"stride": (1, 1), "padding": "valid", "dilation": (1, 1)}
X3 = counted(3, 3)
K2 = counted(2, 2)
PAIRS = f32([[[1, 2], [3, 5]]])
POOL = {"kernel_size": (2, 2), "stride": (2, 2), "padding": "valid", "dilation": (1, 1), "ceil_mode": False}

FIRST, LAST = CUBE.sum(1).reshape(2, 2), CUBE.sum(3).reshape(2, 2)
POOLED_FIRST = max_pool2d.reference(IMAGE, **POOL)
POOLED_LAST = convert(max_pool2d.reference(convert(IMAGE, "NHWC", "NCHW"), **POOL), "NCHW", "NHWC")
CHEQUERS = counted(3, 4, 4)
BRIDGE = "Transpose the image before and after: (0, 2, 3, 1) makes NHWC of NCHW, (0, 3, 1, 2) goes back."


def scattered(layout: str, flip: bool) -> np.ndarray:
    """The kernel KERNELS, read in `layout`, scattered from one pixel with the channels CHANNELS."""
    kernel = convert(KERNELS, layout, "IOHW")
    kernel = kernel[..., ::-1, ::-1] if flip else kernel
    x = CHANNELS.reshape(1, 2, 1, 1)
    return conv_transpose2d.reference(x, kernel, **PLAIN, output_padding=(0, 0), groups=1)[0]


def both_layouts(id: str, call: str, x: np.ndarray, nchw: np.ndarray, nhwc: np.ndarray, text: str) -> list[Question]:
    """Two questions: does `call` take NHWC, does it take NCHW? The layout works, or is ignored, or is refused.

    `nchw` and `nhwc` are the results for the image x in each layout, `text` is the explanation.
    """
    results = {"NHWC": nhwc, "NCHW": nchw}
    found = []
    for name, layout, other in (("channels-last", "NHWC", "NCHW"), ("channels-first", "NCHW", "NHWC")):
        hypotheses = {**works(results[layout]), f"ignored: {other} is computed": results[other]}
        question = f"What happens on this device when {call} is asked for {layout}?"
        found.append(Question(f"{id}.{name}", question, hypotheses, text, BRIDGE, {"x": x}))
    return found


QUESTIONS = [
    Question(
        "layout.default",
        "Which axis of an image does a convolution take for the channels by default?",
        {"NCHW": FIRST, "NHWC": LAST},
        "Images in a batch have four axes: N counts the images, C the channels, H the rows, W the columns. NCHW puts "
        "the channels before the rows and columns, NHWC after them, and an array does not tell which of the two it is.",
        BRIDGE,
        {"x": CUBE},
    ),
    *both_layouts(
        "layout",
        "a convolution",
        CUBE,
        FIRST,
        LAST,
        "Many calls have an argument for the layout, but a device may lack the code for a layout: what runs on a GPU "
        "may be refused on a CPU. The answer can even depend on the dtype and on the libraries that the framework was "
        "built with. PyTorch has no such argument: its memory format moves the numbers in memory and leaves the axes "
        "as they are.",
    ),
    *both_layouts(
        "layout.transposed",
        "a transposed convolution",
        CUBE,
        FIRST,
        LAST,
        "The transposed convolution is an operator of its own, with its own code for each device. A layout that the "
        "convolution takes may be refused here.",
    ),
    Question(
        "layout.noticed",
        "Does a convolution for three channels notice an image in the other layout?",
        {
            REFUSES: REFUSES,
            "no: rows are taken for channels": CHEQUERS.sum(1).T.ravel(),
            "no: columns are taken for channels": CHEQUERS.sum(2).ravel(),
        },
        "A call that knows the number of channels refuses most images in the wrong layout, because their number is "
        "different. A layer that takes the number from its first image accepts any layout, and learns from wrong "
        "images.",
        "Name the number of input channels where the layer lets you, or compare the shapes before the first call.",
        {"x": CHEQUERS},
    ),
    Question(
        "layout.pool",
        "Which axes of an image does pooling take for rows and columns by default?",
        {"NCHW": POOLED_FIRST, "NHWC": POOLED_LAST},
        "Pooling has no weights, so no shape can contradict the image and a wrong layout is not noticed. It then "
        "halves the channels and one of the image axes.",
        BRIDGE,
        {"x": IMAGE},
    ),
    *both_layouts(
        "layout.pool",
        "pooling",
        IMAGE,
        POOLED_FIRST,
        POOLED_LAST,
        "Pooling may take a layout that the convolution of the same framework refuses, or refuse one that it takes. "
        "Whoever moves a network to another layout must try each layer.",
    ),
    Question(
        "layout.unbatched",
        "Does a convolution take a single image, without a batch axis?",
        works(conv(X3, K2)),
        "Some calls take one image with three axes, others need four. An operator that does not count the axes "
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
        "Weights for another framework must be transposed. Untransposed weights whose sizes fit "
        "compute something else, without any error.",
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
        "What is the shape of a depthwise convolution's kernel, for 3 input and 6 output channels and a kernel (4, 5)?",
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
        "With M outputs for each channel, either all outputs of the first channel come first, or the first output of "
        "every channel. Both orders have the same shape, so a wrong one is not noticed.",
        "Where two frameworks differ, reshape the outputs to (C, M), transpose, and flatten again.",
        {"x": CHANNELS, "w": f32([1, 2, 3, 4])},
    ),
    Question(
        "layout.flatten",
        "In which order does flatten write an image that is in the framework's own layout?",
        {
            "channels, rows, columns": flatten.reference(PIXELS[None], layout="NCHW")[0],
            "rows, columns, channels": flatten.reference(convert(PIXELS[None], "NCHW", "NHWC"), layout="NHWC")[0],
        },
        "Flatten keeps the order of the axes, so its result depends on the layout. The weights of the dense layer "
        "after it depend on that order: without a permutation they are multiplied with the wrong pixels.",
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
        "A dense layer is made for vectors. Given an array of more axes, it can work on the last axis, once for each "
        "place along the others, or flatten everything but the batch.",
        "Put a flatten layer before the dense layer; MXNet's flatten=False keeps the other axes.",
        {"x": PAIRS},
    ),
]
