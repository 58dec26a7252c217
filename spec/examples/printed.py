"""What the seed documents print besides the stored cases: sums, shapes, channels one by one, refusals."""

from collections.abc import Iterator

import numpy as np

from spec.cases import sketches
from spec.cases.single import stated
from spec.core import Case
from spec.numerics import lenet_arithmetic
from spec.ops import lenet5
from spec.ops.corr2d import STRIPE

SINGLE = np.array(  # the image of document 002
    [
        [5, 0, 8, 7, 8, 1],
        [1, 9, 5, 0, 7, 7],
        [6, 0, 2, 4, 6, 6],
        [9, 7, 6, 6, 8, 4],
        [8, 3, 8, 5, 1, 3],
        [7, 2, 7, 0, 1, 0],
    ]
)
IDENTITY = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
NINE, FOUR = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
SPECTRUM = {"red": (10, 1, 30), "green": (30, 2, 180), "blue": (20, 0.5, 30)}  # brightness, weight, printed result
LAYERS = {  # kernel, stride, padding and the printed shape of four layers applied to an image of 8x8
    "shape-padding": ((3, 3), [1, 1], [[1, 1], [1, 1]], (8, 8)),
    "shape-unequal-kernel": ((5, 3), [1, 1], [[2, 2], [1, 1]], (8, 8)),
    "shape-stride": ((3, 3), [2, 2], [[1, 1], [1, 1]], (4, 4)),
    "shape-all-unequal": ((3, 5), [3, 4], [[0, 0], [1, 1]], (2, 2)),
}


def planes(array: np.ndarray, dtype: str = "float32") -> np.ndarray:
    """An image (H, W) or a kernel (kh, kw) with two leading axes of length 1."""
    return array.astype(dtype)[None, None]


def cases() -> Iterator[Case]:
    """The cases of this file."""
    yield from correlations()
    yield from colours()
    yield from pointwise()
    yield from layers()
    yield from networks()


def correlations() -> Iterator[Case]:
    """Single windows, and the story of the edge detector and of the flipped kernel."""
    for name, left, total in (("region", 0, 9), ("region-moved", 1, 5)):
        why = f"one receptive field, multiplied with the kernel and added up: {total}"
        yield _plane(name, why, SINGLE[0:3, left : left + 3], IDENTITY, np.array([[total]]))
    why = "a window partly outside the image fits no kernel: (3, 2) against (3, 3)"
    yield _plane("region-outside", why, SINGLE[0:3, 4:7], IDENTITY, None, expect="rejected")
    why = "the transposed kernel on the image itself: along a column nothing changes, it sees nothing"
    yield _plane("edge-column-kernel", why, STRIPE, np.array([[1], [-1]]), np.zeros((5, 8)))
    diagonal = np.eye(5, 7)
    why = "an exercise: a diagonal edge shows as a pair of opposite signs"
    edges = np.eye(5, 6) - np.eye(5, 6, -1)
    yield _plane("edge-diagonal", why, diagonal, np.array([[1, -1]]), edges)
    inputs = {"x": NINE.astype("f4"), "k": FOUR[::-1, ::-1].astype("f4")}
    why = "true convolution with the kernel flipped in both axes is the correlation again"
    flipped = {"y": np.array([[19, 25], [37, 43]], "f4")}
    yield stated("seed/convolution-of-flipped", "convolve2d", why, inputs, expected=flipped)
    why = "true convolution with the same kernel is not: 5 11 23 29"
    inputs = {"x": NINE.astype("f4"), "k": FOUR.astype("f4")}
    yield stated("seed/convolution", "convolve2d", why, inputs, expected={"y": np.array([[5, 11], [23, 29]], "f4")})


def _plane(name, why, x, k, y, **fields) -> Case:
    inputs = {"x": x.astype("f4"), "k": k.astype("f4")}
    expected = {} if y is None else {"y": y.astype("f4")}
    return stated(f"seed/{name}", "corr2d", why, inputs, expected=expected, **fields)


