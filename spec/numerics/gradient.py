"""Gradients, read off from the references: no formula is derived by hand.

The pullback of an operator f takes a cotangent, an array like y = f(x, w, b), to the gradients of
<f(x, w, b), cotangent>, one for each differentiable input. The operators are linear in each input when the
others are fixed (max pooling is not, and brings a pullback of its own), so the values of the reference on a
basis say everything:

- a convolution only moves pixels to places, multiplies and adds. Which pixel each kernel tap brings to each
  output is asked by numbering the pixels of an image of one channel;
- any other operator treats every image alone, and one on images every channel: its values on images with a single 1.

The time is that of a few evaluations for a convolution; otherwise it grows with the square of the pixels.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from spec.core import Operator, as_tuple

Arrays = Mapping[str, np.ndarray]
Gradients = dict[str, np.ndarray]
Way = Callable[[np.ndarray], np.ndarray]
CHUNK = 1 << 22  # numbers of all basis images handled at a time: 32 MB
SMALL = 1 << 17  # numbers of a table that is worth remembering: 1 MB
REMEMBERED = 16  # tables, oldest dropped first


def pullback(operator: Operator, inputs: Arrays, attrs: Mapping[str, Any], cotangent: np.ndarray) -> Gradients:
    """Gradient of <first output, cotangent> for each differentiable input, in the shape of the input.

    Inputs, attributes and cotangent are canonical (`spec.core.canonical`), float64.
    """
    if operator.pullback is not None:
        return _own(operator, inputs, attrs, cotangent)
    if _multiplies(operator):
        return _of_convolution(operator, inputs, attrs, cotangent, [np.asarray])[0]
    return _of_images(operator, inputs, attrs, cotangent, np.asarray)


def pullbacks(
    operator: Operator, inputs: Arrays, attrs: Mapping[str, Any], cotangent: np.ndarray
) -> tuple[Gradients, Gradients, Gradients]:
    """The pullback, and for each element of it the error scale B and the number of products n.

    B is the gradient made of absolute values, n counts the products that each element sums, but for zeros. An
    operator with a scale and terms of its own (weights that are rounded, a division) has those roundings here
    too: B is the transpose of its scale, and n grows by its terms.
    """
    if operator.pullback_roundings is not None:
        given = (inputs[name] for name in operator.inputs if name in inputs)
        roundings = operator.pullback_roundings(cotangent, *given, **attrs)
        own = [{name: pair[place] for name, pair in roundings.items()} for place in (0, 1)]
        return _own(operator, inputs, attrs, cotangent), own[0], own[1]
    if operator.pullback is not None:  # it may depend on the values of its inputs: only the cotangent is replaced
        values, scales, terms = (
            _own(operator, inputs, attrs, one) for one in (cotangent, np.abs(cotangent), np.ones_like(cotangent))
        )
        return values, scales, terms
    if _multiplies(operator):
        values, scales, terms = _of_convolution(operator, inputs, attrs, cotangent, [np.asarray, np.abs, _nonzero])
        return values, scales, terms
    values = _of_images(operator, inputs, attrs, cotangent, np.asarray)
    weighed = dataclasses.replace(operator, reference=operator.scale or operator.reference)
    scales = _of_images(weighed, inputs, attrs, np.abs(cotangent), np.abs)
    terms = _of_images(operator, inputs, attrs, _nonzero(cotangent), _nonzero)
    if operator.terms is not None:
        arguments = (inputs[name] for name in operator.inputs if name in inputs)
        more = as_tuple(operator.terms(*arguments, **attrs))[0].max()
        terms = {name: count + more for name, count in terms.items()}
    return values, scales, terms


def _nonzero(array: np.ndarray) -> np.ndarray:
    return (array != 0).astype(np.float64)


def _own(operator: Operator, inputs: Arrays, attrs, cotangent) -> Gradients:
    """The pullback that the operator brings."""
    assert operator.pullback is not None
    return operator.pullback(cotangent, *(inputs[name] for name in operator.inputs if name in inputs), **attrs)


def _multiplies(operator: Operator) -> bool:
    """Whether the operator is a convolution: it multiplies an image with a kernel."""
    return len(set(operator.differentiable) - set(operator.optional)) == 2


def _of_convolution(operator: Operator, inputs: Arrays, attrs, cotangent, ways: Sequence[Way]) -> list[Gradients]:
    """The gradients for image, kernel and bias when inputs and cotangent have been changed, in each of the ways.

    The ways stand side by side, like further groups of one convolution. Letters of the sums: n image, g group,
    i and o channel of the group, k kernel tap, s place in the output.
    """
    names = [name for name in operator.differentiable if name in inputs]
    spread = _with_pixels if _is_dense(operator) else _with_four_axes
    x, w, cotangent = (spread(array) for array in (inputs[names[0]], inputs[names[1]], cotangent))
    source = _sources(operator, x.shape, w.shape, attrs)
    groups = attrs.get("groups", 1) * len(ways)
    x, cotangent = (np.concatenate([way(array) for way in ways], axis=1) for array in (x, cotangent))
    w = np.concatenate([way(w) for way in ways])  # groups lie side by side along the first axis
    axes = operator.kernel_layout[:2].lower() or "oi"

    pixels = x.reshape(len(x), groups, -1, x.shape[2] * x.shape[3])
    pixels = np.concatenate([np.zeros_like(pixels[..., :1]), pixels], axis=-1)[..., source]
    taps = w.reshape(groups, -1, w.shape[1], len(source))
    cotangent = cotangent.reshape(len(x), groups, -1, source.shape[1])
    if np.isfinite(cotangent).all():
        slopes = np.einsum(f"ngiks,ngos->g{axes}k", pixels, cotangent, optimize=True)
    else:  # Where a tap brings no pixel there is no product, though the cotangent be infinite or NaN.
        met = np.where(source > 0, pixels[:, :, :, None] * cotangent[:, :, None, :, None], 0)
        slopes = np.einsum(f"ngioks->g{axes}k", met)
    shares = np.einsum(f"g{axes}k,ngos->ngiks", taps, cotangent, optimize=True)
    shares = _collect(shares.reshape(-1, source.size), source.ravel(), x.shape[2] * x.shape[3])
    bias = cotangent.sum(axis=(0, 3))  # it is added at every place
    found = (np.split(array, len(ways), axis) for array, axis in ((shares.reshape(x.shape), 1), (slopes, 0), (bias, 0)))
    return [{name: slope.reshape(inputs[name].shape) for name, slope in zip(names, one)} for one in zip(*found)]


def _with_four_axes(array: np.ndarray) -> np.ndarray:
    """Image, kernel or output as one of several: (H, W) and (C, H, W) become (1, C, H, W)."""
    return array.reshape((1,) * (4 - array.ndim) + array.shape)


def _is_dense(operator: Operator) -> bool:
    """Whether the kernel has no taps: the operator is a 1x1 convolution of images of one pixel."""
    return bool(operator.kernels) and not operator.images


def _with_pixels(array: np.ndarray) -> np.ndarray:
    """Rows, weights or outputs of a dense layer as those of a 1x1 convolution."""
    return array[..., None, None]


def _sources(operator: Operator, x, w, attrs) -> np.ndarray:
    """Which pixel (from 1 on; 0 for none) each kernel tap brings to each output: (kh*kw, OH*OW)."""
    if _is_dense(operator):
        return np.ones((1, 1), int)
    key = operator.reference, x[2:], w[2:], repr(attrs)
    if key not in _remembered:
        _remember(key, _find_sources(operator, x, w, attrs))
    return _remembered[key]


def _find_sources(operator: Operator, x, w, attrs) -> np.ndarray:
    numbered = np.arange(1.0, x[2] * x[3] + 1).reshape(x[2:])
    taps = np.eye(w[2] * w[3]).reshape(-1, *w[2:])
    if operator.kernels:  # one input channel, an output for each tap
        kernels = np.expand_dims(taps, operator.kernel_layout.index("I"))
        found = operator.reference(numbered[None, None], kernels, **{**attrs, "groups": 1})
    else:
        found = np.stack([operator.reference(numbered, tap) for tap in taps])
    return found.reshape(len(taps), -1).astype(int)


def _collect(shares: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """Add up each row of `shares` by place: entry p of a row is the sum of what belongs to place p + 1."""
    rows = np.arange(len(shares))[:, None] * (size + 1)
    sums = np.bincount((rows + places).ravel(), shares.ravel(), minlength=len(shares) * (size + 1))
    return sums.reshape(len(shares), size + 1)[:, 1:]


def _of_images(operator: Operator, inputs: Arrays, attrs, cotangent, response: Way) -> Gradients:
    """The gradient for the only input of an operator; `response` changes its values on images with a single 1."""
    (name,) = operator.differentiable
    x = inputs[name]
    alone = (1, *x.shape[2:]) if operator.images else x.shape[1:]
    cotangent = cotangent.reshape(x.size // math.prod(alone), -1)
    responses = _responses(operator, alone, attrs, cotangent.shape[1])
    parts = [_products(cotangent, response(part)) for part in responses]
    return {name: np.concatenate(parts, axis=1).reshape(x.shape)}


def _responses(operator: Operator, shape: tuple[int, ...], attrs, outputs: int) -> Iterable[np.ndarray]:
    """The reference on images of a shape with a single 1: a row of outputs for each pixel, in parts."""
    pixels = math.prod(shape)
    key = operator.reference, shape, repr(attrs)
    if key in _remembered:
        return [_remembered[key]]
    constant = operator.reference(np.zeros((1, *shape)), **attrs)
    bases = _bases(pixels, pixels + outputs)
    parts = (
        (operator.reference(part.reshape(-1, *shape), **attrs) - constant).reshape(len(part), -1) for part in bases
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


def _products(cotangents: np.ndarray, responses: np.ndarray) -> np.ndarray:
    """Each cotangent times each response, summed over the outputs: (m, outputs) x (n, outputs) -> (m, n).

    An output that does not see a pixel has no product with it, though its cotangent be infinite or NaN.
    """
    if np.isfinite(cotangents).all():
        return cotangents @ responses.T
    return np.stack([np.where(responses != 0, responses * cotangent, 0).sum(axis=1) for cotangent in cotangents])
