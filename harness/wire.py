"""Arrays as they cross between the harness and a worker: `.npy` bytes, never pickled.

bfloat16, which `.npy` does not know, crosses as its bits in uint16 with its name beside it.
"""

import io
from typing import Any

import numpy as np


def pack(array: np.ndarray) -> dict[str, Any]:
    """An array as plain data: the name of its dtype and the bytes of an `.npy` file."""
    name = array.dtype.name
    buffer = io.BytesIO()
    np.save(buffer, array.view(np.uint16) if name == "bfloat16" else array, allow_pickle=False)
    return {"dtype": name, "npy": buffer.getvalue()}


def unpack(packed: dict[str, Any]) -> np.ndarray:
    """The array again. Raises `ValueError` for bytes that are no array; `ImportError` without `ml_dtypes`."""
    array = np.load(io.BytesIO(packed["npy"]), allow_pickle=False)
    if packed["dtype"] == "bfloat16":
        import ml_dtypes

        return array.view(ml_dtypes.bfloat16)
    return array


def pack_all(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Named arrays, packed."""
    return {name: pack(array) for name, array in arrays.items()}


def unpack_all(packed: dict[str, Any]) -> dict[str, np.ndarray]:
    """Named arrays, unpacked."""
    return {name: unpack(one) for name, one in packed.items()}
