"""The windows of a sliding kernel: where they lie, and how they become the columns of one matrix.

Every operator with a kernel is built from `taps`: for one tap of the kernel, a strided view of all the pixels
that this tap meets, one per window. A loop over the few taps then replaces the loop over the many pixels.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from spec.padding import explicit, extent, transposed

Pair = tuple[int, int]
PLAIN = {"stride": (1, 1), "padding": "valid", "dilation": (1, 1), "groups": 1}  # a convolution and nothing more


@dataclasses.dataclass(frozen=True)
class Windows:
    """The windows of a kernel on images (N, C, H, W): each field a pair, first rows, then columns.

    `size` is (H, W), `pads` ((top, bottom), (left, right)), `outputs` (OH, OW) the number of windows.
    """

    size: Pair
    kernel: Pair
    stride: Pair
    dilation: Pair
    pads: tuple[Pair, Pair]
    outputs: Pair

    @property
    def frame(self) -> Pair:
        """The padded size, and more where the last window reaches beyond it (`ceil_mode`)."""
        axes = zip(self.size, self.pads, self.outputs, self.stride, self.kernel, self.dilation)
        rows, columns = (max(n + sum(p), (o - 1) * s + extent(k, d)) for n, p, o, s, k, d in axes)
        return rows, columns

    def framed(self, x: np.ndarray, fill: float = 0.0) -> np.ndarray:
        """Images (N, C, H, W) inside a frame of `fill`; the images themselves where no frame is needed."""
        if self.frame == self.size:
            return x
        framed = np.full((*x.shape[:-2], *self.frame), fill, x.dtype)
        self.inside(framed)[...] = x
        return framed

    def inside(self, framed: np.ndarray) -> np.ndarray:
        """The part of the framed images that the images fill, as a view: `framed` undone."""
        (top, _), (left, _) = self.pads
        return framed[..., top : top + self.size[0], left : left + self.size[1]]

    def taps(self, framed: np.ndarray) -> Iterator[np.ndarray]:
        """For each tap of the kernel, in row-major order, a view (N, C, OH, OW) of the pixels that it meets.

        Windows overlap, but two of them never meet the same pixel with the same tap: writing to a view is safe.
        """
        (sh, sw), (oh, ow) = self.stride, self.outputs
        for top in range(0, self.kernel[0] * self.dilation[0], self.dilation[0]):
            for left in range(0, self.kernel[1] * self.dilation[1], self.dilation[1]):
                yield framed[..., top : top + (oh - 1) * sh + 1 : sh, left : left + (ow - 1) * sw + 1 : sw]

    def counts(self, include_pads: bool) -> np.ndarray:
        """How many pixels each window has (OH, OW), with the pads or without; never what is beyond the pads."""
        framed = np.zeros(self.frame)
        self.inside(framed)[...] = 1
        if include_pads:
            height, width = (n + sum(pads) for n, pads in zip(self.size, self.pads))
            framed[:height, :width] = 1
        return sum(self.taps(framed), np.zeros(self.outputs))

    def unroll(self, x: np.ndarray, groups: int = 1) -> np.ndarray:
        """Images as columns (N, groups, C/groups * kh*kw, OH*OW): each window one column (im2col)."""
        n, c = x.shape[:2]
        columns = np.empty((n, c, self.kernel[0] * self.kernel[1], *self.outputs), x.dtype)
        for tap, seen in enumerate(self.taps(self.framed(x))):
            columns[:, :, tap] = seen
        return columns.reshape(n, groups, -1, self.outputs[0] * self.outputs[1])

    def fold(self, columns: np.ndarray) -> np.ndarray:
        """Columns as images (N, C, H, W): each column is added where its window lies (col2im).

        The transpose of `unroll` as a linear map: <unroll(x), c> = <x, fold(c)>. So `unroll` and `fold` are
        each other's derivative.
        """
        n, taps = len(columns), self.kernel[0] * self.kernel[1]
        columns = columns.reshape(n, -1, taps, *self.outputs)
        framed = np.zeros((n, columns.shape[1], *self.frame), columns.dtype)
        for tap, seen in enumerate(self.taps(framed)):
            seen += columns[:, :, tap]
        return self.inside(framed)


def slide(size, kernel, stride, padding, dilation=(1, 1), ceil_mode: bool = False) -> Windows:
    """The windows of a kernel that slides over images of `size` (H, W).

    Raises `ValueError` for a kernel, stride or dilation below 1, negative pads, and where no window fits.
    """
    at_least(1, kernel=kernel, stride=stride, dilation=dilation)
    pads = explicit(padding, size, kernel, stride, dilation)
    at_least(0, padding=pads)
    outputs = []
    for n, k, s, d, (before, after) in zip(size, kernel, stride, dilation, pads):
        room = n + before + after - extent(k, d)
        if room < 0:
            raise ValueError(f"a kernel that spans {extent(k, d)} pixels does not fit into {n + before + after}")
        count = room // s + 1
        # A last window may hang over the end, unless it would start in the padding there (as ONNX and torch).
        overhang = ceil_mode and room % s > 0 and count * s < n + before
        outputs.append(count + overhang)
    return Windows(tuple(size), tuple(kernel), tuple(stride), tuple(dilation), pads, (outputs[0], outputs[1]))


def slide_back(outputs, kernel, stride, padding, dilation, output_padding) -> Windows:
    """The windows whose number is `outputs` (H, W): those of the convolution that is transposed.

    Raises `ValueError` like `slide`, for an `output_padding` that a larger input would reach, and where the
    crop leaves nothing.
    """
    at_least(1, kernel=kernel, stride=stride, dilation=dilation)
    at_least(0, output_padding=output_padding)
    if any(extra >= max(s, d) for extra, s, d in zip(output_padding, stride, dilation)):
        raise ValueError(f"output_padding {list(output_padding)} must be smaller than stride or dilation")
    if padding in ("same", "same_lower") and max(output_padding) > 0:
        raise ValueError(f"output_padding {list(output_padding)} must be [0, 0]: {padding!r} fixes the size")
    crops, extra = transposed(padding, outputs, kernel, stride, dilation, output_padding)
    at_least(0, padding=crops)
    axes = zip(outputs, stride, kernel, dilation, extra, crops)
    size = tuple((o - 1) * s + extent(k, d) + e - sum(crop) for o, s, k, d, e, crop in axes)
    if min(size) < 1:
        raise ValueError(f"cropping {[list(crop) for crop in crops]} leaves an output of {list(size)} pixels")
    return Windows(size, tuple(kernel), tuple(stride), tuple(dilation), crops, tuple(outputs))


def at_least(least: int, **named) -> None:
    """Raise `ValueError` unless every number of every attribute, a pair or two pairs, is at least `least`."""
    for name, numbers in named.items():
        if np.min(numbers) < least:
            raise ValueError(f"{name} {np.asarray(numbers).tolist()} must be at least {least}")
