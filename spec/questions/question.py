"""A question that is answered by experiment: what a framework does when it is called by default."""

import dataclasses
from collections.abc import Mapping

import numpy as np

REFUSES = "refuses"


@dataclasses.dataclass(frozen=True)
class Question:
    """One convention in which frameworks may differ.

    Every probe gets the `inputs`: small arrays for which the hypotheses predict different answers. `hypotheses` maps
    a name to the answer it predicts, an array computed from the specification or a word. The answer of a probe that
    raises is "refuses", which may be a hypothesis too. `explanation` is for learners; `bridge` says how to get the
    answer of one framework in another. `tolerance`, relative and absolute, is for statistics; 0 means float32 rounding.
    """

    id: str
    text: str
    hypotheses: Mapping[str, np.ndarray | str]
    explanation: str
    bridge: str
    inputs: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        """Raise `ValueError` for two hypotheses that predict the same: no answer could tell them apart."""
        names = list(self.hypotheses)
        for number, one in enumerate(names):
            for other in names[:number]:
                if same(self.hypotheses[one], self.hypotheses[other], self.tolerance):
                    raise ValueError(f"{self.id}: {one!r} and {other!r} predict the same answer")

    def match(self, answer: np.ndarray | str) -> str:
        """The name of the hypothesis that predicts the answer, or "" if none does."""
        fits = (name for name, predicted in self.hypotheses.items() if same(answer, predicted, self.tolerance))
        return next(fits, "")


def in_words(*answers: str) -> dict[str, np.ndarray | str]:
    """Hypotheses that predict a word, each called by this word."""
    return {answer: answer for answer in answers}


def works(answer: np.ndarray) -> dict[str, np.ndarray | str]:
    """The two hypotheses of whether a call can do something: it computes `answer`, or it refuses."""
    return {"works": answer, REFUSES: REFUSES}


def same(one: np.ndarray | str, other: np.ndarray | str, tolerance: float = 0.0) -> bool:
    """Whether two answers agree: words to the letter, arrays in shape and up to the tolerance (0: float32 rounding)."""
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one == other
    if one.shape != other.shape:
        return False
    return np.allclose(one, other, rtol=tolerance or 1e-4, atol=tolerance or 1e-5, equal_nan=True)
