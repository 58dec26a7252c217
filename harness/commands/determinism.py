"""The command `determinism`: where a framework returns the same bits again, and where it does not.

Measured, not judged, for each operator and each array, on one thread unless said otherwise:

    repeat      the same call again in the same process
    processes   three processes
    threads     one thread against two
    batch       all images at once against one image after the other; only arrays that have a part for each image
                (the gradient for a kernel sums over the images, in an order that is nobody's promise)
"""

import concurrent.futures
import dataclasses
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.commands.ready import ready
from harness.workers import backends
from harness.workers.backends import Backend
from harness.workers.gateway import THREADS, NotStarted
from harness.workers.supervisor import Supervisor
from harness.workers.wire import unpack_all
from reports.terminal import determinism as report
from reports.terminal import progress
from reports.write import add
from spec import operators
from spec.core import Case, Operator, as_tuple, canonical

SCHEMA_VERSION = 1
QUESTIONS = ("repeat", "processes", "threads", "batch")
PROCESSES = 3

# Geometries in which two threads have something to share, beside the largest built-in case of every operator.
LARGE: dict[str, tuple[dict[str, Any], dict[str, tuple[int, ...]]]] = {
    "conv2d": ({"padding": "same"}, {"x": (8, 16, 64, 64), "w": (32, 16, 3, 3), "b": (32,)}),
    "conv2d_layer": ({"padding": "same"}, {"x": (8, 16, 64, 64), "w": (32, 16, 3, 3), "b": (32,)}),
    "conv_transpose2d": ({"stride": [2, 2]}, {"x": (8, 16, 32, 32), "w": (16, 16, 3, 3), "b": (16,)}),
    "pad2d": ({"padding": [[1, 2], [2, 1]], "mode": "reflect"}, {"x": (8, 16, 64, 64)}),
    "max_pool2d": ({"kernel_size": [3, 3], "stride": [2, 2]}, {"x": (8, 16, 64, 64)}),
    "avg_pool2d": ({"kernel_size": [3, 3], "stride": [2, 2]}, {"x": (8, 16, 64, 64)}),
    "upsample2d": ({"scale": [2, 2], "mode": "bilinear"}, {"x": (8, 16, 32, 32)}),
}

Arrays = dict[str, np.ndarray]


class NoAnswer(Exception):
    """The framework did not compute a case; the message says why."""


def cases() -> Iterator[Case]:
    """The largest built-in float32 case of every operator, and the large ones, with cotangents."""
    for name, operator in operators().items():
        yield with_cotangent(max(filter(_suits, operator.cases()), key=lambda case: _size(case.inputs)))
        if name in LARGE:
            attrs, shapes = LARGE[name]
            random = np.random.default_rng(zlib.crc32(f"determinism/{name}".encode()))
            inputs = {key: random.standard_normal(shape).astype("f4") for key, shape in shapes.items()}
            yield with_cotangent(Case(f"{name}/large", name, operator.complete(attrs), inputs))


def _suits(case: Case) -> bool:
    plain = case.dtype == np.float32 and case.layout in ("", "NCHW")
    return plain and case.tier == "reals" and case.expect == "value" and np.isfinite(_size(case.inputs))


def _size(arrays: Mapping[str, np.ndarray]) -> float:
    return sum(float(array.size + 0 * array.sum()) for array in arrays.values())


def with_cotangent(case: Case) -> Case:
    """The case with normal numbers to take gradients against, if its operator has gradients."""
    operator = operators()[case.op]
    if not operator.differentiable or not case.gradient:
        return case
    arrays, attrs = canonical(operator, case.attrs, case.inputs)
    shapes = [arrays[name].shape if name in arrays else None for name in operator.inputs]
    shape = as_tuple(operator.out_shape(*shapes, **attrs))
    shape = shape[0] if isinstance(shape[0], tuple) else shape
    random = np.random.default_rng(zlib.crc32(f"{case.id}/cotangent".encode()))
    return dataclasses.replace(case, canonical_cotangent=random.standard_normal(shape).astype("f4"))


def one_by_one(case: Case) -> list[Case]:
    """A case for each image of the batch; none where there is no batch."""
    operator = operators()[case.op]
    if not operator.images:
        return []
    count = len(case.inputs[operator.images[0]])
    parts = []
    for number in range(count if count > 1 else 0):
        one = slice(number, number + 1)
        inputs = {name: array[one] if name in operator.images else array for name, array in case.inputs.items()}
        cotangent = None if case.canonical_cotangent is None else case.canonical_cotangent[one]
        parts.append(dataclasses.replace(case, id=f"{case.id}/{number}", inputs=inputs, canonical_cotangent=cotangent))
    return parts


def ask(supervisor: Supervisor, case: Case) -> Arrays:
    """Outputs, and gradients named d and their input. Raises `NoAnswer`."""
    reply = supervisor.answer(case, case.canonical_cotangent)
    if reply["outcome"] != "computed":
        raise NoAnswer(f"{reply['outcome']}: {reply.get('message', '')}")
    gradients = {f"d{name}": array for name, array in unpack_all(reply["gradients"]).items()}
    return unpack_all(reply["outputs"]) | gradients


@dataclasses.dataclass
class Session:
    """What one process answered: for each case its arrays, and for some the same again and image by image."""

    backend: str
    threads: int
    answers: dict[str, Arrays] = dataclasses.field(default_factory=dict)
    again: dict[str, Arrays] = dataclasses.field(default_factory=dict)
    split: dict[str, Arrays] = dataclasses.field(default_factory=dict)
    refused: dict[str, str] = dataclasses.field(default_factory=dict)
    about: dict[str, Any] = dataclasses.field(default_factory=dict)
    problem: str = ""


