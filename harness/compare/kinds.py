"""What a layer must compute, by its kind: the truth in float64 with error scale and number of terms, in axes NCHW.

Kinds that the specification has are asked there. The others (batch normalisation, sums of branches, resizing) are
defined here, each with the roundings of its usual implementations as terms.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.judging.oracle import Expected, truth
from spec import operators
from spec.core import Case, Rejected
from spec.ops.activation import KINDS as KINDS_OF_ACTIVATION

Arrays = Sequence[np.ndarray]
Weights = Mapping[str, np.ndarray]
Attrs = Mapping[str, Any]

ROUNDINGS = 16.0  # of an elementary function and what surrounds it: libraries differ from the truth by some units


class Unknown(Exception):
    """A kind, or settings of it, for which there is no truth; the message says why."""


def expected(kind: str, attrs: Attrs, inputs: Arrays, weights: Weights) -> Expected:
    """The truth of one layer. Raises `Unknown`, and `Rejected` where the specification refuses."""
    if kind not in KINDS:
        raise Unknown(f"the kind {kind!r} is not known" if kind else "the kind of this layer is not known")
    with np.errstate(all="ignore"):
        return KINDS[kind](attrs, inputs, weights)


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64)


def _exact(value: np.ndarray) -> Expected:
    """Values that are moved, never computed."""
    return Expected(value, abs(value), np.zeros(value.shape))


def _by_specification(name: str, *weights: str) -> Callable[[Attrs, Arrays, Weights], Expected]:
    def of(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
        operator = operators()[name]
        arrays = {"x": inputs[0], **{key: held[key].astype(inputs[0].dtype) for key in weights if key in held}}
        if operator.images and inputs[0].ndim != 4:
            raise Rejected(f"x must have 4 axes, not {inputs[0].ndim}")
        known = operator.complete({key: value for key, value in attrs.items() if key in operator.attributes})
        found = truth(Case("layer", name, known, arrays), gradients=False)
        if found.rejected:
            raise Rejected(found.rejected)
        return found.outputs["y"]

    return of


def _conv2d(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    if mode := attrs.get("padding_mode"):
        pads = {"padding": attrs["padding"], "mode": mode, "value": 0.0}
        padded = expected("pad2d", pads, inputs, {}).value.astype(inputs[0].dtype)
        rest = {key: value for key, value in attrs.items() if key != "padding_mode"}
        return _conv2d({**rest, "padding": "valid"}, [padded], held)
    return _by_specification("conv2d", "w", "b")(attrs, inputs, held)


def _dense(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    """The specification's dense layer, for every row of what has more axes."""
    x, w = inputs[0], held["w"]
    rows = x.reshape(-1, x.shape[-1])
    found = _by_specification("dense", "w", "b")({}, [rows], held)
    shape = (*x.shape[:-1], w.shape[0])
    value, scale, terms = (array.reshape(shape) for array in (found.value, found.scale, found.terms))
    return Expected(value, scale, terms, found.walk)


