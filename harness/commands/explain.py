"""The command `explain`: an operator, a case, a question, an entry of the ledger, or where "same" pads."""

import ast
import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.cases import catalogue
from harness.commands import conventions
from harness.commands.ready import ready
from harness.judging import oracle
from harness.judging.element import MOST, element
from harness.judging.ledger import Ledger, entries
from harness.running.result import Result, judged
from harness.source.parser import read
from harness.workers import backends
from harness.workers.backends import Backend
from harness.workers.gateway import NotStarted
from harness.workers.supervisor import Supervisor
from reports.terminal.explain import Section, show
from spec import operators
from spec.core import Case
from spec.errors import UserError
from spec.padding import explicit
from spec.questions import questions

RULES = ("same", "same_lower", "valid", "full")


def explain(
    subject: str, names: tuple[str, ...], place: str, sizes: Mapping[str, int], html: Path | None, timeout: float
) -> int:
    """Print what is known of a subject; returns the exit code. Raises `UserError` for a name that nothing has."""
    chosen = backends.select(names)
    known = {known.id: (one, known) for one in chosen for known in entries(one)}
    cases = {case.id: case for case in catalogue.built_in()}
    if subject in RULES:
        sections = list(_rule(subject, chosen, sizes))
    elif subject in operators():
        sections = list(_operator(subject, chosen, cases, timeout))
    elif subject in cases:
        sections = list(_case(cases[subject], ready(chosen), place, timeout))
    elif subject in questions():
        sections = list(_question(subject, ready(chosen), timeout))
    elif subject in known:
        sections = list(_entry(subject, chosen))
    else:
        raise UserError(f"nothing is named {subject!r}; {_near(subject, [*operators(), *cases, *questions(), *known])}")
    show(sections, html)
    return 0


def _near(subject: str, names: Sequence[str]) -> str:
    """Names that are meant, perhaps."""
    near = [name for name in names if subject in name or name.rpartition("/")[0].startswith(subject)][:6]
    return f"did you mean {', '.join(near)}?" if near else f"name an operator ({', '.join(operators())}), a case, ..."


def _operator(name: str, chosen: Sequence[Backend], cases: Mapping[str, Case], timeout: float) -> Iterator[Section]:
    """Its definition, its attributes, and one worked case in every framework."""
    operator = operators()[name]
    module = importlib.import_module(f"spec.ops.{name}")
    yield Section(name, (module.__doc__ or "").strip().splitlines())
    told = {
        attribute: f"{one.form}; default {one.default!r}" + (" (required)" if one.required else "")
        for attribute, one in operator.attributes.items()
    }
    yield Section("attributes", rows=list(told.items()))
    worked = next(case for case in cases.values() if case.op == name and case.expect == "value")
    yield from _case(worked, ready(chosen), "", timeout)


def _case(case: Case, found: Sequence[Backend], place: str, timeout: float) -> Iterator[Section]:
    """What goes in, one element taken apart, and what every framework made of it."""
    truth = oracle.truth(case)
    given = [f"{name} {array.dtype} {list(array.shape)}" for name, array in case.inputs.items()]
    small = [f"{name} =\n{array}" for name, array in case.inputs.items() if array.size <= MOST]
    attrs = [f"{name}={value!r}" for name, value in case.attrs.items()]
    yield Section(f"case {case.id}", [case.why, f"{case.op}({', '.join(attrs)})", *given, *small])
    if truth.rejected or case.expect == "rejected":
        yield Section("truth", [f"It must be refused: {truth.rejected or case.why}"])
        index: tuple[int, ...] = ()
    else:
        index = _place(place, next(iter(truth.outputs.values())).value)
        yield _taken_apart(case, truth, index)
    yield Section("frameworks", rows=[_made(case, truth, one, index, timeout) for one in found])
    yield Section("again", [f"python -m harness run --case '{case.id}'"])


def _place(text: str, value: np.ndarray) -> tuple[int, ...]:
    """The element that is asked for, or the largest."""
    if not text:
        return tuple(int(i) for i in np.unravel_index(np.argmax(np.nan_to_num(np.abs(value))), value.shape))
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise UserError(f"--element is {text!r}; write whole numbers with commas, such as 0,1,0,0") from None


