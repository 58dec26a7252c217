"""Gradients, read off from the references: no formula is derived by hand.

The pullback of an operator f takes a cotangent, an array like y = f(x, w, b), to the gradients of
<f(x, w, b), cotangent>, one for each differentiable input. The operators are linear in each input when the
others are fixed (max pooling is not, and brings a pullback of its own), so the values of the reference on a
basis say everything:

- a convolution only moves pixels to places, multiplies and adds. Which pixel each kernel tap brings to each
  output is asked by numbering the pixels of an image of one channel;
- any other operator on images treats every channel alone: its values on images with a single 1;
- what remains is small: one entry of the input after the other.

The time is that of a few evaluations for a convolution; otherwise it grows with the square of the pixels.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from spec.core import Operator, as_tuple

Arrays = Mapping[str, np.ndarray]
Gradients = dict[str, np.ndarray]
CHUNK = 1 << 22  # numbers of all basis images handled at a time: 32 MB
SMALL = 1 << 17  # numbers of a table that is worth remembering: 1 MB
REMEMBERED = 16  # tables, oldest dropped first


def pullback(operator: Operator, inputs: Arrays, attrs: Mapping[str, Any], cotangent: np.ndarray) -> Gradients:
    """Gradient of <first output, cotangent> for each differentiable input, in the shape of the input.

    Inputs, attributes and cotangent are canonical (`spec.core.canonical`), float64.
    """
    return _gradients(operator, inputs, attrs, cotangent, np.asarray)


def pullback_scale(operator: Operator, inputs: Arrays, attrs: Mapping[str, Any], cotangent: np.ndarray):
    """Error scale B and number of products n of each element of each gradient, as two dicts.

    B is the gradient made of absolute values, n counts the products that each element sums, but for zeros. An
    operator with a scale and terms of its own (weights that are rounded, a division) has those roundings here
    too: B is the transpose of its scale, and n grows by its terms.
    """
    if operator.pullback is not None:  # it may depend on the values of its inputs: only the cotangent is replaced
        scales = _gradients(operator, inputs, attrs, np.abs(cotangent), np.abs)
        return scales, _gradients(operator, inputs, attrs, np.ones_like(cotangent), np.abs)
    sizes = {name: np.abs(array) for name, array in inputs.items()}
    there = {name: _nonzero(array) for name, array in inputs.items()}
    weighed = dataclasses.replace(operator, reference=operator.scale or operator.reference)
    scales = _gradients(weighed, sizes, attrs, np.abs(cotangent), np.abs)
    terms = _gradients(operator, there, attrs, _nonzero(cotangent), _nonzero)
    if operator.terms is not None:
        arguments = (inputs[name] for name in operator.inputs if name in inputs)
        more = as_tuple(operator.terms(*arguments, **attrs))[0].max()
        terms = {name: count + more for name, count in terms.items()}
    return scales, terms


def _nonzero(array: np.ndarray) -> np.ndarray:
    return (array != 0).astype(np.float64)


def _gradients(operator: Operator, inputs: Arrays, attrs, cotangent, response: Callable) -> Gradients:
    """The gradients; `response` is applied to each value of the reference on a basis element."""
    if operator.pullback is not None:
        arguments = (inputs[name] for name in operator.inputs if name in inputs)
        return operator.pullback(cotangent, *arguments, **attrs)
    names = [name for name in operator.differentiable if name in inputs]
    if operator.kernels:
        return {name: _of_convolution(operator, name, inputs, attrs, cotangent) for name in names}
    one = _of_channels if operator.images else _of_entries
    return {name: one(operator, name, inputs, attrs, cotangent, response) for name in names}


def _of_convolution(operator: Operator, name: str, inputs: Arrays, attrs, cotangent) -> np.ndarray:
    """The gradient for image, kernel or bias of a convolution.

    Letters of the sums: n image, g group, i and o channel of the group, k kernel tap, s place in the output.
    """
    image, kernel = operator.images[0], operator.kernels[0]
    x, w = inputs[image], inputs[kernel]
    groups = attrs["groups"]
    cotangent = cotangent.reshape(len(x), groups, -1, *cotangent.shape[2:])
    if name not in (image, kernel):  # the bias of a channel is added at every place
        return cotangent.sum(axis=(0, 3, 4)).ravel()
    cotangent = cotangent.reshape(*cotangent.shape[:3], -1)
    source = _sources(operator, x.shape, w.shape, attrs)
    axes = operator.kernel_layout[:2].lower()  # "oi" or "io"; the groups lie side by side along the first
    if name == kernel:
        pixels = x.reshape(len(x), groups, -1, x.shape[2] * x.shape[3])
        pixels = np.concatenate([np.zeros_like(pixels[..., :1]), pixels], axis=-1)[..., source]
        if np.isfinite(cotangent).all():
            return np.einsum(f"ngiks,ngos->g{axes}k", pixels, cotangent, optimize=True).reshape(w.shape)
        # Where a tap brings no pixel there is no product, though the cotangent be infinite or NaN.
        met = np.where(source > 0, pixels[:, :, :, None] * cotangent[:, :, None, :, None], 0)
        return np.einsum(f"ngioks->g{axes}k", met).reshape(w.shape)
    taps = w.reshape(groups, -1, w.shape[1], w.shape[2] * w.shape[3])
    shares = np.einsum(f"g{axes}k,ngos->ngiks", taps, cotangent, optimize=True)
    return _collect(shares.reshape(-1, source.size), source.ravel(), x.shape[2] * x.shape[3]).reshape(x.shape)


def _sources(operator: Operator, x, w, attrs) -> np.ndarray:
    """Which pixel (from 1 on; 0 for none) each kernel tap brings to each output: (kh*kw, OH*OW)."""
    key = operator.name, x[2:], w[2:], repr(attrs)
    if key not in _remembered:
        _remember(key, _find_sources(operator, x, w, attrs))
    return _remembered[key]


def _find_sources(operator: Operator, x, w, attrs) -> np.ndarray:
    numbered = np.arange(1.0, x[2] * x[3] + 1).reshape(1, 1, *x[2:])
    taps = np.eye(w[2] * w[3]).reshape(-1, *w[2:])
    kernels = np.expand_dims(taps, operator.kernel_layout.index("I"))  # one input channel, an output for each tap
    found = operator.reference(numbered, kernels, **{**attrs, "groups": 1})
    return found.reshape(len(taps), -1).astype(int)


def _collect(shares: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """Add up each row of `shares` by place: entry p of a row is the sum of what belongs to place p + 1."""
    rows = np.arange(len(shares))[:, None] * (size + 1)
    sums = np.bincount((rows + places).ravel(), shares.ravel(), minlength=len(shares) * (size + 1))
    return sums.reshape(len(shares), size + 1)[:, 1:]


def _of_channels(operator: Operator, name: str, inputs: Arrays, attrs, cotangent, response: Callable) -> np.ndarray:
    """The gradient for the images of an operator that treats every channel alone."""
    x = inputs[name]
    cotangent = cotangent.reshape(x.shape[0] * x.shape[1], -1)
    responses = _responses(operator, x.shape[2:], attrs, cotangent.shape[1])
    parts = [_products(cotangent, response(part)) for part in responses]
    return np.concatenate(parts, axis=1).reshape(x.shape)


def _responses(operator: Operator, size: tuple[int, int], attrs, outputs: int) -> Iterable[np.ndarray]:
    """The reference on images of one channel with a single 1: a row of outputs for each pixel, in parts."""
    pixels = size[0] * size[1]
    key = operator.reference, size, repr(attrs)
    if key in _remembered:
        return [_remembered[key]]
    constant = operator.reference(np.zeros((1, 1, *size)), **attrs)
    bases = _bases(pixels, pixels + outputs)
    parts = (
        (operator.reference(part.reshape(-1, 1, *size), **attrs) - constant).reshape(len(part), -1) for part in bases
    )
    if pixels * outputs > SMALL:
        return parts
    _remember(key, np.concatenate(list(parts)))
    return [_remembered[key]]


_remembered: dict[tuple, np.ndarray] = {}  # what geometries that follow each other in the cases share


def _remember(key: tuple, found: np.ndarray) -> None:
    if len(_remembered) >= REMEMBERED:
        _remembered.pop(next(iter(_remembered)), None)
    _remembered[key] = found


def _bases(size: int, width: int) -> Iterator[np.ndarray]:
    """The rows of the unit matrix, so many at a time that `width` numbers for each fill a chunk."""
    step = max(CHUNK // width, 1)
    for start in range(0, size, step):
        yield np.eye(min(step, size - start), size, start)


def _of_entries(operator: Operator, name: str, inputs: Arrays, attrs, cotangent, response: Callable) -> np.ndarray:
    """The gradient for any input, one entry after the other."""
    zero = np.zeros_like(inputs[name])

    def value(array: np.ndarray) -> np.ndarray:
        arrays = {**inputs, name: array}
        return as_tuple(operator.reference(*(arrays[each] for each in operator.inputs if each in arrays), **attrs))[0]

    constant = value(zero)
    slopes = zero.ravel().copy()
    for place in range(zero.size):
        basis = zero.ravel().copy()
        basis[place] = 1
        slope = response(value(basis.reshape(zero.shape)) - constant)
        slopes[place] = _products(cotangent.reshape(1, -1), slope.reshape(1, -1))[0, 0]
    return slopes.reshape(zero.shape)


def _products(cotangents: np.ndarray, responses: np.ndarray) -> np.ndarray:
    """Each cotangent times each response, summed over the outputs: (m, outputs) x (n, outputs) -> (m, n).

    An output that does not see a pixel has no product with it, though its cotangent be infinite or NaN.
    """
    if np.isfinite(cotangents).all():
        return cotangents @ responses.T
    return np.stack([np.where(responses != 0, responses * cotangent, 0).sum(axis=1) for cotangent in cotangents])
