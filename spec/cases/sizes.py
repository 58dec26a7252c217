"""The thresholds of each operator: which sizes are tried beside which attributes (`spec.cases.geometry`).

Vectors hold 4, 8 or 16 numbers, blocks of channels 8, 16 or 64: on both sides of them something changes. Kernels,
strides, dilations and pads have no such places; there the larger ones show what was written for the usual ones alone.
What a size cannot change is no row: a stride needs a second window, a dilation a second tap.
"""

import dataclasses
import math
from typing import Any

from spec.cases.geometry import Plan, Row
from spec.padding import explicit, extent

EXACT, REAL, DOUBLE = ("integers", "float32"), ("reals", "float32"), ("reals", "float64")
HALF = ("integers", "float16")
LAYOUTS = ("NCHW", "NHWC")
RULES = ("same", "same_lower", "full")
ALONE = [[[3, 0], [0, 0]], [[0, 5], [0, 0]], [[0, 0], [7, 0]], [[0, 0], [0, 9]]]
LARGEST = {"float16": 2048, "bfloat16": 256}  # up to here every whole number is held
PRODUCT = 9  # of two whole numbers from -3 to 3


def both(name: str, *thresholds: int) -> dict[str, tuple[int, ...]]:
    """The same thresholds for rows and for columns."""
    return {f"{name} rows": thresholds, f"{name} columns": thresholds}


def pair(row: Row, name: str) -> list[int]:
    """[h, w] of a row."""
    return [row[f"{name} rows"], row[f"{name} columns"]]


def inputs_for(outputs, span, stride, padding) -> tuple[int, int]:
    """Rows and columns of the image that give at least so many outputs: (h, w)."""
    return tuple(
        max((count - 1) * step + 1 + (0 if padding in RULES[:2] else reach - 1 - _pads(padding, axis, reach)), 1)
        for axis, (count, reach, step) in enumerate(zip(outputs, span, stride))
    )  # type: ignore[return-value]


def _pads(padding, axis: int, span: int) -> int:
    """Pixels that a padding adds along an axis."""
    if isinstance(padding, str):
        return 2 * (span - 1) if padding == "full" else 0
    return sum(padding[axis])


def named(name: str, found) -> dict[str, int]:
    """[h, w] as two sizes."""
    return {f"{name} rows": found[0], f"{name} columns": found[1]}


# ---- convolutions --------------------------------------------------------------------------------

CONVOLUTION = {
    "batch": (1, 2, 3, 5),
    "channels": (1, 2, 3, 8, 9, 16, 17, 64, 65),  # of a group
    "outputs": (1, 2, 3, 8, 9, 10, 16, 17),  # of a group
    "groups": (1, 2, 3, 5),
    **both("kernel", 1, 2, 3, 4, 5, 7),
    **both("stride", 1, 2, 3, 4, 6),
    **both("dilation", 1, 2, 3),
    "rows": (1, 2, 3, 8, 9),
    "columns": (1, 2, 3, 8, 9, 16, 17),
}
CONVOLUTION_CHOICES: dict[str, Any] = {
    "padding": ("valid", "same", *ALONE),
    "bias": (False, True),
    "data": (EXACT, REAL, DOUBLE, HALF),
    "layout": LAYOUTS,
}


def convolution_attrs(row: Row) -> dict[str, Any]:
    geometry = {name: pair(row, name) for name in ("stride", "dilation")}
    rest = ("padding", "output_padding", "groups", "layout", "kernel_layout")
    return geometry | {name: row[name] for name in rest if name in row}


def convolution_shapes(row: Row, attrs) -> dict[str, tuple[int, ...]]:
    kernel, groups = pair(row, "kernel"), row["groups"]
    span = tuple(map(extent, kernel, attrs["dilation"]))
    size = inputs_for((row["rows"], row["columns"]), span, attrs["stride"], attrs["padding"])
    outputs = groups * row["outputs"]
    found = {"x": (row["batch"], groups * row["channels"], *size), "w": (outputs, row["channels"], *kernel)}
    return found | ({"b": (outputs,)} if row["bias"] else {})


