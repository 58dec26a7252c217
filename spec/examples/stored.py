"""The seeds: the worked examples of five course documents (torch, Gluon, torch, TensorFlow, torch) as cases.

`seeds.json` holds 33 of them, inputs and printed outputs; `seeds_printed` adds the numbers and shapes that the
documents print besides, and `seeds_recovered` those that came from random weights. All but the last must be
exact: the printed numbers are small whole numbers and binary fractions.

The documents' mistakes, and what they teach (by document, 000 to 004):

- 000: the class `Conv2D` stores `self.weights` and reads `self.weight`: it fails at its first call.
- 000, 001: in the sum for two dimensions, text and formula disagree on the indices. A convolution sums
  f(a, b) g(i - a, j - b); with i + a, j + b it is a correlation, and every layer computes that one.
- 000: the size of a pooling window is given as p_w x p_h, and used as p_h x p_w. Heights come first.
- 000: the 1x1 convolution is compared by "the sum of differences is below 1e-6": a bound that knows neither the
  number nor the size of the values. Bounds must come from the case.
- 001: "cross-correlation and convolution are equivalent", and the flip "from the bottom left to the top right".
  They give different numbers (19 25 37 43 and 5 11 23 29); the same ones only if the kernel is flipped in both
  axes, which is no flip along a diagonal. What is equivalent is a layer that learns its kernel.
- 001: "a transposed kernel would work correctly". It does on the transposed image; on the image itself the
  kernel sees nothing (`seed/edge-column-kernel`).
- 001, 002: the shape formulas lack the floor, and 002's (h - f + 1)/s needs a ceiling instead:
  floor((h + p - f)/s) + 1 is right.
- 001: an even kernel is to be padded by [p/2] at both ends, which loses a pixel: one end rounds up.
- 001: the input of a layer "(example channel, height, width)" has four axes: example, channel, height, width.
- 002: LeNet-5 has `out_channels=5` where the next layer takes 6, and two layers named "C3": the second replaces
  the first. Neither shows before data pass (`seed/lenet5` is the network that was meant).
- 002: "there is no module version of circular padding": there is one now, `nn.CircularPad2d`.
- 003: Keras calls `build` with the shape of the input; the class `Conv2D` takes it for the kernel's.
- 003: a correlation that assigns to a `tf.Variable` has no gradient; 001 says the same of Gluon.
- 004: "each filter needs the same number of channels as the input": with groups it has fewer.
- 004: "the gradient passes to the selected pixels as it is": where windows overlap, it adds up.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from spec.cases.single import stated
from spec.core import Case
from spec.examples import printed, recovered

WHY = {
    "corr2d": "the sum of image times kernel in every window: 0*0 + 1*1 + 3*2 + 4*3 = 19",
    "corr2d-multi-in": "channels are correlated one by one, and the results added",
    "corr2d-multi-in-out": "one kernel for each output channel: K, K + 1, K + 2, stacked to shape (3, 2, 2, 2)",
    "edge": "[1, -1] gives 1 from white to black, -1 from black to white, 0 elsewhere",
    "edge-transposed-image": "horizontal edges: the kernel for vertical ones sees nothing",
    "edge-transposed-kernel": "transposed image and transposed kernel give the transposed result",
    "pool-max-2": "the maximum of every window of 2x2: 4 5 7 8",
    "pool-avg-2": "the mean of every window of 2x2: 2 3 5 6",
    "pool-max-pad-stride": "padding and stride of a pooling layer",
    "pool-max-channels": "pooling leaves the number of channels as it is",
    "identity": "a kernel with a single 1 in its middle copies the image, less its border",
    "identity-layer": "setting a layer's weights by hand, as transfer learning does",
    "identity-stride-2": "stride 2 keeps every second pixel of the result",
    "pad-constant": "zeros around the image",
    "pad-replicate": "padded pixels are those of the edge",
    "pad-reflect": "the outer rows and columns are the axes of the reflection",
    "pad-circular": "the leftmost column comes again on the right; corners come from the opposite corner",
    "laplace": "an edge detector of classical image processing, on the padded image",
    "pool-max-2x2": "the image in chunks of 2x2, the largest value of each",
    "pool-max-4x4": "what remains beside the one window of 4x4 is dropped",
    "pool-avg-2x2": "the mean of each chunk of 2x2",
    "pool-avg-4x4": "the mean of the one window of 4x4",
    "pool-max-stride-1": "overlapping windows: a stride other than the kernel size",
    "flatten": "all axes but the first become one",
    "vertical-edges": "a vertical edge detector on an image without structure",
    "half-image": "the same on an image half bright, half dark: the edge in the middle shows",
    "rgb-float64": "a filter has as many channels as the image; their results are added",
    "max-2-2": "max pooling with windows side by side",
    "max-3-1": "max pooling with windows that overlap",
    "upsample-nearest": "every pixel becomes a block of 2x2",
    "upsample-bilinear": "half-pixel places: weights 1/4 and 3/4, edges repeated",
    "transposed": "every pixel spreads over a window, overlaps add up: size 1*(2 - 1) + 2 = 3",
    "transposed-stride-2": "windows two pixels apart do not overlap: size 2*(2 - 1) + 2 = 4",
}


def stored() -> Iterator[Case]:
    """The cases of `seeds.json`, a case file (schema_version 1)."""
    content = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    for row in content["cases"]:
        inputs = {name: _array(value) for name, value in row["inputs"].items()}
        expected = {name: _array(value) for name, value in row["expected"].items()}
        why = WHY[row["id"].removeprefix("seed/")]
        yield stated(row["id"], row["op"], why, inputs, row["attrs"], expected)


def _array(value: dict) -> np.ndarray:
    return np.array(value["data"], value["dtype"]).reshape(value["shape"])


def cases() -> Iterator[Case]:
    """Every worked example of the documents; the ids begin with "seed/"."""
    yield from stored()
    yield from printed.cases()
    yield from recovered.cases()
