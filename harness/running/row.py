"""What a result leaves in the run folder: its line of results.jsonl, and its arrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.running.result import Result
from reports.run_folder import finite


def row(result: Result) -> dict[str, Any]:
    """One line of results.jsonl. Ratios that are infinite are the string "inf"."""
    case, verdict, reply = result.case, result.verdict, result.reply
    line: dict[str, Any] = {
        "case": case.id,
        "op": case.op,
        "backend": result.backend,
        "dtype": case.dtype.name,
        "layout": case.layout,
        "why": case.why,
        "outcome": verdict.outcome,
        "status": result.status,
        "route": reply.get("route", ""),
        "seconds": round(reply.get("seconds", 0.0), 6),
    }
    if verdict.output:
        for name in ("max_abs", "max_ulp", "median_ulp", "bound_ratio", "rms_ratio"):
            line[name] = finite(getattr(verdict.output, name))
        if verdict.output.arithmetic:
            line["arithmetic"] = verdict.output.arithmetic
        if verdict.output.unseen:
            line["unseen"] = list(verdict.output.unseen)
        if verdict.output.zero_signs:
            line["zero_signs"] = verdict.output.zero_signs
    if verdict.expected:
        line["expected"] = verdict.expected
    if verdict.gradients:
        line["grad"] = {name: one.outcome for name, one in verdict.gradients.items()}
        line["grad_bound_ratio"] = {name: finite(one.bound_ratio) for name, one in verdict.gradients.items()}
        sums = {name: one.arithmetic for name, one in verdict.gradients.items() if one.arithmetic}
        line |= {"grad_arithmetic": sums} if sums else {}
        unseen = {name: list(one.unseen) for name, one in verdict.gradients.items() if one.unseen}
        line |= {"grad_unseen": unseen} if unseen else {}
        line["grad_rms_ratio"] = {name: finite(one.rms_ratio) for name, one in verdict.gradients.items()}
    for name, bits in (("bits", result.bits), ("grad_bits", result.gradient_bits)):
        if bits:
            line[name] = bits
    if reply.get("error_class"):
        line["error_class"] = reply["error_class"]
    if result.message:
        line["message"] = result.message
    if result.diagnosis.sentence:
        line["diagnosis"] = result.diagnosis.sentence
        line["causes"] = list(result.diagnosis.causes)
    slopes = [one.why for one in verdict.gradients.values() if one.why]
    if slopes and slopes[0] != verdict.why:
        line["grad_message"] = slopes[0]
    if result.ledger:
        line["ledger"] = result.ledger[0]
    if result.ledger[1:]:
        line["ledger_more"] = list(result.ledger[1:])
    return line


def arrays(result: Result) -> Mapping[str, np.ndarray]:
    """The inputs and outputs of a result that did not pass; none of one that did."""
    if result.status == "pass" or not result.outputs:
        return {}
    inputs = {f"input_{key}": array for key, array in result.case.inputs.items()}
    return inputs | {f"output_{key}": array for key, array in result.outputs.items()}
