"""What a wrong result looks like: a mistake in wiring, or arithmetic of another precision.

The evidence is the result itself: it must equal, within ordinary rounding, what the specification computes
once the mistake is made on purpose. Where nothing fits, nothing is said.
"""

import dataclasses
import functools
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from harness.diagnosis.bias_and_training_mistakes import elsewhere
from harness.diagnosis.evidence import Model, Subject
from harness.diagnosis.input_mistakes import confusions, rare_orders
from harness.diagnosis.output_mistakes import echoes
from harness.diagnosis.phrases import cause, told
from harness.diagnosis.precision import fingerprint
from harness.diagnosis.single_product import of_one_element, of_one_weight
from harness.judging.oracle import Truth
from spec import operators
from spec.core import Case, Rejected

LARGE = 100_000  # numbers in inputs and outputs: beyond that a search would take seconds
NAMED = 3  # so many explanations of the same result are told, where the case cannot tell them apart
COMES_OF = "equals what comes of "
PATIENCE = 20.0  # seconds for all searches in the results of one backend: what was not found by then is seldom found

Arrays = Mapping[str, np.ndarray]
Compute = Callable[..., Arrays]
Candidate = tuple[str, Callable[[], bool]]  # what could have happened, and whether the result is as if it had


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """What a wrong result looks like, in a sentence; "" where that is not known.

    `causes` are the explanations without the values of the case, so that equal ones can be put together: each
    completes "what came ...".
    """

    sentence: str = ""
    causes: tuple[str, ...] = ()


@dataclasses.dataclass
class Memory:
    """What explained earlier results of a backend: mistakes, or its arithmetic; and the seconds that searching took.

    A mistake spoils many cases, so what was found is tried first, and alone if it fits: that is quick, and it
    settles what a case by itself cannot tell.
    """

    causes: Counter = dataclasses.field(default_factory=Counter)
    arithmetic: bool = False
    seconds: float = 0.0


def diagnose(
    case: Case, truth: Truth, outputs: Arrays, gradients: Arrays | None = None, memory: Memory | None = None
) -> Diagnosis:
    """What wrong outputs, or else wrong gradients, look like; `memory` learns of it."""
    if truth.rejected or any(name not in outputs for name in truth.outputs) or _size(case, outputs) > LARGE:
        return Diagnosis()
    memory = memory or Memory()
    started = time.perf_counter()
    with np.errstate(all="ignore"):
        found = _search(Model(case, truth), truth, outputs, gradients or {}, memory)
    memory.causes.update(found.causes)
    memory.seconds += time.perf_counter() - started
    return found


def _size(case: Case, outputs: Arrays) -> int:
    """How many numbers must be handled; a training has many weights, but few explanations."""
    arrays = () if len(operators()[case.op].outputs) > 1 else (*case.inputs.values(), *outputs.values())
    return sum(array.size for array in arrays)


def _search(model: Model, truth: Truth, outputs: Arrays, gradients: Arrays, memory: Memory) -> Diagnosis:
    subject = Subject(model.case, outputs, truth.outputs)
    if subject.wrong:
        return _explain(model, subject, "output {}", model.outputs, memory)
    for name, expected in truth.gradients.items():
        subject = Subject(model.case, gradients, {name: expected})
        if subject.wrong:
            found = _explain(model, subject, "gradient for {}", model.gradients, memory)
            if found.sentence:
                return found
    return Diagnosis()


def _explain(model: Model, subject: Subject, title: str, compute: Compute, memory: Memory) -> Diagnosis:
    """About a subject that is wrong; `compute` gives its arrays for changed inputs."""
    if name := subject.right_but_for_dtype():
        return _diagnosis(title.format(name), "", ["has the right values, only its dtype is wrong"])
    title = title.format(subject.wrong[0])
    known = [one for one in _likely(model, subject, compute) if COMES_OF + cause(one[0]) in memory.causes]
    known.sort(key=lambda one: -memory.causes[COMES_OF + cause(one[0])])
    mistakes, arithmetic = _fitting(known, 1), ""
    if not mistakes and memory.seconds < PATIENCE:
        if memory.arithmetic:  # it spares the search for mistakes
            arithmetic = _arithmetic(model, subject, compute)
        if not arithmetic:
            likely, unlikely = (search(model, subject, compute) for search in (_likely, _unlikely))
            mistakes = _fitting(likely, NAMED) or _fitting(unlikely, 1)
        if not mistakes:
            arithmetic = arithmetic or _arithmetic(model, subject, compute)
    memory.arithmetic |= bool(arithmetic)
    return _diagnosis(title, COMES_OF, mistakes) if mistakes else _diagnosis(title, "", [arithmetic])


def _diagnosis(title: str, verb: str, phrases: list[str]) -> Diagnosis:
    if not any(phrases):
        return Diagnosis()
    causes = tuple(dict.fromkeys(f"{verb}{cause(phrase)}" for phrase in phrases))
    return Diagnosis(f"{title} {verb}{', or of '.join(dict.fromkeys(map(told, phrases)))}", causes)


def _fitting(candidates: Iterable[Candidate], most: int) -> list[str]:
    """The first phrases, so many at most, of candidates that explain the result."""
    return list(itertools.islice((phrase for phrase, fits in candidates if fits()), most))


def _likely(model: Model, subject: Subject, compute: Compute) -> Iterator[Candidate]:
    """What could have been done to the inputs, the attributes or the right result to make it the wrong one."""
    for one in confusions(model.operator, model.arrays, model.attrs):
        yield one.phrase, functools.partial(_foretold, subject, functools.partial(compute, one.arrays, one.attrs))
    for phrase, mistaken in elsewhere(model, compute):
        yield phrase, functools.partial(_foretold, subject, mistaken)
    if len(subject.wrong) == 1:
        (name,) = subject.wrong
        truth, actual = subject.expected[name].value, subject.actual[name].astype(float)
        letters, groups = model.letters(name, truth.ndim), model.attrs.get("groups", 1)
        for phrase, *arrays in echoes(truth, actual, letters, groups):
            yield phrase, functools.partial(subject.echoed, name, *arrays)


def _unlikely(model: Model, subject: Subject, compute: Compute) -> Iterator[Candidate]:
    """Other orders in memory, and single weights."""
    name = subject.wrong[0]
    weights = of_one_weight(model, name, subject.actual[name].astype(float), subject.expected[name])
    for one in itertools.chain(rare_orders(model.operator, model.arrays, model.attrs), weights):
        yield one.phrase, functools.partial(_foretold, subject, functools.partial(compute, one.arrays, one.attrs))


def _foretold(subject: Subject, compute: Callable[[], Arrays]) -> bool:
    """Whether the result is what comes of a mistake."""
    try:
        return subject.foretold(compute())
    except (Rejected, ValueError, IndexError, ZeroDivisionError):
        return False  # nothing would have come of it


def _arithmetic(model: Model, subject: Subject, compute: Compute) -> str:
    """What the errors themselves say."""
    name = subject.wrong[0]
    actual, expected = subject.actual[name], subject.expected[name]
    if not (np.isfinite(actual.astype(float)).all() and np.isfinite(expected.value).all()):
        return ""
    return fingerprint(name, model, actual, expected, compute) or of_one_element(model, name, actual, expected)
