"""The calls of a lesson in one framework: each is made in its worker, and held against the truth."""

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.source.parser import read
from harness.source.probes import probes
from harness.source.standalone import Snippet
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted
from harness.workers.supervisor import Supervisor
from harness.workers.wire import pack_all, unpack
from spec.layouts import convert
from spec.lessons.lesson import Input, Lesson

CANONICAL = {"image": "NCHW", "kernel": "OIHW", "transposed kernel": "IOHW"}
DIGITS = 6  # of the numbers that are shown


def ask(backend: Backend, chosen: list[Lesson], timeout: float) -> dict[str, Any]:
    """lesson -> what the page shows of this backend; {"problem": why} where it cannot start or knows no lesson."""
    files = backend.files("lessons")
    if not files:
        left_out = {} if backend.named else {"excused": True}  # a backend may do without
        return {"problem": "it has no file lessons.py beside its adapter", **left_out}
    try:
        with Supervisor(backend, timeout) as supervisor:
            version = str(supervisor.open().description.get("version", ""))
            found = {lesson.name: _lesson(supervisor, lesson) for lesson in chosen}
    except NotStarted as error:
        return {"problem": str(error), **({"excused": True} if backend.excused else {})}
    settings = _constants(backend)
    return {"version": version, "layouts": settings["LAYOUTS"], "tensor": settings["TENSOR"], "lessons": found}


def _lesson(supervisor: Supervisor, lesson: Lesson) -> dict[str, Any]:
    backend = supervisor.backend
    codes = probes(backend.files("lessons"), "CALLS")
    parts = {label: code.split("\n\n") for (label, name), code in codes.items() if name == lesson.name}
    return {
        "calls": [_call(supervisor, lesson, label, call) for label, (call, *_) in parts.items()],
        "helpers": "\n\n".join(dict.fromkeys(helper for _, *helpers in parts.values() for helper in helpers)),
        "method": _method(backend, lesson.operator),
        "prelude": _prelude(backend),
    }


def _call(supervisor: Supervisor, lesson: Lesson, label: str, code: str) -> dict[str, Any]:
    """One call: its text, what became of it, and the mark: "=", "≠" or "refused"."""
    layouts = _constants(supervisor.backend)["LAYOUTS"]
    inputs = {name: _given(one, layouts) for name, one in lesson.inputs.items()}
    request = {"id": f"{lesson.name} {label}", "probe": [label, lesson.name], "of": "lessons"}
    reply = supervisor.ask({**request, "inputs": pack_all(inputs)})
    call = {"label": label, "code": code, "shown": reply.get("shown", "")}
    if reply["outcome"] != "computed":
        mark = "refused" if reply["outcome"] == "rejected" else reply["outcome"]
        return {**call, "mark": mark, "output": reply["message"], "error": reply.get("error_class", "")}
    truth = (lesson.ways[label].truth or lesson.truth)()
    if isinstance(reply["answer"], str):
        return {**call, "mark": "=" if reply["answer"] == truth else "≠", "output": reply["answer"]}
    output = unpack(reply["answer"])
    output = convert(output, layouts["image"], "NCHW") if lesson.role == "image" and output.ndim == 4 else output
    return {**call, "mark": "=" if equal(output, truth) else "≠", "output": text(output)}


def _given(one: Input, layouts: Mapping[str, str]) -> np.ndarray:
    """An input in the framework's own layout, in float32 unless it holds whole numbers of another kind."""
    array = convert(one.array, CANONICAL[one.role], layouts[one.role]) if one.role in CANONICAL else one.array
    return array.astype(np.float32) if array.dtype == np.float64 else array


def equal(output: np.ndarray, truth: np.ndarray) -> bool:
    """Up to float32 rounding; shapes must agree."""
    return output.shape == truth.shape and np.allclose(
        output.astype(np.float64), truth, rtol=1e-5, atol=1e-6, equal_nan=True
    )


def text(array: np.ndarray) -> str:
    """An array as a reader wants to see it: without axes of length 1, as few digits as it needs."""
    flat = np.squeeze(array.astype(np.float64)) + 0.0
    return np.array2string(
        flat, precision=DIGITS, suppress_small=True, separator=" ", threshold=80, floatmode="maxprec"
    )


def _method(backend: Backend, operator: str) -> str:
    """The adapter's own method for the operator of the lesson, as it is written."""
    if not operator:
        return ""
    snippet = Snippet(backend.adapter)
    return snippet.adapter.code(snippet.methods[operator]) if operator in snippet.methods else ""


def _prelude(backend: Backend) -> list[str]:
    """The imports of the calls, and what their file runs when it is loaded."""
    source = read(backend.files("lessons")[0])
    return [*(line for _, _, line in source.imports.values()), *source.effects]


def _constants(backend: Backend) -> dict[str, Any]:
    """TENSOR, as it is written, and LAYOUTS of a backend's lessons, read without importing them."""
    definitions = read(backend.files("lessons")[0]).definitions
    tensor, layouts = (definitions[name].value for name in ("TENSOR", "LAYOUTS"))  # type: ignore[attr-defined]
    return {"TENSOR": ast.unparse(tensor), "LAYOUTS": ast.literal_eval(layouts)}
