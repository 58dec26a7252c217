"""The command `judge`: two arrays, and whether their difference is normal.

With the operator and its inputs both are judged against the truth. Without them only size and look of the difference
can be told.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from harness.cases import case_file_arrays, limits
from harness.commands.bridge import attributes_of
from harness.diagnosis.pair import NORMAL, PRODUCTS, looks_like, units
from harness.diagnosis.search import diagnose
from harness.judging.difference import Difference, difference
from harness.judging.oracle import Expected, truth
from harness.judging.verdict import Comparison, compare
from spec import operators
from spec.core import BadCase, Case
from spec.errors import UserError

SAME, NORMAL_WORD, STRANGE = "same", "normal", "not normal"


def judge_files(one: Path, other: Path, op: str, inputs: Sequence[str], words: Sequence[str], form: str) -> int:
    """Print what two `.npy` files differ by; 1 where that is not normal. Raises `UserError`."""
    if not op and (inputs or words):
        raise UserError(f"{(*inputs, *words)[0]!r} says something of an operator; name it: --op conv2d")
    arrays = [_read(path) for path in (one, other)]
    found = _against_truth(arrays, _case(op, inputs, words)) if op else _alone(*arrays)
    click.echo(json.dumps(found, default=str) if form == "json" else "\n".join(_lines(found)))
    return 1 if found["verdict"] == STRANGE else 0


def _read(path: Path) -> np.ndarray:
    return case_file_arrays.read({"file": path.name}, str(path.parent), path.parent)


def _case(op: str, inputs: Sequence[str], words: Sequence[str]) -> Case:
    """The case that the operator, its inputs (NAME=FILE) and attributes make."""
    if op not in operators():
        raise UserError(f"unknown operator {op!r}; choose from: {', '.join(operators())}")
    files = {}
    for text in inputs:
        name, equals, path = text.partition("=")
        if not equals:
            raise UserError(f"--input {text!r} names no file; write --input x=x.npy")
        files[name] = Path(path)
    try:
        operators()[op].check_inputs(files)
        attrs = operators()[op].complete(attributes_of(op, words))
    except BadCase as error:
        raise UserError(str(error)) from None
    case = Case("judge", op, attrs, {name: _read(files[name]) for name in operators()[op].inputs if name in files})
    limits.check(case, "the case")
    return case


def _alone(one: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    """What can be told of two arrays by themselves."""
    if one.shape != other.shape:
        why = f"shapes {list(one.shape)} and {list(other.shape)}"
        return {"verdict": STRANGE, "why": why, "looks_like": looks_like(one, other)}
    found = difference(one, other)
    if not found.differing:
        bits = one.dtype == other.dtype and one.tobytes() == other.tobytes()
        return {"verdict": SAME, "why": "same bits" if bits else "equal numbers, in other bits", **_numbers(found)}
    coarser = max(one, other, key=lambda array: array.dtype.kind == "f" and -array.dtype.itemsize)
    count = units(coarser, found.relative)
    look = looks_like(one, other)
    normal = count <= NORMAL and not look
    least, most = (
        f"{count:.3g} units roundoff of {coarser.dtype}",
        f"a sum of {PRODUCTS} products leaves up to {NORMAL:.0f}",
    )
    why = f"the difference is {least} of the norm; {most}"
    return {"verdict": NORMAL_WORD if normal else STRANGE, "why": why, "looks_like": look, **_numbers(found)}


def _against_truth(arrays: Sequence[np.ndarray], case: Case) -> dict[str, Any]:
    """Both arrays against the truth of the case."""
    right = truth(case, gradients=False)
    if right.rejected:
        raise UserError(f"the specification refuses this call of {case.op}: {right.rejected}")
    name = operators()[case.op].outputs[0]
    sides = [_side(case, right, name, right.outputs[name], array) for array in arrays]
    found = _alone(*arrays)
    good = all(side["right"] for side in sides)
    verdict = (SAME if found["verdict"] == SAME else NORMAL_WORD) if good else STRANGE
    wrong = [f"the {which} is wrong" for which, side in zip(("first", "second"), sides) if not side["right"]]
    why = "both are right: the difference is rounding" if good else ", ".join(wrong)
    return {**found, "verdict": verdict, "why": why, "first": sides[0], "second": sides[1]}


def _side(case: Case, right, name: str, expected: Expected, array: np.ndarray) -> dict[str, Any]:
    found: Comparison = compare(name, array, expected, case.dtype, exactly=False)
    look = "" if found.outcome.is_right else diagnose(case, right, {name: array}).sentence
    numbers = {key: getattr(found, key) for key in ("max_abs", "max_ulp", "bound_ratio", "rms_ratio", "peak_ratio")}
    return {
        "right": found.outcome.is_right,
        "outcome": str(found.outcome),
        "why": found.why,
        "looks_like": look,
        **numbers,
    }


def _numbers(found: Difference) -> dict[str, Any]:
    keys = ("size", "differing", "max_abs", "max_ulp", "median_ulp", "relative", "place", "values")
    return {key: getattr(found, key) for key in keys}


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{found['verdict']}: {found['why']}"
    if found.get("differing"):
        one, other = found["values"]
        share = f"{found['differing']} of {found['size']} elements differ, by {found['max_abs']:.3g} at most"
        yield f"  {share}: element {list(found['place'])} is {one} and {other}"
        yield f"  units in the last place: median {found['median_ulp']:.3g}, largest {found['max_ulp']:.3g}"
    for which in ("first", "second"):
        if side := found.get(which):
            yield f"  the {which} is {side['outcome']}" + (f": {side['why']}" if side["why"] else _ratios(side))
            if side["looks_like"]:
                yield f"    {side['looks_like']}"
    if found.get("looks_like"):
        yield f"  {found['looks_like']}"


def _ratios(side: Mapping[str, Any]) -> str:
    if not side["max_abs"]:
        return ": every value is the truth, rounded"
    statistical = f"{side['rms_ratio']:.2g} of the root mean square that rounding leaves"
    return f": {side['bound_ratio']:.2g} of the worst case, {statistical}"
