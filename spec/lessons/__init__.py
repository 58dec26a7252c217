"""The lessons, a file for each, in the order in which they are read."""

import functools
import importlib

from spec.lessons.lesson import Lesson

ORDER = (  # the modules
    "correlation_or_convolution",
    "layer_and_bias",
    "learned_kernel",
    "channels",
    "padding_modes",
    "same_with_stride",
    "stride_and_dilation",
    "pooling",
    "transposed_convolution",
    "upsampling",
    "flatten_and_dense",
    "gradients",
    "lenet5",
    "floating_point",
    "layouts_and_memory",
)


@functools.cache
def lessons() -> dict[str, Lesson]:
    """All lessons by name."""
    found = [importlib.import_module(f"spec.lessons.{module}").LESSON for module in ORDER]
    return {lesson.name: lesson for lesson in found}