def _norm(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    """(x - mean) / sqrt(variance + epsilon) * scale + shift for each channel.

    In training mean and variance are those of x: they round sums of m numbers, and the variance as a difference of
    two of them is off by a share that grows with E[x^2] / variance.
    """
    x = _wide(inputs[0])
    axis = attrs.get("axis", "C")
    place = "NCHW".index(axis) if x.ndim == 4 else x.ndim - 1
    others = tuple(one for one in range(x.ndim) if one != place)
    shape = [1] * x.ndim
    shape[place] = x.shape[place]
    if any(array.size != x.shape[place] for array in held.values()):
        raise Rejected(f"{x.shape[place]} channels along {axis}; the weights have {next(iter(held.values())).size}")

    def of(name: str, default: float) -> np.ndarray:
        return _wide(held[name]).reshape(shape) if name in held else np.full(shape, default)

    terms, blown = ROUNDINGS, np.ones(shape)
    if attrs.get("training"):
        mean, variance = x.mean(others, keepdims=True), x.var(others, keepdims=True)
        square = (x * x).mean(others, keepdims=True)
        blown = 1 + square / (variance + attrs["epsilon"])
        terms += x.size / x.shape[place]
    else:
        mean, variance = of("mean", 0.0), of("variance", 1.0)
    factor = of("scale", 1.0) / np.sqrt(variance + attrs["epsilon"])
    value = (x - mean) * factor + of("shift", 0.0)
    scale = (abs(x) + abs(mean)) * abs(factor) * blown + abs(of("shift", 0.0))
    return Expected(value, scale, np.full(x.shape, terms))


def _activation(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    """The specification's activation; forms that it lacks are a multiple of one that it has."""
    form, x = attrs.get("form"), inputs[0]
    kind = "gelu_tanh" if form == "gelu" and attrs.get("approximate") else form
    alpha, beta, slope = attrs.get("alpha", 1.0), attrs.get("beta", 1.0), attrs.get("slope", 1 / 6)
    if form == "softplus" and beta != 1:  # softplus(beta x) / beta
        found = _activation({"form": form}, [x * beta], held)
        return Expected(found.value / beta, found.scale / beta, found.terms + 2)
    if form == "elu" and alpha != 1:
        found = _activation({"form": form}, inputs, held)
        factor = np.where(x > 0, 1.0, alpha)
        return Expected(found.value * factor, found.scale * abs(factor), found.terms + 1)
    if form == "hard_sigmoid" and not math.isclose(slope, 1 / 6):
        y = np.clip(_wide(x) * slope + 0.5, 0, 1)
        return Expected(y, abs(x * slope) + 0.5, np.full(x.shape, 4.0))
    if kind not in KINDS_OF_ACTIVATION:
        raise Unknown(f"the activation {form!r} is not known")
    axis = attrs.get("axis", -1)
    known = {"kind": kind, "axis": "NCHW".index(axis) if isinstance(axis, str) else axis}
    if form == "leaky_relu":
        known["slope"] = float(attrs["slope"])
    found = _by_specification("activation")(known, inputs, held)
    # In any version of any framework: some take elu for exp(x) - 1, and elementary functions are off by some units.
    cancels = (x < 0) * 1.0 if form == "elu" else 0.0
    terms = np.where(found.terms > 0, found.terms + ROUNDINGS, 0.0)
    return Expected(found.value, found.scale + cancels, terms, found.walk)


def _arithmetic(combine: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[..., Expected]:
    def of(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
        arrays = [_wide(one) for one in inputs]
        if "constant" in attrs:
            arrays.append(np.asarray(float(attrs["constant"])))
        if len(arrays) < 2:
            raise Unknown("one of the two operands was not recorded")
        y, scale = arrays[0], abs(arrays[0])
        for other in arrays[1:]:
            y, scale = combine(y, other), abs(combine(scale, -abs(other) if combine is np.subtract else abs(other)))
        return Expected(y, scale, np.full(y.shape, float(len(arrays))))

    return of


def _concat(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    axis = attrs["axis"]
    place = "NCHW".index(axis) if isinstance(axis, str) else axis
    return _exact(np.concatenate([_wide(one) for one in inputs], place))


def _scale(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    """x * factor + offset, of which each may be a number for every channel."""
    x = _wide(inputs[0])
    factor, offset = (
        np.reshape(attrs[key], (1, -1, 1, 1)) if np.ndim(attrs[key]) else np.asarray(attrs[key])
        for key in ("factor", "offset")
    )
    return Expected(x * factor + offset, abs(x * factor) + abs(offset), np.full(x.shape, 3.0))


def _adaptive(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    """Pooling to a size: window i of n begins at floor(i H / n) and ends before ceil((i + 1) H / n), as in torch."""
    x = _wide(inputs[0])
    if x.ndim != 4 or len(attrs["size"]) != 2 or min(attrs["size"]) < 1:
        raise Unknown(f"adaptive pooling to {attrs['size']} is not known")
    rows, columns = (
        [slice(i * size // n, -(-(i + 1) * size // n)) for i in range(n)] for size, n in zip(x.shape[2:], attrs["size"])
    )
    windows = [[x[:, :, row, column] for column in columns] for row in rows]

    def each(reduce: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        found = [[reduce(window.reshape(*x.shape[:2], -1)) for window in line] for line in windows]
        return np.moveaxis(np.array(found), (0, 1), (2, 3))

    if attrs["mode"] == "max":
        return _exact(each(lambda window: window.max(-1)))
    count = each(lambda window: np.full(x.shape[:2], window.shape[-1] + 1.0))
    return Expected(each(lambda window: window.mean(-1)), each(lambda window: abs(window).mean(-1)), count)


def _dropout(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    if attrs.get("training") and attrs.get("rate"):
        raise Unknown("dropout is at work: its numbers are random")
    return _exact(_wide(inputs[0]))


def _reshape(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    if "shape" not in attrs:
        raise Unknown("the new shape was not recorded")
    return _exact(_wide(inputs[0]).reshape(attrs["shape"]))


def _flatten(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    return _exact(_wide(inputs[0]).reshape(len(inputs[0]), -1))


def places(size: int, new: int, coordinates: str) -> np.ndarray:
    """Where each of the `new` pixels is read among `size` ones."""
    index = np.arange(new)
    if coordinates == "align_corners":
        return index * (size - 1) / max(new - 1, 1)
    return (index + 0.5) * size / new - 0.5 if coordinates == "half_pixel" else index * size / new


def _resize(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    """Nearest or bilinear, to any size; the error scale and terms of bilinear are those of `upsample2d`."""
    x = _wide(inputs[0])
    if attrs.get("antialias") or attrs["mode"] not in ("nearest", "bilinear"):
        raise Unknown(f"resizing by {attrs['mode']}{', antialiased' * bool(attrs.get('antialias'))} is not known yet")
    found = [places(size, new, attrs["coordinates"]) for size, new in zip(x.shape[2:], attrs["size"])]
    if attrs["mode"] == "nearest":
        half = 0.5 if attrs["coordinates"] != "asymmetric" else 0.0
        rows, columns = (
            np.clip(np.floor(one + half + 1e-9), 0, n - 1).astype(int) for one, n in zip(found, x.shape[2:])
        )
        return _exact(x[:, :, rows][..., columns])
    far = [abs(np.clip(one, 0, size - 1)[:, None] - np.arange(size)) for one, size in zip(found, x.shape[2:])]
    rows, columns = (np.maximum(0, 1 - one) for one in far)
    near = [(one <= 1.001).astype(float) for one in far]
    scale = near[0] @ abs(x) @ near[1].T
    terms = 2 * sum(x.shape[2:]) + 4
    return Expected(rows @ x @ columns.T, scale, np.full(scale.shape, float(terms)))


KINDS: Mapping[str, Callable[[Attrs, Arrays, Weights], Expected]] = {
    "conv2d": _conv2d,
    "conv_transpose2d": _by_specification("conv_transpose2d", "w", "b"),
    "max_pool2d": _by_specification("max_pool2d"),
    "avg_pool2d": _by_specification("avg_pool2d"),
    "pad2d": _by_specification("pad2d"),
    "dense": _dense,
    "batch_norm2d": _norm,
    "activation": _activation,
    "adaptive_pool2d": _adaptive,
    "resize2d": _resize,
    "add": _arithmetic(np.add),
    "sub": _arithmetic(np.subtract),
    "mul": _arithmetic(np.multiply),
    "concat": _concat,
    "scale": _scale,
    "dropout": _dropout,
    "identity": lambda attrs, inputs, held: _exact(_wide(inputs[0])),
    "transpose": lambda attrs, inputs, held: _exact(_wide(inputs[0])),
    "flatten": _flatten,
    "reshape": _reshape,
}


def computed(kind: str, attrs: Attrs, inputs: Arrays, weights: Weights) -> np.ndarray:
    """The value alone, in float64: what one model's layer makes of the other model's input.

    Raises `Unknown`, and `Rejected` where the specification refuses.
    """
    wide = [_wide(one) for one in inputs]
    held = {key: _wide(array) for key, array in weights.items()}
    plain = "padding_mode" not in attrs and wide[0].ndim == (2 if kind == "dense" else 4)
    if kind in operators() and kind not in ("flatten", "activation", "batch_norm2d") and plain:
        operator = operators()[kind]
        if set(operator.inputs) <= {"x", "w", "b"}:
            known = operator.complete({key: value for key, value in attrs.items() if key in operator.attributes})
            for layout in ("layout", "kernel_layout"):
                known.pop(layout, None)
            return operator.reference(
                *(held.get(name) if name != "x" else wide[0] for name in operator.inputs), **known
            )
    return expected(kind, attrs, wide, held).value
