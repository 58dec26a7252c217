"""Computes what a law asks for on a backend: each call becomes a case, each result a reading with its bound.

The bounds are those of `harness.judging.bounds`: the error scale B and the number n of products come from the
specification, the values only from the backend. Equal questions of different laws are asked once.
"""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.judging import oracle
from harness.judging.bounds import worst_case
from harness.judging.oracle import Expected
from harness.workers.supervisor import Supervisor
from harness.workers.wire import unpack_all
from spec import operators
from spec.core import Case, canonical
from spec.laws.law import Attrs, Exact, Reading, Side, reading
from spec.numerics import gradient
from spec.outcomes import Outcome

Arrays = Mapping[str, np.ndarray]
Compute = Callable[[Case, np.ndarray | None], tuple[Arrays, Arrays]]
GRID = 2.0**-16


class NoAnswer(Exception):
    """The backend did not compute a case. `part` is "output" or "gradient"."""

    def __init__(self, case: Case, outcome: Outcome, message: str, part: str = "output") -> None:
        super().__init__(message)
        self.case, self.outcome, self.part = case, outcome, part


def by(supervisor: Supervisor) -> Compute:
    """The answers of a backend: outputs and, for a cotangent of the first output, gradients. Raises `NoAnswer`."""

    def compute(case: Case, cotangent: np.ndarray | None) -> tuple[Arrays, Arrays]:
        reply = supervisor.answer(case, cotangent)
        if reply["outcome"] != "computed":
            raise NoAnswer(case, Outcome(reply["outcome"]), reply.get("message", ""))
        if reply.get("outputs_only"):
            raise NoAnswer(case, Outcome.UNSUPPORTED, "outputs only: the adapter has no vjp", "gradient")
        if "gradient_error" in reply:
            error = reply["gradient_error"]
            raise NoAnswer(case, Outcome(error["outcome"]), f"gradient: {error['message']}", "gradient")
        try:
            return unpack_all(reply["outputs"]), unpack_all(reply["gradients"])
        except Exception as error:
            raise NoAnswer(case, Outcome.CRASHED, f"the worker answered arrays that cannot be read: {error}") from None

    return compute


def draw(name: str, tier: str, shape: tuple[int, ...]) -> np.ndarray:
    """Float32 data: whole numbers from -3 to 3, or normal reals in steps of 2^-16.

    With the steps, sums of a few of them are exact in float32, while products still must be rounded.
    """
    random = np.random.default_rng(zlib.crc32(f"law/{name}/{tier}".encode()))
    if tier == "integers":
        return random.integers(-3, 4, shape).astype(np.float32)
    return (np.round(random.standard_normal(shape) / GRID) * GRID).astype(np.float32)


