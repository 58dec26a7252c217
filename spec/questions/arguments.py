"""How the arguments of the calls are spelled.

The probes get nothing and return `spelled("stride", names)`. The names are those of the arguments of the function or of
the layer, read from the framework's own signature or docstring:

arguments.stride, arguments.padding, arguments.dilation, arguments.groups, arguments.layout, arguments.bias  the
    convolution
arguments.kernel  the convolution: the function's weights, the layer's kernel size
arguments.inputs, arguments.outputs  the layer alone
arguments.window  max pooling
arguments.output-padding  the transposed convolution
"""

import dataclasses
from collections.abc import Iterable

from spec.questions.question import Question


@dataclasses.dataclass(frozen=True)
class Argument:
    """The names that an argument may have (one string, blanks between), and what `Question` says of it.

    `together` are answers of two names, where one call has both.
    """

    candidates: str
    text: str
    explanation: str
    bridge: str = "Rename the argument."
    together: tuple[str, ...] = ()


ARGUMENTS = {
    "stride": Argument(
        "stride strides window_strides",
        "What is the stride called?",
        "The stride is how far the kernel moves from one output pixel to the next: one number, or one for each axis. "
        "Under another name it is refused, which is the harmless case; another default would go unnoticed.",
    ),
    "padding": Argument(
        "padding pad",
        "What is the padding called?",
        "Padding puts pixels around the image before the kernel moves over it. The name is the smallest difference: "
        "what may be given (a word, a number, a pair for each axis) differs more.",
    ),
    "dilation": Argument(
        "dilation dilations dilation_rate rhs_dilation kernel_dilation dilate",
        "What is the dilation called?",
        "The dilation is the distance between neighbouring taps of the kernel: 2 leaves out one pixel between them. "
        "Where the image has a dilation too (lhs_dilation, input_dilation), that one puts zeros between its pixels.",
    ),
    "groups": Argument(
        "groups feature_group_count num_group",
        "What is the number of groups called?",
        "Groups divide the channels into parts that are convolved separately; as many groups as channels make a "
        "depthwise convolution. A call without such an argument may still group, by the shapes of image and kernel.",
        "Rename the argument; where there is none, the shape of the kernel says it.",
    ),
    "layout": Argument(
        "data_format dimension_numbers layout",
        "What is the layout called?",
        "The layout says which axis of an image holds the channels. A call without such an argument knows one layout "
        "and takes every image for it.",
        "Rename the argument; where there is none, transpose the image before and after.",
    ),
    "bias": Argument(
        "bias use_bias no_bias",
        "What is the bias called?",
        "The bias is one number for each output channel, added to the result. A function takes the numbers, or leaves "
        "the adding to its user; a layer has a switch for them.",
        "Rename the argument; where there is none, add the bias to the result.",
        together=("bias no_bias",),
    ),
    "kernel": Argument(
        "weight weights kernel filter filters rhs kernel_size",
        "What is the kernel called in the function, and its size in the layer?",
        "The learned numbers are called weight, kernel or filters. In a layer the word kernel may be the name of the "
        "parameter and kernel_size that of an argument.",
        together=("weight kernel",),
    ),
    "inputs": Argument(
        "in_channels in_features",
        "What is the number of input channels called in the layer?",
        "A layer needs the number of input channels to make its weights. Without such an argument it waits for the "
        "first image and takes the number from there.",
        "Rename the argument, or leave it out where there is none.",
    ),
    "outputs": Argument(
        "out_channels filters out_features features channels",
        "What is the number of output channels called in the layer?",
        "A layer must know how many kernels it learns. In TensorFlow the word filters is this number in the layer, "
        "and the kernels themselves in the function.",
    ),
    "window": Argument(
        "kernel_size ksize pool_size window_dimensions window_shape kernel",
        "What is the size of the window called in max pooling?",
        "Pooling has no weights, only a window over which it takes the maximum or the mean. Some calls name it like "
        "the kernel of a convolution, others by a word of its own.",
    ),
    "output-padding": Argument(
        "output_padding adj output_shape target_shape",
        "How is the size of a transposed convolution's result chosen?",
        "With a stride, images of several sizes are convolved to the same size, so the way back is open. It is chosen "
        "by a few more pixels (output_padding, adj) or by naming the size (output_shape, target_shape).",
        "Output padding is the wanted size less the smallest one; where there is neither argument, pad or crop the "
        "end.",
        together=("adj target_shape",),
    ),
}


def spelled(argument: str, names: Iterable[str]) -> str:
    """How an argument is called: those of its candidates that are among the names of a call's arguments, or "none"."""
    known = set(names)
    return " ".join(name for name in ARGUMENTS[argument].candidates.split() if name in known) or "none"


QUESTIONS = [
    Question(
        f"arguments.{name}",
        one.text,
        {words: words for words in [*one.candidates.split(), *one.together, "none"]},
        one.explanation,
        one.bridge,
    )
    for name, one in ARGUMENTS.items()
]