def _taken_apart(case: Case, truth: oracle.Truth, place: tuple[int, ...]) -> Section:
    try:
        found = element(case, truth, place)
    except IndexError as error:
        raise UserError(f"--element: {error}") from None
    terms = [f"{left:g}·{right:g}" for _, left, right in found.terms]
    more = " + ..." if len(terms) == MOST else ""
    name = operators()[case.op].outputs[0]
    summed = [f"= {' + '.join(terms)}{more}"] if terms else []
    return Section(
        f"{name}{list(place)}",
        [*summed, f"= {found.truth:.9g}, of which correct rounding may be {found.bound:.3g} off"],
    )


def _made(case: Case, truth: oracle.Truth, backend: Backend, place: tuple[int, ...], timeout: float) -> tuple[str, str]:
    """A framework and what it made of the case: value, share of the bound, verdict, why, and what is known of it."""
    try:
        with Supervisor(backend, timeout) as supervisor:
            ledger = Ledger.of(backend, supervisor.open().description)
            result = judged(case, backend.name, supervisor.answer(case, truth.cotangent), truth, ledger)
    except NotStarted as error:
        return backend.name, f"not run: {error}"
    return backend.name, "; ".join(part for part in (_value(result, place), *_verdict(result, ledger)) if part)


def _value(result: Result, place: tuple[int, ...]) -> str:
    output = next(iter(result.outputs.values()), None)
    if output is None or not place or output.ndim != len(place):
        return ""
    return f"{output[place]!s}" if all(i < n for i, n in zip(place, output.shape)) else ""


def _verdict(result: Result, ledger: Ledger) -> Iterator[str]:
    measured = result.verdict.output
    share = f", at worst {measured.bound_ratio:.2g} of the bound" if measured and measured.bound_ratio else ""
    yield f"{result.verdict.outcome}{share}"
    if result.status != "pass":
        yield f"{result.status}: {result.message}"
    for known in ledger.known:
        if known.id in result.ledger:
            yield f"ledger {known.id}: {known.what} {known.why} {known.link}".strip()


def _question(name: str, found: Sequence[Backend], timeout: float) -> Iterator[Section]:
    """The question, every framework's answer by its own call, and what to write instead."""
    question = questions()[name]
    yield Section(name, [question.text])
    for backend in found:
        answers = conventions.ask(backend, [question], timeout)
        cells = answers.get(name, [])
        rows = [(one["api"], f"{one['answer']}\n{one['code']}\n{one['output']}") for one in cells]
        if rows or "problem" in answers:
            yield Section(backend.name, [answers["problem"]] if "problem" in answers else [], rows)
    yield Section("why", [question.explanation])
    yield Section("instead", [question.bridge])


def _entry(name: str, chosen: Sequence[Backend]) -> Iterator[Section]:
    """An entry of the ledger, of each backend that has one of this name."""
    for backend in chosen:
        for known in entries(backend):
            if known.id == name:
                lines: dict[str, Any] = {
                    "kind": known.kind,
                    "operators": ", ".join(known.operators),
                    "shows as": f"{known.outcome} ({known.part})",
                    "what": known.what,
                    "why": known.why,
                    "link": known.link,
                    "versions": known.versions,
                    "on": str(known.on),
                    "modes": ", ".join(known.variants),
                }
                yield Section(f"{backend.name}: {name}", rows=[(key, value) for key, value in lines.items() if value])


def _rule(rule: str, chosen: Sequence[Backend], sizes: Mapping[str, int]) -> Iterator[Section]:
    """Where a rule pads a square image, and one line for each framework."""
    size, kernel, stride = sizes["size"], sizes["kernel"], sizes["stride"]
    pads = explicit(rule, (size, size), (kernel, kernel), (stride, stride))
    (top, bottom), (left, right) = pads
    outputs = (size + top + bottom - kernel) // stride + 1
    told = f"pads {top} before and {bottom} after; {max(outputs, 0)} outputs"
    yield Section(f"{rule}, size {size}, kernel {kernel}, stride {stride}", [told])
    words = {"top": top, "bottom": bottom, "left": left, "right": right, "stride": stride}
    rows = []
    for backend in chosen:
        for file in backend.files("lessons"):
            template = read(file).definitions.get("PADDED")
            if template is not None:
                text = ast.literal_eval(template.value)  # type: ignore[attr-defined]
                rows.append((backend.name, text.format(**words)))
    yield Section("write", rows=rows)
