"""The record of a lesson: what is asked, what is computed, and what a learner takes along.

A lesson holds no result. Its truth and pictures come from the specification, its calls stand in `lessons.py` beside
each adapter under the lesson's name, and its answers are functions. Prose is plain text with `code` and **bold** in it.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from spec.lessons.windows import Panel


@dataclasses.dataclass(frozen=True)
class Seed:
    """What a lesson grew from: a document, and the section in it."""

    document: str
    section: str


@dataclasses.dataclass(frozen=True)
class Input:
    """An array that every call gets, and what it is: each framework gets it in its own layout.

    `role` is "image" (NCHW here), "kernel" (OIHW here), "transposed kernel" (IOHW here) or "plain".
    """

    array: np.ndarray
    role: str = "plain"


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to write it, under the label that the calls bear in every framework.

    `means` says what a reader sees there. `proof` is the question, the case or the ledger entry that explains an
    output that is not the truth; "" where every framework must return the truth. `truth()` is that of the way, where
    it is another operation than the lesson's and no mistake.
    """

    means: str
    proof: str = ""
    truth: Callable[[], np.ndarray] | None = None


@dataclasses.dataclass(frozen=True)
class Exercise:
    """A question to the reader, and its answer, which is computed."""

    question: str
    answer: Callable[[], str]


@dataclasses.dataclass(frozen=True)
class Lesson:
    """One lesson. `intro` are paragraphs; `predict` is a question with its choices, of which `truth` decides.

    `truth()` is what every right call returns, in the axes of the inputs, `role` what it is ("image" or "plain").
    `panels` are stepped through together. `questions` are the conventions that the lesson explains, `cases` proofs
    from the built-in cases, `printed` those whose numbers the documents print (globs). `operator` is the one whose
    adapters' methods are shown, with `attrs` in the exercise about a mistake. `formula()` is MathML; `sizes` names the
    calculator ("convolution", "pooling", "transposed").
    """

    name: str
    title: str
    seeds: Sequence[Seed]
    intro: Sequence[str]
    predict: str
    choices: Sequence[str]
    inputs: Mapping[str, Input]
    truth: Callable[[], np.ndarray]
    ways: Mapping[str, Way]
    exercises: Sequence[Exercise]
    role: str = "image"
    panels: Callable[[], Sequence[Panel]] = tuple
    questions: Sequence[str] = ()
    cases: Sequence[str] = ()
    printed: Sequence[str] = ()
    operator: str = ""
    attrs: Mapping[str, object] = dataclasses.field(default_factory=dict)
    formula: Callable[[], str] = str
    sizes: str = ""
    takeaways: Sequence[str] = ()
