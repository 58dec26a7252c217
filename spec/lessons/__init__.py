"""The lessons, a file for each, in the order in which they are read."""

import functools
import importlib

from spec.lessons.lesson import Lesson

ORDER = ("same_with_stride",)  # the modules


@functools.cache
def lessons() -> dict[str, Lesson]:
    """All lessons by name."""
    found = [importlib.import_module(f"spec.lessons.{module}").LESSON for module in ORDER]
    return {lesson.name: lesson for lesson in found}