def colours() -> Iterator[Case]:
    """Red, green and blue in float64, each with its filter, then all three at once."""
    images, filters, results = [], [], []
    for colour, (brightness, weight, edge) in SPECTRUM.items():
        images.append(np.tile([brightness] * 3 + [0] * 3, (6, 1)))
        filters.append(np.tile([weight, 0, -weight], (3, 1)))
        results.append(np.tile([0, edge, edge, 0], (4, 1)))
        inputs = {"x": planes(images[-1], "f8"), "w": planes(filters[-1], "f8")}
        why = f"the {colour} channel alone: an edge of height {edge}"
        yield stated(f"seed/{colour}-float64", "conv2d", why, inputs, expected={"y": planes(results[-1], "f8")})
    image, kernel, channels = (np.array(arrays, "f8") for arrays in (images, filters, results))
    inputs = {"x": image[None], "w": kernel[:, None]}
    why = "one group for each colour: all three results at once"
    yield stated("seed/rgb-groups", "conv2d", why, inputs, {"groups": 3}, {"y": channels[None]})
    why = "red_out + green_out + blue_out = 240: summing over channels is what a convolution does"
    yield stated("seed/rgb-sum", "corr2d", why, {"x": image, "k": kernel}, expected={"y": channels.sum(axis=0)})


def pointwise() -> Iterator[Case]:
    """The 1x1 convolution, compared as document 000 does with a matrix product over the channels."""
    why = "a 1x1 convolution is a matrix product: weighted sums of the channels of each pixel"
    for tier, atol in (("integers", 0.0), ("reals", 1e-6)):
        x = sketches.draw("seed/pointwise/x", tier, "float32", (3, 3, 3))
        k = sketches.draw("seed/pointwise/k", tier, "float32", (2, 3, 1, 1))
        y = (k.reshape(2, 3).astype("f8") @ x.reshape(3, 9).astype("f8")).reshape(2, 3, 3)
        rows = (
            ("pointwise", "corr2d", {"x": x, "k": k}, y),
            ("pointwise-layer", "conv2d", {"x": x[None], "w": k}, y[None]),
        )
        for name, op, inputs, result in rows:
            yield stated(f"seed/{name}/{tier}", op, why, inputs, expected={"y": result}, tier=tier, atol=atol)


def layers() -> Iterator[Case]:
    """Layers of which the documents print the shape of the result; the reference of `conv2d` knows no other."""
    for name, (kernel, stride, padding, shape) in LAYERS.items():
        inputs = {
            "x": planes(sketches.draw("seed/layers/x", "reals", "float32", (8, 8))),
            "w": planes(sketches.draw(f"seed/{name}/w", "reals", "float32", kernel)),
            "b": sketches.draw(f"seed/{name}/b", "reals", "float32", (1,)),
        }
        why = f"kernel {kernel}, padding {padding}, stride {stride} make {shape} of (8, 8)"
        yield stated(f"seed/{name}", "conv2d_layer", why, inputs, {"stride": stride, "padding": padding}, tier="reals")


def networks() -> Iterator[Case]:
    """LeNet-5 as it was meant, and as document 002 prints it."""
    shapes = {"images": (2, 1, 28, 28), "labels": (2,), **lenet_arithmetic.SHAPES}
    #   C1  (N, 6, 28, 28)   S2  (N, 6, 14, 14)   C3  (N, 16, 10, 10)   S4  (N, 16, 5, 5)
    #   C5  (N, 120, 1, 1)   flat (N, 120)        F6  (N, 84)           out (N, 10)
    yield _network("lenet5", "the network that document 002 means, and a first step of its training", shapes)
    printed = {**shapes, "c1_w": (5, 1, 5, 5), "c1_b": (5,)}
    why = "C1 as printed, with out_channels=5, in front of a layer that takes 6"
    yield _network("lenet5-as-printed", why, printed, expect="rejected")


def _network(name, why, shapes, **fields) -> Case:
    inputs = {part: lenet5.data(f"seed/lenet5/{part}", "reals", "float32", shape) for part, shape in shapes.items()}
    return stated(f"seed/{name}", "lenet5", why, inputs, {"lr": 0.1, "steps": 1}, tier="reals", **fields)
