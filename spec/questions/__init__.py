"""The questions about conventions, a module for each subject."""

import functools
import importlib

from spec.questions.question import Question

SUBJECTS = {  # module -> what it asks about, in the order of a report
    "layouts": "Layouts",
    "padding": "Padding",
    "convolution": "Convolution",
    "transposed": "Transposed convolution",
    "pooling": "Pooling",
    "resampling": "Resizing",
    "layers": "Layers",
    "network": "Activations, batch normalisation",
    "training": "Gradients, losses, optimizers",
    "values": "Dtypes, memory, errors",
    "arguments": "Names of arguments",
}


@functools.cache
def questions() -> dict[str, Question]:
    """All questions by id. Raises `ValueError` for an id that stands twice."""
    found: dict[str, Question] = {}
    for question in (one for asked in _by_subject().values() for one in asked):
        if question.id in found:
            raise ValueError(f"the question {question.id!r} stands twice")
        found[question.id] = question
    return found


def subject(id: str) -> str:
    """What a question asks about."""
    return next(title for title, asked in _by_subject().items() if any(one.id == id for one in asked))


def _by_subject() -> dict[str, list[Question]]:
    return {title: importlib.import_module(f"spec.questions.{name}").QUESTIONS for name, title in SUBJECTS.items()}
