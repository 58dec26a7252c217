"""Moves weights between frameworks: LeNet-5 trained in A, written as safetensors, loaded in B.

The file holds the weights as the specification has them (kernels OIHW, dense weights (out, in)); each adapter
brings its own layers' layouts there and back. Proven when B's logits with A's weights are right.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from harness.cases import photographs
from harness.judging.oracle import truth
from harness.judging.verdict import compare
from harness.workers.supervisor import Supervisor
from harness.workers.wire import unpack_all
from spec.numerics.lenet_arithmetic import SHAPES

STEPS = 3


def matrix(supervisors: Mapping[str, Supervisor], folder: Path) -> dict[str, dict[str, str]]:
    """source -> target -> "" where the logits agree, else what is wrong. The files stay in `folder`."""
    trained = dataclasses.replace(photographs.digits(), id="transfer/train", attrs={"lr": 0.05, "steps": STEPS})
    found: dict[str, dict[str, str]] = {}
    for source, supervisor in supervisors.items():
        reply = supervisor.answer(trained)
        outputs = unpack_all(reply.get("outputs", {}))
        if not outputs:
            found[source] = dict.fromkeys(supervisors, f"not trained: {reply['message']}")
            continue
        path = folder / f"lenet5-{source.replace(':', '-')}.safetensors"
        save_file({name: np.ascontiguousarray(outputs[f"{name}_after"]) for name in SHAPES}, path)
        found[source] = {target: _load(path, other, outputs["logits"]) for target, other in supervisors.items()}
    return found


def _load(path: Path, target: Supervisor, logits: np.ndarray) -> str:
    """Predict with the weights of a file; what is wrong with the logits, or ""."""
    digits = photographs.digits()
    inputs = {**digits.inputs, **load_file(path)}
    case = dataclasses.replace(digits, id="transfer/load", attrs={"lr": 0.05, "steps": 0}, inputs=inputs)
    reply = target.answer(case)
    outputs = unpack_all(reply.get("outputs", {}))
    if not outputs:
        return reply["message"]
    wanted = truth(case, gradients=False).outputs["logits"]
    for whose, actual in (("own", outputs["logits"]), ("the source's", logits)):
        result = compare("logits", actual, wanted, case.dtype, exactly=False)
        if result.outcome == "differs":
            return f"{whose} {result.why}"
    return ""
