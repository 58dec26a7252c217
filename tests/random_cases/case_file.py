"""Cases as a case file holds them."""

import numpy as np

from spec.core import Case


def content(cases: list[Case]) -> dict:
    """What `harness.cases.case_file` reads as these cases; whether they must be exact, it does not tell."""
    return {"schema_version": 1, "cases": [_row(case) for case in cases]}


def _row(case: Case) -> dict:
    inputs = {name: _array(array) for name, array in case.inputs.items()}
    for name, word in case.memory.items():
        inputs[name]["memory"] = word
    return {"id": case.id, "op": case.op, "attrs": dict(case.attrs), "inputs": inputs, "gradient": case.gradient}


def _array(array: np.ndarray) -> dict:
    wide = array.astype(np.float64) if array.dtype.kind != "i" else array
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": wide.ravel().tolist()}
