"""The thresholds of the operators beside convolutions and pools (`spec.cases.sizes`): images, planes and training."""

import math
from typing import Any

from spec.cases.geometry import Plan, Row
from spec.cases.sizes import DOUBLE, EXACT, HALF, LARGEST, LAYOUTS, PRODUCT, REAL, both, named, pair

# ---- pads and enlarged images --------------------------------------------------------------------

IMAGE = {
    "batch": (1, 2, 3, 5),
    "channels": (1, 2, 3, 8, 9, 16, 17, 65),
    "rows": (1, 2, 3, 8, 9),
    "columns": (1, 2, 3, 8, 9, 16, 17),
}


def image_shapes(row: Row, attrs) -> dict[str, tuple[int, ...]]:
    return {"x": (row["batch"], row["channels"], row["rows"], row["columns"])}


def image_products(row: Row, shapes) -> float:
    return math.prod(shapes["x"])


def image_sizes(shapes, attrs) -> dict[str, int]:
    return dict(zip(("batch", "channels", "rows", "columns"), shapes["x"]))


def pad_allowed(row: Row, shapes) -> bool:
    """Whether the value is read, and held by the dtype."""
    read = row["value"] == 0 or row["mode"] == "constant"
    return read and (row["data"][1] != "float16" or row["value"] == 0)


PAD2D = Plan(
    IMAGE,
    {
        "mode": ("constant", "reflect", "symmetric", "replicate", "circular"),
        "padding": ([[1, 0], [0, 0]], [[0, 2], [0, 0]], [[0, 0], [3, 0]], [[0, 0], [0, 4]]),
        "value": (0.0, 0.1, 70000.5),  # float16 holds neither of the latter
        "data": (REAL, DOUBLE, ("reals", "float16")),
        "layout": LAYOUTS,
    },
    lambda row: {name: row[name] for name in ("mode", "padding", "value", "layout")},
    image_shapes,
    image_products,
    image_sizes,
    pad_allowed,
    limit=2e5,
    seed=16,
)


def upsample_attrs(row: Row) -> dict[str, Any]:
    mode, _, aligned = row["interpolation"].partition(" ")
    return {"scale": pair(row, "scale"), "mode": mode, "align_corners": bool(aligned), "layout": row["layout"]}


def upsample_sizes(shapes, attrs) -> dict[str, Any]:
    interpolation = attrs["mode"] + (" aligned" if attrs["align_corners"] else "")
    return {**image_sizes(shapes, attrs), **named("scale", attrs["scale"]), "interpolation": interpolation}


def upsample_products(row: Row, shapes) -> float:
    return math.prod(shapes["x"]) * row["scale rows"] * row["scale columns"]


def upsample_allowed(row: Row, shapes) -> bool:
    """Whether there is something between pixels, and float16 holds the number of every place."""
    between = row["interpolation"] == "nearest" or min(shapes["x"][2:]) > 1
    places = max(size * row[f"scale {axis}"] for size, axis in zip(shapes["x"][2:], ("rows", "columns")))
    return between and (row["data"][1] != "float16" or places <= 32)


UPSAMPLE2D = Plan(
    IMAGE | both("scale", 1, 2, 3, 4, 5, 7),
    {
        "interpolation": ("nearest", "bilinear", "bilinear aligned"),
        "data": (REAL, DOUBLE, ("reals", "float16")),
        "layout": LAYOUTS,
    },
    upsample_attrs,
    image_shapes,
    upsample_products,
    upsample_sizes,
    upsample_allowed,
    limit=4e4,
    seed=23,
)


def flatten_allowed(row: Row, shapes) -> bool:
    """Whether an image of so many axes has these rows and columns."""
    return (row["rank"] > 2 or row["rows"] == 1) and (row["rank"] > 3 or row["columns"] == 1)


FLATTEN = Plan(
    IMAGE,
    {"rank": (4, 2, 3, 5), "data": (REAL, DOUBLE, ("reals", "float16")), "layout": LAYOUTS},
    lambda row: {"layout": row["layout"]},
    lambda row, attrs: {"x": (row["batch"], row["channels"], row["rows"], row["columns"], 2)[: row["rank"]]},
    lambda row, shapes: math.prod(shapes["x"][1:]),
    lambda shapes, attrs: {"rank": len(shapes["x"]), **image_sizes(shapes, attrs)},
    flatten_allowed,
    limit=2000,
)