class Bounds:
    """The bounds of each question, computed once for all backends."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, np.ndarray]] = {}

    def of(self, key: str, case: Case, cotangent: np.ndarray | None) -> dict[str, np.ndarray]:
        """The bound of each output, or for a cotangent of each gradient. Raises `ValueError` for a bad question."""
        if key not in self.found:
            expected = _expected(case) if cotangent is None else _gradients(case, cotangent)
            self.found[key] = {name: worst_case(one, case.dtype) for name, one in expected.items()}
        return self.found[key]


def _expected(case: Case) -> Mapping[str, Expected]:
    truth = oracle.truth(case, gradients=False)
    if truth.rejected:
        raise ValueError(f"{case.id}: {truth.rejected}")
    return truth.outputs


def _gradients(case: Case, cotangent: np.ndarray) -> dict[str, Expected]:
    operator = operators()[case.op]
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    wide = {name: array.astype(np.float64) for name, array in arrays.items()}
    _, scales, terms = gradient.pullbacks(operator, wide, attrs, cotangent.astype(np.float64))
    return {name: Expected(scale, scale, terms[name]) for name, scale in scales.items()}


class Asker:
    """One backend's answers, as `spec.laws.Ask` has it, within one trial: `start` begins the next."""

    def __init__(self, compute: Compute, bounds: Bounds) -> None:
        self.compute, self.bounds = compute, bounds
        self.known: dict[str, dict[str, Reading]] = {}
        self.name = self.tier = ""
        self.cases: list[Case] = []

    def start(self, name: str, tier: str) -> None:
        """Begin a trial, after which its cases are named, with data of a tier."""
        self.name, self.tier, self.cases = name, tier, []

    def draw(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """Data of this trial's tier."""
        return draw(name, self.tier, shape)

    def __call__(self, op: str, attrs: Attrs, **inputs: Side) -> Reading:
        return self.outputs(op, attrs, **inputs)[operators()[op].outputs[0]]

    def outputs(self, op: str, attrs: Attrs, **inputs: Side) -> dict[str, Reading]:
        """All outputs. What an input's bound leaves open is carried to the output (one such input at most)."""
        readings = {name: reading(side) for name, side in inputs.items()}
        case = self._case(op, attrs, {name: one.value for name, one in readings.items()})
        found = self._ask(case, None)
        for name in (name for name, one in readings.items() if one.bound.any()):
            more = _carried(case, name, readings[name].bound)
            found = {key: Reading(one.value, one.bound + more[key].value) for key, one in found.items()}
        return found

    def gradients(self, op: str, attrs: Attrs, cotangent: Exact, **inputs: Exact) -> dict[str, Reading]:
        """The gradients, for operators in their canonical layouts."""
        return self._ask(self._case(op, attrs, inputs), cotangent)

    def _case(self, op: str, attrs: Attrs, inputs: Arrays) -> Case:
        name = f"{self.name}/{len(self.cases) + 1}"
        case = Case(name, op, operators()[op].complete(attrs), inputs, tier=self.tier)
        self.cases.append(case)
        return case

    def _ask(self, case: Case, cotangent: np.ndarray | None) -> dict[str, Reading]:
        key = _key(case, cotangent)
        if key not in self.known:
            bounds = self.bounds.of(key, case, cotangent)
            outputs, gradients = self.compute(case, cotangent)
            answers = outputs if cotangent is None else gradients
            for name, bound in bounds.items():
                _check(case, name, answers.get(name), bound.shape)
            self.known[key] = {name: Reading(answers[name], bound) for name, bound in bounds.items()}
        return self.known[key]


def _check(case: Case, name: str, answer: np.ndarray | None, shape: tuple[int, ...]) -> None:
    if answer is None:
        raise NoAnswer(case, Outcome.DIFFERS, f"{case.op} returned no {name}")
    if answer.shape != shape:
        raise NoAnswer(case, Outcome.DIFFERS, f"{case.op}: {name} has shape {list(answer.shape)}, not {list(shape)}")
    if answer.dtype != case.dtype:
        raise NoAnswer(case, Outcome.DIFFERS, f"{case.op}: {name} has dtype {answer.dtype}, not {case.dtype}")


def _carried(case: Case, name: str, bound: np.ndarray) -> Mapping[str, Expected]:
    """How far the outputs move when the input `name` moves by its bound: for operators that are linear in it, or
    that take maxima, the operator applied to the bound and to absolute values of the other inputs."""
    needed = [each for each in case.inputs if each not in operators()[case.op].optional]
    sizes = {each: abs(case.inputs[each]).astype(np.float64) for each in needed}
    return _expected(Case(case.id, case.op, case.attrs, {**sizes, name: bound}))


def _key(case: Case, cotangent: np.ndarray | None) -> str:
    """What makes two questions equal: operator, attributes, and the bytes of the arrays."""
    arrays: dict[str, Any] = {**case.inputs, **({} if cotangent is None else {"cotangent": cotangent})}
    digest = hashlib.sha1(repr((case.op, sorted(case.attrs.items()))).encode())
    for name, array in arrays.items():
        digest.update(repr((name, array.shape, array.dtype.name)).encode() + array.tobytes())
    return digest.hexdigest()
