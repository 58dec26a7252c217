"""What was done to the input of one model and not of the other: channels reversed, scaled, transposed, reshaped."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from harness.compare.closeness import NEAR, alike
from harness.compare.finding import LAYOUT, SETTINGS, Finding
from harness.diagnosis.pair import looks_like
from harness.judging.difference import difference


def preprocessing(a: np.ndarray, b: np.ndarray) -> Iterator[Finding]:
    """What was done to the input of one model and not of the other."""
    if a.size == b.size and a.ndim == b.ndim == 4:
        wide, other = a.astype(np.float64), b.astype(np.float64)
        for axes, text in (((0, 1, 3, 2), "rows and columns are swapped"), ((0, 2, 3, 1), "channels are last")):
            if wide.transpose(axes).shape == other.shape and alike(wide.transpose(axes), other, NEAR):
                yield Finding(LAYOUT, f"in B {text}", {"layout": ("NCHW", text)})
                return
        if any(
            alike(wide.transpose(order).reshape(other.shape), other, NEAR)
            for order in ((0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2))
            if not alike(wide.reshape(other.shape), other, NEAR) or a.shape != b.shape
        ):
            yield Finding(LAYOUT, "in B the axes were reshaped where they must be transposed", {"layout": ("", "")})
            return
        if a.shape == b.shape:
            yield from _affine(wide, other)
            return
    if a.shape != b.shape:
        yield Finding(SETTINGS, f"the shape is {list(a.shape)} / {list(b.shape)}", {"shape": (a.shape, b.shape)})
        return
    yield from _affine(a.astype(np.float64), b.astype(np.float64))


def _affine(a: np.ndarray, b: np.ndarray) -> Iterator[Finding]:
    """Channels reversed, scaled, or normalised, or several of these."""
    for reverse in (False, True) if a.ndim == 4 and a.shape[1] > 1 else (False,):
        source = a[:, ::-1] if reverse else a
        order = ["channels are in reverse order (RGB and BGR)"] if reverse else []
        if alike(source, b, 1e-5):
            yield Finding(
                SETTINGS, f"preprocessing: in B {order[0] if order else 'nothing'}", {"preprocessing": ("", "")}
            )
            return
        channels: list[Any] = list(range(a.shape[1])) if a.ndim == 4 else [slice(None)]
        lines = [np.polyfit(source[:, one].ravel(), b[:, one].ravel(), 1) for one in channels]
        fitted = np.stack([line[0] * source[:, one] + line[1] for line, one in zip(lines, channels)], 1)
        if alike(b, fitted.reshape(b.shape), 1e-4):
            largest = abs(b).max()
            told = [f"{line[0]:.6g} x" + f" + {line[1]:.4g}" * int(abs(line[1]) > 1e-5 * largest) for line in lines]
            shown = f"values are {', '.join(dict.fromkeys(told))}"
            text = f"preprocessing: in B {' and '.join([*order, shown])}"
            yield Finding(SETTINGS, text, {"preprocessing": ("x", shown)})
            return
    look = looks_like(a, b)
    far = difference(a, b).relative
    yield Finding(SETTINGS, f"the inputs are not the same: {look or f'they differ by {far:.2g} of their norm'}")
