"""Explains a wrong result: by a mistake in calling the operator, or by arithmetic of another precision.

The result must equal, within ordinary rounding, what the specification computes once the mistake is made on
purpose. Where nothing fits, nothing is said. Failures that look alike form a group: an explanation is searched until
one of the group has it, and only tried on the others; a group in which nothing is found is given up.
"""

import dataclasses
import functools
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from harness.diagnosis.bias_and_training_mistakes import other_mistakes
from harness.diagnosis.evidence import Evidence, Model
from harness.diagnosis.input_mistakes import input_mistakes, rare_orders
from harness.diagnosis.output_mistakes import output_mistakes
from harness.diagnosis.phrases import cause, told
from harness.diagnosis.precision import arithmetic_of
from harness.diagnosis.single_product import of_one_element, of_one_weight
from harness.judging.oracle import Truth
from spec import operators
from spec.core import Case, Rejected

LARGE = 100_000  # numbers in inputs and outputs: beyond that a search would take seconds
NAMED = 3  # explanations at most of one result, where the case cannot tell them apart
VAIN = 3  # searches without an explanation, after which a group of alike failures is given up
COMES_OF = "equals what comes of "
PATIENCE = 20.0  # seconds for all searches in the results of one backend, to bound the time

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
    """What explained earlier results of a backend, and what the searches cost.

    A mistake spoils many cases, so what was found is tried first, and alone if it fits: that is quick, and it
    settles what a case by itself cannot tell. `vain` counts the searches without an explanation in each group.
    """

    causes: Counter = dataclasses.field(default_factory=Counter)
    arithmetic: bool = False
    seconds: float = 0.0
    vain: Counter = dataclasses.field(default_factory=Counter)


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
    evidence = Evidence(model.case, outputs, truth.outputs)
    if evidence.wrong:
        return _explain(model, evidence, "output {}", model.outputs, memory)
    for name, expected in truth.gradients.items():
        evidence = Evidence(model.case, gradients, {name: expected})
        if evidence.wrong:
            found = _explain(model, evidence, "gradient for {}", model.gradients, memory)
            if found.sentence:
                return found
    return Diagnosis()


def _explain(model: Model, evidence: Evidence, title: str, compute: Compute, memory: Memory) -> Diagnosis:
    """The diagnosis of arrays that are wrong; `compute` gives them for changed inputs."""
    if name := evidence.right_but_for_dtype():
        return _diagnosis(title.format(name), "", ["has the right values, only its dtype is wrong"])
    title = title.format(evidence.wrong[0])
    known = [one for one in _likely(model, evidence, compute) if COMES_OF + cause(one[0]) in memory.causes]
    known.sort(key=lambda one: -memory.causes[COMES_OF + cause(one[0])])
    mistakes, arithmetic = _fitting(known, 1), ""
    group = _group(model.case, title)
    if not mistakes and memory.seconds < PATIENCE and memory.vain[group] < VAIN:
        if memory.arithmetic:  # it spares the search for mistakes
            arithmetic = _arithmetic(model, evidence, compute)
        if not arithmetic:
            likely, unlikely = (search(model, evidence, compute) for search in (_likely, _unlikely))
            mistakes = _fitting(likely, NAMED) or _fitting(unlikely, 1)
        if not mistakes:
            arithmetic = arithmetic or _arithmetic(model, evidence, compute)
        memory.vain[group] += not (mistakes or arithmetic)
    memory.arithmetic |= bool(arithmetic)
    return _diagnosis(title, COMES_OF, mistakes) if mistakes else _diagnosis(title, "", [arithmetic])


def _group(case: Case, title: str) -> tuple[str, ...]:
    """What failures that look alike have in common: operator, array, and kind of numbers and layout."""
    return case.op, title, case.tier, case.dtype.name, case.layout


def _diagnosis(title: str, verb: str, phrases: list[str]) -> Diagnosis:
    if not any(phrases):
        return Diagnosis()
    causes = tuple(dict.fromkeys(f"{verb}{cause(phrase)}" for phrase in phrases))
    return Diagnosis(f"{title} {verb}{', or of '.join(dict.fromkeys(map(told, phrases)))}", causes)


def _fitting(candidates: Iterable[Candidate], most: int) -> list[str]:
    """The first phrases, so many at most, of candidates that explain the result."""
    return list(itertools.islice((phrase for phrase, fits in candidates if fits()), most))


def _likely(model: Model, evidence: Evidence, compute: Compute) -> Iterator[Candidate]:
    """The usual mistakes, in the inputs, the attributes, the computation, or what is made of the result."""
    for one in input_mistakes(model.operator, model.arrays, model.attrs):
        yield one.phrase, functools.partial(_would_agree, evidence, functools.partial(compute, one.arrays, one.attrs))
    for phrase, mistaken in other_mistakes(model, compute):
        yield phrase, functools.partial(_would_agree, evidence, mistaken)
    if len(evidence.wrong) == 1:
        (name,) = evidence.wrong
        truth, actual = evidence.expected[name].value, evidence.actual[name].astype(float)
        letters, groups = model.letters(name, truth.ndim), model.attrs.get("groups", 1)
        for phrase, *arrays in output_mistakes(truth, actual, letters, groups):
            yield phrase, functools.partial(evidence.part_agrees_with, name, *arrays)


def _unlikely(model: Model, evidence: Evidence, compute: Compute) -> Iterator[Candidate]:
    """Other orders in memory, and single weights."""
    name = evidence.wrong[0]
    weights = of_one_weight(model, name, evidence.actual[name].astype(float), evidence.expected[name])
    for one in itertools.chain(rare_orders(model.operator, model.arrays, model.attrs), weights):
        yield one.phrase, functools.partial(_would_agree, evidence, functools.partial(compute, one.arrays, one.attrs))


def _would_agree(evidence: Evidence, compute: Callable[[], Arrays]) -> bool:
    """Whether the result is what a mistake would return."""
    try:
        return evidence.agrees_with(compute())
    except (Rejected, ValueError, IndexError, ZeroDivisionError):
        return False  # the mistake would have raised an error


def _arithmetic(model: Model, evidence: Evidence, compute: Compute) -> str:
    """What the errors say of the arithmetic, or of one product."""
    name = evidence.wrong[0]
    actual, expected = evidence.actual[name], evidence.expected[name]
    if not (np.isfinite(actual.astype(float)).all() and np.isfinite(expected.value).all()):
        return ""
    return arithmetic_of(name, model, actual, expected, compute) or of_one_element(model, name, actual, expected)