def convolution_products(row: Row, shapes) -> float:
    pixels = max(row["rows"] * row["columns"], math.prod(shapes["x"][2:]) / 4)
    return row["batch"] * math.prod(shapes["w"]) * pixels


def convolution_sizes(shapes, attrs) -> dict[str, int]:
    x, w, groups = shapes["x"], shapes["w"], attrs["groups"]
    pads = explicit(attrs["padding"], x[2:], w[2:], attrs["stride"], attrs["dilation"])
    axes = zip(x[2:], w[2:], attrs["stride"], attrs["dilation"], pads)
    rows, columns = ((size + sum(pad) - extent(taps, rate)) // step + 1 for size, taps, step, rate, pad in axes)
    return {
        "batch": x[0],
        "channels": w[1],
        "outputs": w[0] // groups,
        "groups": groups,
        **named("kernel", w[2:]),
        **named("stride", attrs["stride"]),
        **named("dilation", attrs["dilation"]),
        "rows": rows,
        "columns": columns,
    }


def seen(row: Row) -> bool:
    """Whether stride, dilation and padding change anything: by one window, or one tap, they would not be seen."""
    named = row.get("padding") in RULES
    for axis in ("rows", "columns"):
        taps, outputs = row[f"kernel {axis}"], row[axis]
        if (row.get(f"dilation {axis}", 1) > 1 or named) and taps < 2:
            return False
        if row[f"stride {axis}"] > 1 and outputs < 2:
            return False
        reach = extent(taps, row.get(f"dilation {axis}", 1))
        if named and (outputs - 1) * row[f"stride {axis}"] + 1 < reach:  # some taps would see nothing but padding
            return False
    return True


def convolution_allowed(row: Row, shapes) -> bool:
    """Whether every size is seen, and half precision holds every partial sum, of outputs and gradients."""
    if not seen(row):
        return False
    pixels = row["batch"] * max(row["rows"] * row["columns"], 1)
    terms = max(math.prod(shapes["w"][1:]) + 1, pixels, row["outputs"] * math.prod(shapes["w"][2:]))
    return terms * PRODUCT <= LARGEST.get(row["data"][1], math.inf)


CONV2D = Plan(
    CONVOLUTION,
    CONVOLUTION_CHOICES | {"kernel_layout": ("OIHW", "HWIO", "OHWI", "IHWO")},
    convolution_attrs,
    convolution_shapes,
    convolution_products,
    convolution_sizes,
    convolution_allowed,
    seed=12,
)
CONV2D_LAYER = dataclasses.replace(
    CONV2D, choices=CONVOLUTION_CHOICES | {"padding": ("valid", "same", ALONE[1]), "data": (EXACT, REAL, HALF)}, seed=26
)


def transposed_shapes(row: Row, attrs) -> dict[str, tuple[int, ...]]:
    groups = row["groups"]
    channels, outputs = groups * row["channels"], groups * row["outputs"]
    found = {"x": (row["batch"], channels, row["rows"], row["columns"])}
    found["w"] = (channels, row["outputs"], *pair(row, "kernel"))
    return found | ({"b": (outputs,)} if row["bias"] else {})


def transposed_products(row: Row, shapes) -> float:
    """The gradient of the image sees every place of the output."""
    pixels = math.prod(row[axis] * row[f"stride {axis}"] for axis in ("rows", "columns"))
    return row["batch"] * math.prod(shapes["w"]) * pixels


def transposed_sizes(shapes, attrs) -> dict[str, int]:
    x, w, groups = shapes["x"], shapes["w"], attrs["groups"]
    found = {"batch": x[0], "channels": w[0] // groups, "outputs": w[1], "groups": groups}
    pairs = {"kernel": w[2:], "stride": attrs["stride"], "dilation": attrs["dilation"]}
    for name, values in pairs.items():
        found |= named(name, values)
    return found | {"rows": x[2], "columns": x[3]}


CONV_TRANSPOSE2D = Plan(
    CONVOLUTION,
    CONVOLUTION_CHOICES
    | {
        "padding": ("valid", "same", [[2, 0], [0, 0]], [[0, 3], [0, 0]], [[0, 0], [4, 0]], [[0, 0], [0, 5]]),
        "output_padding": ([0, 0], [1, 1], [2, 0], [0, 3]),
        "kernel_layout": ("IOHW", "HWOI", "OHWI", "HWIO"),
    },
    convolution_attrs,
    transposed_shapes,
    transposed_products,
    transposed_sizes,
    convolution_allowed,
    seed=31,
)


# ---- windows without weights ---------------------------------------------------------------------

POOL = {
    "batch": (1, 2, 3, 5),
    "channels": (1, 2, 3, 8, 9, 16, 17, 65),
    **both("kernel", 1, 2, 3, 4, 5, 7, 8),
    **both("stride", 1, 2, 3, 4, 6),
    "rows": (1, 2, 3, 8, 9),
    "columns": (1, 2, 3, 8, 9, 16, 17),
}
POOL_CHOICES: dict[str, Any] = {
    "padding": ("valid", "same", [[1, 0], [0, 0]], [[0, 2], [0, 0]], [[0, 0], [3, 0]], [[0, 0], [0, 4]]),
    "ceil_mode": (False, True),
    "layout": LAYOUTS,
}


def pool_attrs(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"kernel_size": pair(row, "kernel"), "stride": pair(row, "stride")}
    if "dilation rows" in row:
        found["dilation"] = pair(row, "dilation")
    rest = ("padding", "ceil_mode", "count_include_pad", "layout")
    return found | {name: row[name] for name in rest if name in row}


def pool_shapes(row: Row, attrs) -> dict[str, tuple[int, ...]]:
    """With `ceil_mode` the image has a pixel more, which a last window sees that hangs over."""
    span = tuple(map(extent, attrs["kernel_size"], attrs.get("dilation", (1, 1))))
    size = inputs_for((row["rows"], row["columns"]), span, attrs["stride"], attrs["padding"])
    more = [int(row["ceil_mode"] and step > 1) for step in attrs["stride"]]
    return {"x": (row["batch"], row["channels"], size[0] + more[0], size[1] + more[1])}


def pool_products(row: Row, shapes) -> float:
    outputs = math.prod(shapes["x"][:2]) * row["rows"] * row["columns"]
    return outputs * row["kernel rows"] * row["kernel columns"] + math.prod(shapes["x"])


def pool_sizes(shapes, attrs) -> dict[str, int]:
    x, kernel = shapes["x"], attrs["kernel_size"]
    stride, dilation = attrs["stride"] or kernel, attrs.get("dilation", (1, 1))
    pads = explicit(attrs["padding"], x[2:], kernel, stride, dilation)
    axes = zip(x[2:], kernel, stride, dilation, pads)
    rows, columns = ((size + sum(pad) - extent(taps, rate)) // step + 1 for size, taps, step, rate, pad in axes)
    found = {"batch": x[0], "channels": x[1], **named("kernel", kernel), **named("stride", stride)}
    return found | named("dilation", dilation) | {"rows": rows, "columns": columns}


def pool_allowed(row: Row, shapes) -> bool:
    """Whether every size is seen, and float16 holds so many different whole numbers or so small a part of a sum."""
    hangs = not row["ceil_mode"] or max(pair(row, "stride")) > 1
    counts = not row.get("count_include_pad") or row["padding"] != "valid"
    few = row["data"][1] != "float16" or math.prod(shapes["x"]) <= (2048 if row["data"] == HALF else 512)
    return seen(row) and hangs and counts and few


MAX_POOL2D = Plan(
    POOL | both("dilation", 1, 2, 3, 4),
    POOL_CHOICES | {"data": (EXACT, REAL, DOUBLE, HALF)},
    pool_attrs,
    pool_shapes,
    pool_products,
    pool_sizes,
    pool_allowed,
    limit=2e5,
    seed=31,
)
AVG_POOL2D = Plan(
    POOL,
    POOL_CHOICES | {"count_include_pad": (False, True), "data": (REAL, DOUBLE)},
    pool_attrs,
    pool_shapes,
    pool_products,
    pool_sizes,
    pool_allowed,
    limit=2e5,
    seed=17,
)