def session(backend: Backend, threads: int, asked: Sequence[Case], more: bool, timeout: float) -> Session:
    """Every case in one process; with `more` also again, and image by image."""
    environment = {**backend.environment, **dict.fromkeys(THREADS, str(threads))}
    found = Session(backend.name, threads)
    try:
        with Supervisor(dataclasses.replace(backend, environment=environment), timeout) as supervisor:
            found.about = supervisor.open().description
            for case in asked:
                try:
                    found.answers[case.id] = ask(supervisor, case)
                    if more:
                        found.again[case.id] = ask(supervisor, case)
                        if parts := [ask(supervisor, part) for part in one_by_one(case)]:
                            found.split[case.id] = _joined(operators()[case.op], parts)
                except NoAnswer as error:
                    found.refused[case.id] = str(error)
    except NotStarted as error:
        found.problem = str(error)
    return found


def _joined(operator: Operator, parts: Sequence[Arrays]) -> Arrays:
    """The arrays that have a part for each image, put together."""
    names = [*operator.image_outputs, *(f"d{name}" for name in operator.images if f"d{name}" in parts[0])]
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def difference(one: np.ndarray, other: np.ndarray) -> float | None:
    """None for the same bits, else the largest difference over the largest number; infinite for other shapes."""
    if one.shape == other.shape and one.tobytes() == other.tobytes():
        return None
    if one.shape != other.shape:
        return float("inf")
    apart = np.nan_to_num(abs(one - other), nan=np.inf).max()
    return float(apart / max(abs(one).max(), np.finfo(one.dtype).tiny))


def compare_bits(first: Mapping[str, Arrays], second: Mapping[str, Arrays], ids: Sequence[str]) -> dict[str, Any]:
    """array -> whether it has the same bits in all cases; where not, the largest relative difference."""
    same: dict[str, bool] = {}
    largest: dict[str, float] = {}
    for case in ids:
        for name in first.get(case, {}).keys() & second.get(case, {}).keys():
            apart = difference(first[case][name], second[case][name])
            same[name] = same.get(name, True) and apart is None
            if apart is not None:
                largest[name] = max(apart, largest.get(name, 0.0))
    return {"same": dict(sorted(same.items())), "largest": dict(sorted(largest.items()))}


def findings(sessions: Sequence[Session], asked: Sequence[Case]) -> dict[str, Any]:
    """operator -> question -> what `compare_bits` found, for the sessions of one backend."""
    single = [one for one in sessions if one.threads == 1]
    double = [one for one in sessions if one.threads != 1]
    base = single[0]
    found: dict[str, Any] = {}
    for op in dict.fromkeys(case.op for case in asked):
        ids = [case.id for case in asked if case.op == op]
        others = [compare_bits(base.answers, other.answers, ids) for other in single[1:]]
        found[op] = {
            "repeat": compare_bits(base.answers, base.again, ids),
            "processes": _merged(others),
            "threads": _merged([compare_bits(base.answers, other.answers, ids) for other in double]),
            "batch": compare_bits(base.answers, base.split, ids),
            "refused": {case: base.refused[case] for case in ids if case in base.refused},
        }
    return found


def _merged(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = sorted({name for part in parts for name in part["same"]})
    largest = {name: max(part["largest"].get(name, 0.0) for part in parts) for name in names}
    same = {name: all(part["same"].get(name, True) for part in parts) for name in names}
    return {"same": same, "largest": {name: largest[name] for name in names if not same[name]}}


def measure(wanted: tuple[str, ...], out: Path, jobs: int, timeout: float) -> int:
    """Carry out the command; returns 1 if a backend could not be run, or nothing was compared. Raises `UserError`."""
    found = ready(backends.select(wanted), out)
    started = time.perf_counter()
    with progress.building() as tell:
        data = table(found, list(cases()), jobs, timeout, tell)
    data["seconds"] = round(time.perf_counter() - started, 3)
    report.show(data, add(out, "determinism", data))
    excused = {backend.name for backend in found if backend.excused}
    problems = any(one["problem"] and name not in excused for name, one in data["backends"].items())
    results = [one for each in data["results"].values() for one in each.values()]
    compared = any(one[question]["same"] for one in results for question in QUESTIONS)
    return 1 if problems or not compared else 0


def table(found: Sequence[Backend], asked: Sequence[Case], jobs: int, timeout: float, tell: Callable) -> dict:
    """Everything as plain data: `results` is backend -> operator -> question -> array -> whether the bits are same."""

    def work(backend: Backend, number: int) -> Session:
        threads = 2 if number == PROCESSES else 1
        tell(backend.name, f"process {number + 1} of {PROCESSES + 1}, threads: {threads}")
        return session(backend, threads, asked, number == 0, timeout)

    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        tasks = {one.name: [pool.submit(work, one, number) for number in range(PROCESSES + 1)] for one in found}
        done = {name: [task.result() for task in each] for name, each in tasks.items()}
    return {
        "schema_version": SCHEMA_VERSION,
        "questions": list(QUESTIONS),
        "cases": {case.id: {name: list(array.shape) for name, array in case.inputs.items()} for case in asked},
        "backends": {
            name: {
                "version": str(each[0].about.get("version", "")),
                "threads": [one.about.get("threads") for one in each],
                "problem": next((one.problem for one in each if one.problem), ""),
            }
            for name, each in done.items()
        },
        "results": {name: findings(each, asked) for name, each in done.items()},
    }
