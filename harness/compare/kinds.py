"""What a layer must compute, by its kind: the truth in float64 with error scale and number of terms, in axes NCHW.

Kinds that the specification has are asked there. The others (batch normalisation, activations, sums of branches) are
defined here, each with the roundings of its usual implementations as terms.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.judging.oracle import Expected, truth
from spec import operators
from spec.core import Case, Rejected

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
        if inputs[0].ndim != 4:
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
    """A matrix product is a convolution of one pixel."""
    x, w = inputs[0], held["w"]
    if x.shape[-1] != w.shape[1]:
        raise Rejected(f"w takes {w.shape[1]} features, x has {x.shape[-1]}")
    pixels = x.reshape(-1, x.shape[-1], 1, 1)
    found = _by_specification("conv2d", "w", "b")({}, [pixels], {**held, "w": w[:, :, None, None]})
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


def _erf(x: np.ndarray) -> np.ndarray:
    return np.vectorize(math.erf, otypes=[np.float64])(x)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.where(x >= 0, 1 / (1 + np.exp(-abs(x))), np.exp(-abs(x)) / (1 + np.exp(-abs(x))))


def _softmax(x: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shifted = x - x.max(axis, keepdims=True)
    total = np.exp(shifted).sum(axis, keepdims=True)
    return np.exp(shifted) / total, shifted, total


def _gelu(x: np.ndarray, approximate: bool) -> np.ndarray:
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + (np.tanh(inner) if approximate else _erf(x / math.sqrt(2))))


def _activation(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    """An activation; the scale is |y| + |x f'(x)|, and more where the usual formula cancels."""
    x, form = _wide(inputs[0]), attrs.get("form")
    size = abs(x)
    if form in ("relu", "relu6"):
        return _exact(np.minimum(np.maximum(x, 0), 6 if form == "relu6" else np.inf))
    if form == "leaky_relu":
        y = np.where(x > 0, x, attrs["slope"] * x)
        return Expected(y, abs(y), np.where(x > 0, 0.0, 2.0))
    if form in ("softmax", "log_softmax"):
        axis = "NCHW".index(attrs["axis"]) if isinstance(attrs["axis"], str) else attrs["axis"]
        y, shifted, total = _softmax(x, axis)
        terms = np.full(x.shape, ROUNDINGS + x.shape[axis])
        if form == "softmax":
            return Expected(y, y * (1 + abs(shifted)), terms)
        y = shifted - np.log(total)
        return Expected(y, abs(shifted) + np.log(total) + 1, terms)
    if form == "gelu":
        y, scale = _gelu(x, bool(attrs.get("approximate"))), size
    elif form == "silu":
        y = x * _sigmoid(x)
        scale = abs(y) * (1 + size)
    elif form == "sigmoid":
        y = _sigmoid(x)
        scale = y * (1 + size)
    elif form == "tanh":
        y = np.tanh(x)
        scale = abs(y) + size * (1 - y * y)
    elif form == "elu":
        y = np.where(x > 0, x, attrs.get("alpha", 1.0) * np.expm1(np.minimum(x, 0)))
        scale = abs(y) + abs(attrs.get("alpha", 1.0)) * (x < 0)
    elif form == "softplus":
        beta = attrs.get("beta", 1.0)
        y = np.logaddexp(0, beta * x) / beta
        scale = y + size * _sigmoid(beta * x)
    elif form == "hard_sigmoid":
        y = np.clip(x * attrs.get("slope", 1 / 6) + 0.5, 0, 1)
        scale = size * abs(attrs.get("slope", 1 / 6)) + 0.5
    elif form == "hard_swish":
        y = x * np.clip(x + 3, 0, 6) / 6
        scale = size * (size + 3) / 6
    else:
        raise Unknown(f"the activation {form!r} is not known")
    return Expected(y, scale, np.full(x.shape, ROUNDINGS))


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


def _whole(attrs: Attrs, inputs: Arrays, held: Weights) -> Expected:
    """Pooling to one pixel: one window as large as the image."""
    if attrs["size"] != [1, 1] or inputs[0].ndim != 4:
        raise Unknown(f"adaptive pooling to {attrs['size']} is not known yet")
    pool = {"kernel_size": list(inputs[0].shape[2:])}
    return expected("avg_pool2d" if attrs["mode"] == "avg" else "max_pool2d", pool, inputs, {})


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
    "adaptive_pool2d": _whole,
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
    if kind == "dense" and wide[0].shape[-1] == held["w"].shape[1]:
        return wide[0] @ held["w"].T + held.get("b", 0.0)
    if kind in operators() and kind != "flatten" and "padding_mode" not in attrs and wide[0].ndim == 4:
        operator = operators()[kind]
        if set(operator.inputs) <= {"x", "w", "b"}:
            known = operator.complete({key: value for key, value in attrs.items() if key in operator.attributes})
            for layout in ("layout", "kernel_layout"):
                known.pop(layout, None)
            return operator.reference(
                *(held.get(name) if name != "x" else wide[0] for name in operator.inputs), **known
            )
    return expected(kind, attrs, wide, held).value
