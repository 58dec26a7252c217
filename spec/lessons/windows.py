"""A window that moves over an image, step by step: what it sees, what it sums, what comes out."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Panel:
    """An image (H, W) that a kernel (kh, kw) moves over, with its padding ((top, bottom), (left, right)).

    `combine` makes one number of a window and the kernel: the sum of products, a maximum, a mean. `outside` is what
    stands in the padding; None: nothing, as for a maximum. `note` says who computes so.
    """

    title: str
    note: str
    image: np.ndarray
    kernel: np.ndarray
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    pads: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    outside: float | None = 0.0
    combine: str = "sum"


@dataclasses.dataclass(frozen=True)
class Step:
    """One position: its place in the output, the padded pixels it reads (rows, columns), its terms and its value."""

    place: tuple[int, int]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    terms: str
    value: float


def padded(panel: Panel) -> np.ndarray:
    """The image with its padding; NaN where nothing stands."""
    outside = np.nan if panel.outside is None else panel.outside
    return np.pad(panel.image.astype(float), panel.pads, constant_values=outside)


def steps(panel: Panel) -> list[Step]:
    """All positions of the window, in the order of the output."""
    image, (rows, columns) = padded(panel), output_shape(panel)
    return [_step(panel, image, i, j) for i in range(rows) for j in range(columns)]


def output_shape(panel: Panel) -> tuple[int, int]:
    """Rows and columns of the output."""
    axes = zip(padded(panel).shape, panel.kernel.shape, panel.stride, panel.dilation)
    rows, columns = ((size - (taps - 1) * rate - 1) // step + 1 for size, taps, step, rate in axes)
    return rows, columns


def output(panel: Panel) -> np.ndarray:
    """The output (OH, OW), from the steps."""
    return np.array([step.value for step in steps(panel)]).reshape(output_shape(panel))


def _step(panel: Panel, image: np.ndarray, i: int, j: int) -> Step:
    starts = i * panel.stride[0], j * panel.stride[1]
    rows, columns = (
        tuple(start + tap * rate for tap in range(taps))
        for start, taps, rate in zip(starts, panel.kernel.shape, panel.dilation)
    )
    window = image[np.ix_(rows, columns)]
    terms, value = COMBINE[panel.combine](window, panel.kernel)
    return Step((i, j), rows, columns, terms, value)


def gradient(panel: Panel) -> np.ndarray:
    """The gradient (H, W) of the sum of the output by the image: what each pixel hands on, and how often."""
    image = padded(panel)
    found = np.zeros_like(image)
    for step in steps(panel):
        place = np.ix_(step.rows, step.columns)
        found[place] += SHARES[panel.combine](image[place], panel.kernel)
    (top, bottom), (left, right) = panel.pads
    return found[top : found.shape[0] - bottom, left : found.shape[1] - right]


def number(value: float) -> str:
    """A number as short as it is exact: 3, -0.5, 0.333."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def numbers(array: np.ndarray) -> str:
    """All numbers of an array in a line, each as `number` writes it."""
    return " ".join(number(float(one)) for one in np.asarray(array).ravel())


def _sum(window: np.ndarray, kernel: np.ndarray) -> tuple[str, float]:
    pairs = [(x, k) for x, k in zip(window.ravel(), kernel.ravel()) if x and k]
    terms = " + ".join(f"{_factor(x)}·{_factor(k)}" for x, k in pairs) or "0"
    return terms, float(sum(x * k for x, k in pairs))


def _factor(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _real(window: np.ndarray) -> Sequence[float]:
    return [float(x) for x in window.ravel() if not np.isnan(x)]


def _maximum(window: np.ndarray, kernel: np.ndarray) -> tuple[str, float]:
    seen = _real(window)
    return f"max({', '.join(map(number, seen))})", max(seen)


def _mean(window: np.ndarray, kernel: np.ndarray) -> tuple[str, float]:
    seen = _real(window)
    added = " + ".join(map(_factor, seen))
    return f"({added}) / {len(seen)}", sum(seen) / len(seen)


def _first_maximum(window: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    share = np.zeros(window.shape)
    share.flat[np.nanargmax(window)] = 1
    return share


def _equal_shares(window: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.full(window.shape, 1 / max(np.isfinite(window).sum(), 1))


SHARES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "sum": lambda window, kernel: kernel,
    "max": _first_maximum,
    "mean": _equal_shares,
}
COMBINE: dict[str, Callable[[np.ndarray, np.ndarray], tuple[str, float]]] = {
    "sum": _sum,
    "max": _maximum,
    "mean": _mean,
}
