"""The thresholds of dense layers: which sizes are tried beside which layouts (`spec.cases.geometry`).

Vectors hold 4, 8 or 16 numbers, blocks of a matrix product 16 or 64: on both sides of them something changes.
"""

from spec.cases.geometry import Plan
from spec.cases.sizes import DOUBLE, EXACT, HALF, LARGEST, PRODUCT, REAL


def shapes(row, attrs):
    found = {"x": (row["batch"], row["inputs"]), "w": (row["outputs"], row["inputs"])}
    return found | ({"b": (row["outputs"],)} if row["bias"] else {})


def measured(shapes, attrs):
    return {"batch": shapes["x"][0], "inputs": shapes["x"][1], "outputs": shapes["w"][0]}


def allowed(row, shapes):
    """Whether half precision holds every partial sum, forward and backward."""
    terms = max(row["batch"], row["inputs"], row["outputs"])
    return row["data"] != HALF or terms * PRODUCT <= LARGEST["float16"]


DENSE = Plan(
    {
        "batch": (1, 2, 3, 5, 8, 9, 17, 65),
        "inputs": (1, 2, 3, 8, 9, 16, 17, 64, 65, 257),
        "outputs": (1, 2, 3, 8, 9, 10, 16, 17, 65),
    },
    {"kernel_layout": ("OI", "IO"), "bias": (False, True), "data": (EXACT, REAL, DOUBLE, HALF)},
    lambda row: {"kernel_layout": row["kernel_layout"]},
    shapes,
    lambda row, shapes: row["batch"] * row["inputs"] * row["outputs"],
    measured,
    allowed,
    limit=3e5,
)
