"""The lessons, a file for each, in the order in which they are read."""

import functools
import importlib

from spec.lessons.lesson import Lesson

ORDER = (  # the modules
    "correlation_or_convolution",
    "same_with_stride",
    "stride_and_dilation",
    "pooling",
    "transposed_convolution",
    "upsampling",
)


@functools.cache
def lessons() -> dict[str, Lesson]:
    """All lessons by name."""
    found = [importlib.import_module(f"spec.lessons.{module}").LESSON for module in ORDER]
    return {lesson.name: lesson for lesson in found}
