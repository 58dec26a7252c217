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

from spec.questions.question import Question, in_words


@dataclasses.dataclass(frozen=True)
class Argument:
    """The names that an argument may have (one string, with blanks between them), and the texts of its question.

    `together` holds answers of two names, for calls that have both.
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
        "A wrong name is refused, which is harmless; another default would not be noticed.",
    ),
    "padding": Argument(
        "padding pad",
        "What is the padding called?",
        "Padding puts pixels around the image before the kernel moves over it. The name is the smallest difference; "
        "the values that it takes (a word, a number, a pair for each axis) differ more.",
    ),
    "dilation": Argument(
        "dilation dilations dilation_rate rhs_dilation kernel_dilation dilate",
        "What is the dilation called?",
        "The dilation is the distance between neighbouring taps of the kernel: 2 skips one pixel between them. Some "
        "calls have a dilation of the image too (lhs_dilation, input_dilation), which puts zeros between its pixels.",
    ),
    "groups": Argument(
        "groups feature_group_count num_group",
        "What is the number of groups called?",
        "Groups divide the channels into parts that are convolved separately; as many groups as channels make a "
        "depthwise convolution. A call without such an argument may still make groups, from the shapes of image and "
        "kernel.",
        "Rename the argument; where there is none, the shape of the kernel decides.",
    ),
    "layout": Argument(
        "data_format dimension_numbers layout",
        "What is the layout called?",
        "The layout says which axis of an image holds the channels. A call without such an argument has one layout "
        "and reads every image in it.",
        "Rename the argument; where there is none, transpose the image before and after.",
    ),
    "bias": Argument(
        "bias use_bias no_bias",
        "What is the bias called?",
        "The bias is one number for each output channel, added to the result. A function takes these numbers, or its "
        "user adds them; a layer has a switch for them.",
        "Rename the argument; where there is none, add the bias to the result.",
        together=("bias no_bias",),
    ),
    "kernel": Argument(
        "weight weights kernel filter filters rhs kernel_size",
        "What is the kernel called in the function, and its size in the layer?",
        "The learned numbers are called weight, kernel or filters. In a layer, kernel may be the name of the "
        "parameter, and kernel_size the name of an argument.",
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
        "Pooling has no weights, only a window over which it takes the maximum or the mean. Some calls use the name "
        "of a convolution's kernel for it, others a word of its own.",
    ),
    "output-padding": Argument(
        "output_padding adj output_shape target_shape",
        "How is the size of a transposed convolution's result chosen?",
        "With a stride, a convolution makes images of several sizes equally large, so the way back is not unique. The "
        "size is chosen by a few more pixels (output_padding, adj) or given as it is (output_shape, target_shape).",
        "Output padding is the wanted size minus the smallest one; where there is neither argument, pad or crop the "
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
        in_words(*one.candidates.split(), *one.together, "none"),
        one.explanation,
        one.bridge,
    )
    for name, one in ARGUMENTS.items()
]
