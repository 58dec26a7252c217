"""The questions about conventions, a module for each subject."""

import functools
import importlib
import pkgutil

from spec.questions.core import Question

HELPERS = ("core", "truth", "words")  # modules without questions


@functools.cache
def questions() -> dict[str, Question]:
    """All questions by id, in the order of the modules and of the questions in them. Raises `ValueError`."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in HELPERS)
    found: dict[str, Question] = {}
    for name in names:
        for question in importlib.import_module(f"spec.questions.{name}").QUESTIONS:
            if question.id in found:
                raise ValueError(f"the question {question.id!r} stands twice")
            found[question.id] = question
    return found
