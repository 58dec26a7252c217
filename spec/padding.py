"""Padding, strides and window sizes: the arithmetic that all window operators share.

Sources: the convolution arithmetic of Dumoulin and Visin (arXiv:1603.07285) for the sizes; "same" is
TensorFlow's rule SAME, "same_lower" ONNX's SAME_LOWER.
"""

from typing import Any

from spec.core import Rejected

Pads = tuple[tuple[int, int], tuple[int, int]]
Padding = Any  # "valid", "same", "same_lower", "full", or [[top, bottom], [left, right]]


def extent(kernel: int, dilation: int) -> int:
    """Pixels that a kernel of `kernel` taps spans along one axis."""
    return (kernel - 1) * dilation + 1


def explicit(padding: Padding, size, kernel, stride, dilation=(1, 1)) -> Pads:
    """The padding as ((top, bottom), (left, right)), for `size`, `kernel` etc. given as (h, w).

    "same": the output has ceil(size / stride) pixels, an odd pixel goes to the end ("same_lower": to the
    beginning). "full": every window that touches the input.
    """
    if not isinstance(padding, str):
        (top, bottom), (left, right) = padding
        return (top, bottom), (left, right)
    axes = [_axis(padding, *axis) for axis in zip(size, kernel, stride, dilation)]
    return axes[0], axes[1]


def _axis(rule: str, size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    if rule == "valid":
        return 0, 0
    if rule == "full":
        return extent(kernel, dilation) - 1, extent(kernel, dilation) - 1
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + extent(kernel, dilation) - size, 0)
    small, large = total // 2, total - total // 2
    return (small, large) if rule == "same" else (large, small)


def transposed(padding: Padding, size, kernel, stride, dilation, output_padding) -> tuple[Pads, tuple[int, int]]:
    """Crop and output padding of a transposed convolution whose input has `size` (h, w).

    The padding means what it means for the convolution that is transposed: with "same" that convolution
    takes `size * stride` pixels, and where the kernel does not reach the last of them, they stay empty. Output padding
    is added to them, though the specification refuses it beside a rule that fixes the size.
    """
    large = [pixels * step for pixels, step in zip(size, stride)]
    crop = explicit(padding, large, kernel, stride, dilation)
    if padding not in ("same", "same_lower"):
        return crop, (output_padding[0], output_padding[1])
    empty = [max(step - extent(taps, rate), 0) for step, taps, rate in zip(stride, kernel, dilation)]
    return crop, (empty[0] + output_padding[0], empty[1] + output_padding[1])


def check_window(kernel, stride, dilation=(1, 1), pads: Pads = ((0, 0), (0, 0))) -> None:
    """Raise `Rejected` unless kernel, stride and dilation are at least 1 and no pad is negative."""
    for name, pair in (("kernel size", kernel), ("stride", stride), ("dilation", dilation)):
        if min(pair) < 1:
            raise Rejected(f"{name} {list(pair)} must be at least 1")
    if min(pads[0] + pads[1]) < 0:
        raise Rejected(f"padding {[list(pair) for pair in pads]} must not be negative")


def windows(size: int, kernel: int, stride: int, dilation: int, pads: tuple[int, int], ceil_mode=False) -> int:
    """How many windows fit along one axis; with `ceil_mode` a last, partial one counts too (see `overhang`).

    Raises `Rejected` where not even one window fits.
    """
    room = size + sum(pads) - extent(kernel, dilation)
    if room < 0:
        raise Rejected(
            f"window of {extent(kernel, dilation)} pixels is larger than the {size + sum(pads)} padded pixels"
        )
    partial = ceil_mode and overhang(size, kernel, stride, dilation, pads) > 0
    return room // stride + 1 + partial


def overhang(size: int, kernel: int, stride: int, dilation: int, pads: tuple[int, int]) -> int:
    """Pixels by which the last window of `ceil_mode` reaches beyond the padded axis; 0 where there is no such window.

    A window that would start in the padding after the end is dropped (the rule of ONNX and torch).
    """
    room = size + sum(pads) - extent(kernel, dilation)
    missing = -room % stride
    return missing if room >= 0 and room + missing < size + pads[0] else 0


def overhangs(size, kernel, stride, dilation, pads: Pads, ceil_mode=True) -> tuple[int, int]:
    """The same along both axes, (h, w); (0, 0) without `ceil_mode`."""
    rows, columns = map(overhang, size, kernel, stride, dilation, pads) if ceil_mode else (0, 0)
    return rows, columns


def longer(pads: Pads, more) -> Pads:
    """Pads with more (h, w) of them at the end."""
    rows, columns = ((start, end + extra) for (start, end), extra in zip(pads, more))
    return rows, columns
