"""How the arguments of a convolution are spelled.

The probes get nothing and return `spec.questions.words.spelled(CANDIDATES[...], names of the parameters)`, the names
read from the framework's own signature or docstring, for the function and for the layer:

arguments.stride, arguments.dilation, arguments.groups, arguments.kernel, arguments.outputs
    (arguments.kernel: the function's weights, the layer's kernel size; arguments.outputs: the layer alone)
"""

from spec.questions.core import Question

CANDIDATES = {
    "stride": "stride strides window_strides",
    "dilation": "dilation dilations dilation_rate rhs_dilation kernel_dilation dilate",
    "groups": "groups feature_group_count num_group",
    "kernel": "weight weights kernel filter filters rhs kernel_size",
    "outputs": "out_channels filters out_features features channels",
}
BOTH = {"kernel": ("weight kernel",)}  # where the numbers and their size are two arguments of one call
TEXTS = {
    "stride": "What is the stride called?",
    "dilation": "What is the dilation called?",
    "groups": "What is the number of groups called?",
    "kernel": "What is the kernel called in the function, and its size in the layer?",
    "outputs": "What is the number of output channels called in the layer?",
}
EXPLANATIONS = {
    "stride": "One number or a pair, the singular or the plural: a call copied from another framework mostly fails on "
    "the name alone. That is the harmless case.",
    "dilation": "The same idea has six names. Where dilations exist for the image too (lhs_dilation, input_dilation), "
    "they make the transposed convolution.",
    "groups": "A depthwise convolution is one with as many groups as channels. A call without such an argument may "
    "still group, by the shapes of image and kernel.",
    "kernel": "The learned numbers are called weight, kernel or filters. In a layer the word kernel may be the name of "
    "the parameter and kernel_size that of an argument.",
    "outputs": "A layer must know how many kernels it learns. filters, in one framework the number of kernels, is in "
    "another call of the same framework the kernels themselves.",
}

QUESTIONS = [
    Question(
        f"arguments.{name}",
        TEXTS[name],
        {words: words for words in [*candidates.split(), *BOTH.get(name, ()), "none"]},
        EXPLANATIONS[name],
        "Rename the argument.",
    )
    for name, candidates in CANDIDATES.items()
]
