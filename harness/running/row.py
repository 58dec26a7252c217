"""What a result leaves in the run folder: its line of results.jsonl, and its arrays."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from harness.running.result import Result
from reports.run_folder import all_finite, finite

KEPT = "seed/"  # the cases whose arrays are kept whatever comes
LARGEST = 1 << 16


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
        "attrs": all_finite(dict(case.attrs)),
        "shapes": {name: list(array.shape) for name, array in case.inputs.items()},
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
    """The inputs and outputs of a result that did not pass, or of a seed, and the truth of each output.

    Of what did not pass also the gradients and their truth.

    None of other results that passed; `Peers` keeps their outputs until it is known whether another backend fails.
    """
    if not result.outputs or (result.status == "pass" and not result.case.id.startswith(KEPT)):
        return {}
    inputs = {f"input_{key}": array for key, array in result.case.inputs.items()}
    truth = result.truth.outputs if result.truth else {}
    wanted = {f"truth_{key}": one.value for key, one in truth.items() if key in result.outputs}
    found = inputs | {f"output_{key}": array for key, array in result.outputs.items()} | wanted
    for key, one in result.truth.gradients.items() if result.truth and result.status != "pass" else ():
        if key in result.gradients:
            found |= {f"gradient_{key}": result.gradients[key], f"truth_gradient_{key}": one.value}
    return found


class Peers:
    """Outputs of results that passed: those of cases that another backend fails are kept in the end.

    Larger ones than `LARGEST` bytes are not held, so that a run needs little memory.
    """

    def __init__(self) -> None:
        self.held: dict[str, list[tuple[Mapping[str, Any], Mapping[str, np.ndarray]]]] = {}
        self.failed: set[str] = set()

    def add(self, line: Mapping[str, Any], result: Result) -> None:
        """Take note of a result and its line of results.jsonl."""
        if line["status"] in ("fail", "new"):
            self.failed.add(line["case"])
        elif line["status"] == "pass" and not arrays(result) and _size(result.outputs) <= LARGEST:
            kept = {f"output_{key}": array for key, array in result.outputs.items()}
            self.held.setdefault(line["case"], []).append((line, kept))

    def kept(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, np.ndarray]]]:
        """(line, outputs) of what passed where another backend fails."""
        for case in sorted(self.failed):
            yield from ((line, found) for line, found in self.held.get(case, ()) if found)


def _size(outputs: Mapping[str, np.ndarray]) -> int:
    return sum(array.nbytes for array in outputs.values())
