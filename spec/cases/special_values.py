"""Special values through every operator: NaN, infinities, signed zeros, subnormals and overflow.

What is expected is what IEEE 754 arithmetic makes of the definitions:

- NaN comes to every output that reads it, and to no other; so does infinity, unless inf - inf or 0 * inf makes NaN.
- The zeros of the padding are zeros like all others: a kernel's infinity that meets them makes NaN.
- What the definition does not read makes no product: pixels that a stride skips, other groups, other images, the
  places between a dilated kernel's taps or between the copies of a transposed convolution, pixels of weight 0.
- Subnormal numbers are numbers. (Much hardware is set to take them for zero, which IEEE 754 does not allow.)
- A sum beyond the largest number is infinite. One that comes back into the range is a number again: the lattice
  leaves the order of summation open, so only an accumulator of the same narrow dtype may lose it.
- The sign of a zero is not judged, as 0 == -0; the results count the signs that are not the reference's.

All other values are small whole numbers from 1 on, all cotangents 1, so everything else is exact. A gradient is
asked for where IEEE arithmetic says what it is: not of ties, and not where the reference is read off by its values
on a basis (`spec.numerics.gradient`), which multiplies special values by zeros. Ids: special/OPERATOR/[GEOMETRY/]VALUE.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from spec.cases import sketches
from spec.core import Case, as_tuple
from spec.ops import activation, batch_norm2d, lenet5
from spec.registry import operators

NAN, INF = np.nan, np.inf
SMALLEST = {"float32": 2.0**-149, "float16": 2.0**-24, "bfloat16": 2.0**-133}  # subnormal
HUGE = {"float32": 2.0**125, "float16": 2.0**13, "bfloat16": 2.0**125}  # eight of them are beyond the largest number

Changes = Mapping[str, Any]  # input or "cotangent" -> {place: value}, an array in its stead, or a factor
Row = tuple[str, str, Changes]  # name of the value, why, changes


@dataclasses.dataclass(frozen=True)
class Scene:
    """One geometry, which cases with different values share: frameworks that compile do it once.

    Inputs are the numbers from 1 to `largest`: small, so that every sum is exact, or large enough to be distinct.
    """

    op: str
    shapes: Mapping[str, tuple[int, ...]]
    attrs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    name: str = ""
    dtype: str = "float32"
    largest: int = 5

    def case(self, row: Row, gradient: bool = True) -> Case:
        """The case of one row."""
        value, why, changes = row
        operator = operators()[self.op]
        attrs = operator.complete(self.attrs)
        plain = {key: attrs[key] for key in attrs if not (key == "layout" and operator.images)}
        plain.pop("kernel_layout", None)
        arrays = {name: whole(shape, self.largest) for name, shape in self.shapes.items()}
        if operator.differentiable:
            arrays["cotangent"] = np.ones(as_tuple(operator.out_shape(*self.shapes.values(), **plain)))
        arrays = {name: changed(array, changes.get(name, 1.0)) for name, array in arrays.items()}
        dtype = sketches.dtype_of(self.dtype)
        inputs = {name: arrays[name].astype(dtype) for name in self.shapes}
        id = "/".join(filter(None, ["special", self.op, self.name, value]))
        gradient = gradient and bool(operator.differentiable)
        return Case(id, self.op, attrs, inputs, why, "value", "integers", gradient, arrays.get("cotangent"))


def whole(shape: tuple[int, ...], largest: int) -> np.ndarray:
    """The numbers from 1 to `largest` over and over, in no order."""
    return (np.arange(np.prod(shape)) * 7 % largest + 1.0).reshape(shape)


def changed(array: np.ndarray, change: Mapping | np.ndarray | float) -> np.ndarray:
    """The array times a factor, another array in its stead, or with other values in some places."""
    if isinstance(change, float):
        return array * change
    if isinstance(change, np.ndarray):
        return np.broadcast_to(change, array.shape)
    array = array.copy()
    for place, value in change.items():
        array[place] = value
    return array


NAN_COTANGENT: Row = (
    "nan-cotangent",
    "NaN comes to what the output read, and to nothing else",
    {"cotangent": {(..., 1, 1): NAN}},
)


def products(image: str, kernel: str, pixel: tuple, beside: tuple, tap: tuple) -> Iterator[Row]:
    """Values for an operator that sums products of pixels and taps; `beside` is in some windows of `pixel`."""
    yield "nan-image", "NaN comes to every window that sees it", {image: {pixel: NAN}}
    yield "nan-kernel", "NaN comes to every output of its kernel", {kernel: {tap: NAN}}
    yield "infinite-image", "infinity comes to every window that sees it", {image: {pixel: INF}}
    yield "minus-infinity", "and so does its opposite", {image: {pixel: -INF}}
    yield "infinite-kernel", "no tap meets padding here: all is infinite", {kernel: {tap: INF}}
    both = {image: {pixel: INF, beside: -INF}}
    yield "infinity-minus-infinity", "NaN where a window sees both, infinity where it sees one", both
    yield "infinity-times-zero", "0 * inf is NaN: a tap of 0 hides nothing", {image: {pixel: INF}, kernel: {tap: 0}}
    yield "negative-zero", "the sum of negative zeros is 0, of either sign", {image: -0.0}
    yield "subnormal", "sums of subnormal numbers are numbers, not zero", {image: SMALLEST["float32"]}
    yield "underflow", "the product of normal numbers may be subnormal", {image: 2.0**-100, kernel: 2.0**-44}
    yield "overflow", "all products are of one sign: infinite in every order", {image: HUGE["float32"]}


def convolutions() -> Iterator[Case]:
    """conv2d, conv2d_layer, and the two of textbooks."""
    x, w = (1, 2, 4, 5), (3, 2, 2, 3)
    places = (0, 0, 1, 2), (0, 0, 1, 3), (1, 0, 1, 1)
    rows = [*products("x", "w", *places), NAN_COTANGENT]
    infinite = {"cotangent": {(..., 1, 1): INF}}
    rows.append(("infinite-cotangent", "infinity comes to what the output read", infinite))
    scene = Scene("conv2d", {"x": x, "w": w})
    yield from map(scene.case, rows)
    layer = dataclasses.replace(scene, op="conv2d_layer")
    yield from (layer.case(row) for row in rows if row[0] in ("nan-image", "infinity-times-zero", "subnormal"))
    why = "the padding is zeros: 0 * inf is NaN at the edges, infinity inside"
    padded = Scene("conv2d", {"x": x, "w": w}, {"padding": [[1, 1], [1, 1]]}, "padded")
    yield padded.case(("infinite-kernel", why, {"w": {(1, 0, 0, 0): INF}}))
    wide = dataclasses.replace(padded, name="padded-float64", dtype="float64")
    yield wide.case(("infinite-kernel", why, {"w": {(1, 0, 0, 0): INF}}), gradient=False)
    yield padded.case(rows[0])
    why = "as before, of more channels and images, for which other kernels are chosen"
    wide = Scene("conv2d", {"x": (2, 8, 5, 6), "w": (8, 8, 3, 3)}, {"padding": "same"}, "padded-wide")
    for one in (wide, dataclasses.replace(wide, op="conv2d_layer")):
        yield one.case(("infinite-kernel", why, {"w": {(1, 0, 0, 0): INF}}))
    why = "column 2 lies between the windows: nothing reads it"
    scene = Scene("conv2d", {"x": x, "w": (3, 2, 2, 2)}, {"stride": [1, 3]}, "gaps")
    yield scene.case(("nan-image", why, {"x": {(0, 0, 1, 2): NAN}}))
    why = "neither the other group nor the other image reads it"
    scene = Scene("conv2d", {"x": (2, 2, 4, 5), "w": (4, 1, 2, 3)}, {"groups": 2}, "groups")
    yield scene.case(("nan-image", why, {"x": {(0, 0, 1, 2): NAN}}))
    double = dataclasses.replace(scene, name="groups-float64", dtype="float64")
    for one in (double, dataclasses.replace(double, op="conv2d_layer")):
        yield one.case(("infinite-image", why, {"x": {(0, 0, 1, 2): INF}}), gradient=False)
    why = "the windows whose taps fall left and right of it do not see it"
    scene = Scene("conv2d", {"x": x, "w": (3, 2, 2, 2)}, {"dilation": [1, 2]}, "dilated")
    yield scene.case(("infinite-image", why, {"x": {(0, 0, 1, 2): INF}}))
    yield from (case for dtype in ("float16", "bfloat16") for case in halves(dtype))
    for op in ("corr2d", "convolve2d"):
        scene = Scene(op, {"x": (3, 4), "k": (2, 2)})
        for row in products("x", "k", (1, 1), (1, 2), (0, 1)):
            yield scene.case(row, gradient=row[0] in ("negative-zero", "subnormal", "underflow", "overflow"))
        yield scene.case(NAN_COTANGENT)
    plane = Scene("convolve2d", {"x": (5, 7), "k": (1, 3)}, {}, "bfloat16", "bfloat16")
    why = "a third tap is alone where products are summed in pairs"
    yield plane.case(("infinite-image", why, {"x": {(1, 5): INF}}), gradient=False)
    yield plane.case(("subnormal", "sums of subnormal numbers are numbers, not zero", {"x": SMALLEST["bfloat16"]}))


def halves(dtype: str) -> Iterator[Case]:
    """Narrow dtypes, which overflow early: what matters is the dtype of the accumulator."""
    scene = Scene("conv2d", {"x": (1, 2, 4, 5), "w": (3, 2, 2, 3)}, {}, dtype, dtype)
    yield scene.case(("nan-image", "NaN survives every conversion", {"x": {(0, 0, 1, 2): NAN}}))
    yield scene.case(("overflow", "infinite in every order", {"x": HUGE[dtype]}))
    if dtype == "float16":
        why = "+2^15 six times and -2^15 six times: their sum is 0, but partial sums may be beyond the largest number"
        signs = np.array([1.0, -1.0]).reshape(1, 2, 1, 1)
        yield scene.case(("overflow-between", why, {"x": {...: 2.0**15}, "w": signs}), gradient=False)
    why = "sums of subnormal numbers are numbers, not zero"
    yield scene.case(("subnormal", why, {"x": SMALLEST[dtype]}))


def transposed() -> Iterator[Case]:
    """conv_transpose2d: what lies between the copies of the kernel is nothing, not zero."""
    shapes = {"x": (1, 2, 2, 3), "w": (2, 3, 3, 3)}
    plain = Scene("conv_transpose2d", shapes, {"stride": [2, 2]})
    kept = ("nan-image", "nan-kernel", "infinite-image", "infinite-kernel", "subnormal", "overflow")
    rows = [row for row in products("x", "w", (0, 0, 1, 1), (0, 0, 1, 2), (1, 0, 0, 1)) if row[0] in kept]
    yield from map(plain.case, rows)
    yield plain.case(NAN_COTANGENT)
    narrow = dataclasses.replace(plain, name="bfloat16", dtype="bfloat16")
    yield narrow.case(("subnormal", "sums of subnormal numbers are numbers, not zero", {"x": SMALLEST["bfloat16"]}))
    why = "in a corner of the kernel: what surrounds the image is nothing, not zero"
    corner: Row = ("infinite-kernel", why, {"w": {(1, 0, 0, 0): INF}})
    around = Scene("conv_transpose2d", {"x": (1, 2, 4, 5), "w": (2, 3, 3, 3)}, {}, "around")
    yield around.case(corner, gradient=False)
    yield narrow.case(corner, gradient=False)
    grouped = dataclasses.replace(narrow, shapes=around.shapes, attrs={"groups": 2}, name="bfloat16-groups")
    yield grouped.case(corner, gradient=False)
    why = "the other group does not read it"
    double = Scene(
        "conv_transpose2d", {"x": (2, 2, 3, 4), "w": (2, 2, 2, 3)}, {"groups": 2}, "groups-float64", "float64"
    )
    yield double.case(("infinite-image", why, {"x": {(0, 0, 1, 2): INF}}), gradient=False)
    dilated = Scene("conv_transpose2d", shapes, {"dilation": [2, 2]}, "dilated")
    yield from (dilated.case(row) for row in rows if row[0] in ("nan-image", "infinite-image", "infinite-kernel"))


def maxima() -> Iterator[Case]:
    """max_pool2d."""
    x, attrs, pixel = (1, 2, 4, 5), {"kernel_size": [2, 2], "stride": [1, 1]}, (0, 0, 1, 2)
    nan: Row = ("nan-image", "NaN is the maximum of every window that sees it", {"x": {pixel: NAN}})
    all_nan = ("nan-alone", "windows of nothing but NaN", {"x": {...: NAN}})
    lowest = ("minus-infinity", "the maximum of -inf alone is -inf", {"x": {...: -INF}})
    scene = Scene("max_pool2d", {"x": x}, attrs, largest=23)
    ties = ("negative-zero", "0 and -0 are equal: either is the maximum", {"x": {(0, 0): 0.0, (0, 0, 1): -0.0}})
    yield from (scene.case(row, gradient=False) for row in (nan, all_nan, lowest, ties))
    yield scene.case(("infinite-image", "infinity is the maximum", {"x": {pixel: INF}}))
    yield scene.case(("subnormal", "subnormal numbers are moved unchanged", {"x": SMALLEST["float32"]}))
    yield scene.case(NAN_COTANGENT)
    padded = dataclasses.replace(scene, attrs={**attrs, "padding": [[1, 0], [1, 0]]}, name="padded")
    yield from (padded.case(row, gradient=False) for row in (nan, lowest))
    why = "nine channels: vector instructions may treat the first eight otherwise than the last"
    for dtype in ("float32", "float64", "float16"):
        many = Scene("max_pool2d", {"x": (1, 9, 3, 4)}, attrs, f"channels-{dtype}", dtype)
        yield many.case(("nan-image", why, {"x": {(..., 1, 2): NAN}}), gradient=False)
    dilated = dataclasses.replace(scene, attrs={**attrs, "dilation": [2, 1]}, name="dilated")
    yield dilated.case(nan, gradient=False)
    why = "in 4096 pixels: large images may be left to another library"
    large = Scene("max_pool2d", {"x": (1, 1, 64, 64)}, {"kernel_size": [2, 2]}, "large", largest=23)
    yield large.case(("nan-image", why, nan[2]), gradient=False)


def means() -> Iterator[Case]:
    """avg_pool2d."""
    x, attrs, pixel = {"x": (1, 2, 4, 5)}, {"kernel_size": [2, 2], "stride": [1, 1]}, (0, 0, 1, 2)
    nan: Row = ("nan-image", "NaN comes to every window that sees it", {"x": {pixel: NAN}})
    infinite: Row = ("infinite-image", "infinity comes to every window that sees it", {"x": {pixel: INF}})
    scene = Scene("avg_pool2d", x, attrs)
    yield from map(scene.case, (nan, infinite, NAN_COTANGENT))
    both = {"x": {pixel: INF, (0, 0, 1, 3): -INF}}
    yield scene.case(("infinity-minus-infinity", "NaN where a window sees both", both))
    why = "means of multiples of 4 are whole multiples of the smallest number"
    yield scene.case(("subnormal", why, {"x": 4 * SMALLEST["float32"]}))
    for counted in (False, True):
        name = "padded-included" if counted else "padded"
        padded = {**attrs, "padding": [[1, 0], [0, 1]], "count_include_pad": counted}
        yield from map(Scene("avg_pool2d", x, padded, name).case, (nan, infinite))
    half = Scene("avg_pool2d", x, attrs, "float16", "float16")
    why = "the mean of four times 2^15 is 2^15, though their sum is beyond the largest number"
    yield half.case(("overflow-between", why, {"x": {...: 2.0**15}}))


def moves() -> Iterator[Case]:
    """pad2d, upsample2d and flatten, which move values and compute little or nothing."""
    x, corner = (1, 2, 4, 5), {(0, 0, 0, 0): NAN}
    nan: Row = ("nan-image", "NaN is moved like a number", {"x": corner})
    rows: list[Row] = [
        nan,
        ("infinite-image", "infinity is moved like a number", {"x": {(0, 0, 0, 0): INF}}),
        ("negative-zero", "zeros keep their sign", {"x": -0.0}),
        ("subnormal", "subnormal numbers are moved unchanged", {"x": SMALLEST["float32"]}),
    ]
    plain = Scene("pad2d", {"x": x}, {"padding": [[1, 1], [2, 0]]})
    why = "a cotangent of the padding belongs to no pixel"
    yield from map(plain.case, [*rows, ("nan-cotangent", why, {"cotangent": corner})])
    for mode in ("reflect", "symmetric", "replicate", "circular"):
        scene = dataclasses.replace(plain, attrs={**plain.attrs, "mode": mode}, name=mode)
        yield from map(scene.case, (nan, NAN_COTANGENT))
    for value in (NAN, -INF):
        scene = dataclasses.replace(plain, attrs={**plain.attrs, "value": value}, name=f"value-{value}")
        yield scene.case(("pads", "pads of a special value", {}), gradient=False)
    yield from map(Scene("flatten", {"x": x}).case, rows)
    nearest = Scene("upsample2d", {"x": x}, {"scale": [2, 2]}, "nearest")
    yield from map(nearest.case, [*rows, NAN_COTANGENT])
    linear = dataclasses.replace(nearest, attrs={"scale": [2, 2], "mode": "bilinear"}, name="bilinear")
    exact: Row = ("subnormal", "weights in sixteenths of multiples of 16 are exact", {"x": 16 * SMALLEST["float32"]})
    yield from map(linear.case, [*rows[:2], exact, NAN_COTANGENT])
    attrs = {"scale": [3, 7], "mode": "bilinear", "align_corners": True}
    aligned = Scene("upsample2d", {"x": (1, 2, 3, 7)}, attrs, "bilinear-aligned")
    why = "where a place is a pixel itself, the next one has the weight 0, and is not read"
    for name, number in (("nan-image", NAN), ("infinite-image", INF)):
        yield aligned.case((name, why, {"x": {(0, 0, 1, 2): number}}), gradient=False)


def matrices() -> Iterator[Case]:
    """dense."""
    scene = Scene("dense", {"x": (9, 5), "w": (4, 5)})
    yield from map(scene.case, [*products("x", "w", (0, 1), (0, 3), (2, 1)), NAN_COTANGENT])


def statistics() -> Iterator[Case]:
    """batch_norm2d."""
    random, channels = np.random.default_rng(5), ("scale", "shift", "mean", "variance")
    x = random.standard_normal((2, 3, 3, 4)).astype(np.float32)
    inputs = {"x": x} | {name: random.uniform(0.5, 1.5, 3).astype(np.float32) for name in channels}
    x[1, 1, 2, 1] = NAN
    reasons = {True: "the statistics of a channel see all its pixels", False: "given statistics: NaN stays where it is"}
    for training, why in reasons.items():
        attrs = batch_norm2d.OPERATOR.complete({"training": training})
        name = "training" if training else "inference"
        yield Case(f"special/batch_norm2d/{name}/nan-image", "batch_norm2d", attrs, inputs, why, gradient=False)


def activations() -> Iterator[Case]:
    """Every activation where the limit is certain."""
    below = ("relu", "relu6", "elu", "sigmoid", "tanh", "softplus", "hard_sigmoid", *activation.ROWS)
    above = (*below[:7], "leaky_relu", "gelu", "silu", "hard_swish")
    rows = (
        ("nan", NAN, activation.KINDS, "NaN comes to what reads it, and to nothing else"),
        ("minus-infinity", -INF, below, "the limit: 0, -1, or a number without weight, as masks make it"),
        ("infinity", INF, above, "the limit: 1, 6 or infinity"),
    )
    for name, value, kinds, why in rows:
        x = np.linspace(-1.75, 2.25, 10, dtype=np.float32).reshape(2, 5)
        x[0, 1] = value
        for kind in kinds:
            attrs = activation.OPERATOR.complete({"kind": kind})
            yield Case(f"special/activation/{kind}/{name}", "activation", attrs, {"x": x}, why, gradient=False)


def trainings() -> Iterator[Case]:
    """learn_kernel and lenet5."""
    shapes = {"x": (5, 5), "y": (4, 4), "w": (2, 2)}
    scene = Scene("learn_kernel", shapes, {"lr": 2.0**-5, "steps": 2})
    yield scene.case(("nan-image", "one NaN pixel: no loss and no weight is a number", {"x": {(2, 2): NAN}}))
    yield scene.case(("nan-target", "the same of a NaN to be learned", {"y": {(0, 0): NAN}}))
    mean = Scene("learn_kernel", shapes, {"lr": 2.0**-5, "steps": 1, "loss": "mean"}, "float16", "float16")
    why = "the mean of sixteen times 2^14 is 2^14, though their sum is beyond the largest number"
    yield mean.case(("overflow-between", why, {"x": 0.0, "y": np.array(2.0**7)}))
    for case in lenet5.OPERATOR.cases():
        if case.id == "lenet5/predict-exact/integers-float32":
            images = changed(case.inputs["images"], {(1, 0, 14, 14): NAN})
            why = "one NaN pixel: all logits of its image are NaN, those of the others are not"
            inputs = {**case.inputs, "images": images}
            yield dataclasses.replace(case, id="special/lenet5/nan-image", why=why, inputs=inputs)


def cases() -> Iterator[Case]:
    """All cases of special values."""
    for some in (convolutions, transposed, maxima, means, moves, matrices, statistics, activations, trainings):
        yield from some()