# ---- from scratch, and training ------------------------------------------------------------------


def textbook_shapes(row: Row, attrs) -> dict[str, tuple[int, ...]]:
    kernel, rank = pair(row, "kernel"), row.get("rank", 2)
    size = [count + taps - 1 for count, taps in zip((row["rows"], row["columns"]), kernel)]
    channels = (row["channels"],) if rank > 2 else ()
    outputs = (row["outputs"],) if rank > 3 else ()
    return {"x": (*channels, *size), "k": (*outputs, *channels, *kernel)}


def textbook_sizes(shapes, attrs) -> dict[str, Any]:
    x, k = shapes["x"], shapes["k"]
    rows, columns = (pixels - taps + 1 for pixels, taps in zip(x[-2:], k[-2:]))
    outputs, channels = ((1, 1, *k[:-2]))[-2:]
    found = {"channels": channels, "outputs": outputs, "rank": len(k), "rows": rows, "columns": columns}
    return found | named("kernel", k[-2:])


def windows(row: Row, shapes) -> float:
    """Frameworks compute from scratch in loops over windows, planes and outputs."""
    return math.prod(shapes["k"][:-2]) * row["rows"] * row["columns"]


def textbook_allowed(row: Row, shapes) -> bool:
    """Whether channels and outputs are there to be seen, and half precision holds every partial sum."""
    rank = row.get("rank", 2)
    there = (rank > 2 or row.get("channels", 1) == 1) and (rank > 3 or row.get("outputs", 1) == 1)
    terms = max(math.prod(shapes["k"]), row["rows"] * row["columns"])
    return there and terms * PRODUCT <= LARGEST.get(row["data"][1], math.inf)


PLANE = {**both("kernel", 1, 2, 3, 5, 7), "rows": (1, 2, 3, 8, 9), "columns": (1, 2, 3, 8, 9, 16, 17)}
CORR2D = Plan(
    {"channels": (1, 2, 3, 8, 9, 17, 65), "outputs": (1, 2, 3, 9, 10), **PLANE},
    {"rank": (2, 3, 4), "data": (EXACT, REAL, DOUBLE)},
    lambda row: {},
    textbook_shapes,
    windows,
    textbook_sizes,
    textbook_allowed,
    limit=2000,
)
CONVOLVE2D = Plan(
    PLANE,
    {"data": (EXACT, REAL, DOUBLE, HALF)},
    lambda row: {},
    textbook_shapes,
    windows,
    textbook_sizes,
    textbook_allowed,
)


def learning_attrs(row: Row) -> dict[str, Any]:
    """A rate at which the kernel still moves after the last step: far from the largest that converges."""
    outputs, taps = row["rows"] * row["columns"], row["kernel rows"] * row["kernel columns"]
    rate = 0.1 / (math.sqrt(outputs) + math.sqrt(taps)) ** 2 * (outputs if row["loss"] == "mean" else 1)
    return {"lr": float(f"{rate:.2g}"), "steps": row["steps"], "loss": row["loss"]}


def learning_shapes(row: Row, attrs) -> dict[str, tuple[int, ...]]:
    shapes = textbook_shapes(row, attrs)
    return {"x": shapes["x"], "y": (row["rows"], row["columns"]), "w": shapes["k"]}


def learning_sizes(shapes, attrs) -> dict[str, Any]:
    found = {"steps": attrs["steps"], **named("kernel", shapes["w"])}
    return found | {"rows": shapes["y"][0], "columns": shapes["y"][1]}


LEARN_KERNEL = Plan(
    {"steps": (1, 2, 3, 5, 10, 11, 33), **PLANE},
    {"loss": ("sum", "mean"), "data": (REAL, DOUBLE)},
    learning_attrs,
    learning_shapes,
    lambda row, shapes: math.prod(shapes["y"]) * math.prod(shapes["w"]),
    learning_sizes,
)
