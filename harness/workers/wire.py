"""Arrays as they cross between the harness and a worker, in JSON: dtype, shape and bytes, never pickled."""

import base64
from typing import Any

import numpy as np


def pack(array: np.ndarray) -> dict[str, Any]:
    """An array as data for JSON, its bytes in C order. Raises `ValueError` for Python objects."""
    if array.dtype.hasobject:
        raise ValueError("Python objects would have to be pickled, and nothing is unpickled here")
    dtype = array.dtype.str
    if array.dtype.kind == "V" and array.dtype.name == "bfloat16":  # of which the string tells no more than the size
        dtype = "bfloat16"
    return {"dtype": dtype, "shape": list(array.shape), "base64": base64.b64encode(array.tobytes()).decode("ascii")}


def unpack(packed: dict[str, Any]) -> np.ndarray:
    """The array again. Raises `ValueError` for bytes that are no such array; `ImportError` without `ml_dtypes`."""
    dtype = packed["dtype"]
    if dtype == "bfloat16":
        import ml_dtypes

        dtype = ml_dtypes.bfloat16
    # A copy, because some frameworks write into what they are given, and others want it to be writable.
    return np.frombuffer(base64.b64decode(packed["base64"]), dtype).reshape(packed["shape"]).copy()


def pack_all(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Named arrays, packed."""
    return {name: pack(array) for name, array in arrays.items()}


def unpack_all(packed: dict[str, Any]) -> dict[str, np.ndarray]:
    """Named arrays, unpacked."""
    return {name: unpack(one) for name, one in packed.items()}
