"""The pictures of the page, as small inline SVG computed from a run: heat maps, histograms, matrices.

Each says in words what it shows (`aria-label`), and has the colours of the style sheet.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np
from markupsafe import Markup

LEVELS = 5  # shades of a heat map
LARGEST = 48  # rows and columns of a heat map; of larger planes, blocks are shown by their largest error
PIXELS = 168  # the width of a heat map at most
BINS = 12  # of a histogram: half a decade each, from 1e-6 to 1


def _svg(width: float, height: float, label: str, content: str, scale: float = 1.0, kind: str = "") -> Markup:
    size = f'width="{width * scale:.0f}" height="{height * scale:.0f}" viewBox="0 0 {width:g} {height:g}"'
    text = f'<svg class="picture {kind}" role="img" aria-label="{escape(label)}" {size}>{content}</svg>'
    return Markup(text)  # numbers, and text that was escaped


def plane(array: np.ndarray, layout: str, place: Sequence[int]) -> np.ndarray:
    """The rows and columns of an array around an element: its image and its channel, in any layout."""
    index = list(place)
    if array.ndim == 4 and layout == "NHWC":
        array, index = array.transpose(0, 3, 1, 2), [index[0], index[3], index[1], index[2]]
    if array.ndim < 2:
        return array.reshape(1, -1)
    return array[tuple(index[:-2])]


def heat(errors: np.ndarray, label: str) -> Markup:
    """A plane of errors, which are not negative: the larger, the darker, each shade a factor; NaN is the darkest."""
    rows, columns = errors.shape
    block = math.ceil(max(rows, columns) / LARGEST)
    shown = _blocks(np.nan_to_num(errors, nan=np.inf, posinf=np.inf), block)
    finite = shown[np.isfinite(shown) & (shown > 0)]
    top, bottom = (finite.max(), finite.min()) if finite.size else (1.0, 1.0)
    steps = math.log(top / bottom) or 1.0
    paths: dict[int, list[str]] = {}
    for (i, j), value in np.ndenumerate(shown):
        if value:
            level = LEVELS if not np.isfinite(value) else 1 + round((LEVELS - 1) * math.log(value / bottom) / steps)
            level = LEVELS if top == bottom else level
            paths.setdefault(level, []).append(f"M{j} {i}h1v1h-1z")
    content = "".join(f'<path class="h{level}" d="{"".join(found)}"/>' for level, found in sorted(paths.items()))
    height, width = shown.shape
    frame = f'<rect class="frame" width="{width}" height="{height}"/>'
    return _svg(width, height, label, frame + content, min(14, PIXELS / width), "heatmap")


def _blocks(errors: np.ndarray, block: int) -> np.ndarray:
    """The largest error of each block of so many rows and columns."""
    if block == 1:
        return errors
    rows, columns = (-(-size // block) * block for size in errors.shape)
    padded = np.zeros((rows, columns))
    padded[: errors.shape[0], : errors.shape[1]] = errors
    return padded.reshape(rows // block, block, columns // block, block).max(axis=(1, 3))


def histogram(ratios: Iterable[float], exact: int, name: str) -> Markup:
    """How many results of a framework were exact, and how near the others came to their bound, by half decades."""
    counts = [0] * BINS
    for ratio in ratios:
        counts[min(max(math.floor(2 * math.log10(ratio)) + BINS, 0), BINS - 1)] += 1
    top = max([*counts, 1])
    bars = "".join(
        f'<rect class="bar" x="{16 + 12 * number}" y="{48 - tall}" width="10" height="{tall}"/>'
        for number, tall in enumerate(_tall(count, top) for count in counts)
        if tall
    )
    ticks = "".join(
        f'<text x="{16 + 12 * 2 * power}" y="61">{label}</text>'
        for power, label in ((0, "1e-6"), (2, "1e-4"), (4, "1e-2"), (6, "1"))
    )
    content = f'<path class="axis" d="M10 48.5h156"/>{bars}{ticks}'
    said = f"{name}: {exact:,} results are exact; of {sum(counts):,} others the error as a part of its bound"
    within = f", {sum(counts[-2:]):,} above a tenth of it"
    return _svg(180, 64, said + within, content, 1.0, "histogram")


def _tall(count: int, top: int) -> int:
    return max(1, round(44 * math.sqrt(count / top))) if count else 0


def grid(
    rows: Sequence[str], columns: Sequence[str], shares: Mapping[tuple[str, str], float], label: str, scale: float = 1.0
) -> Markup:
    """A matrix of shares from 0 to 1: full is dark, none is red; without a share the cell stays empty."""
    left, top, wide, high = (
        6.2 * max(map(len, rows), default=0) + 8,
        6.2 * max(map(len, columns), default=0) * 0.72 + 12,
        34,
        20,
    )
    parts = [
        f'<text class="row" x="{left - 6:.0f}" y="{top + high * i + 14:.0f}">{escape(name)}</text>'
        for i, name in enumerate(rows)
    ]
    parts += [
        f'<text class="column" transform="translate({left + wide * j + 12:.0f} {top - 5:.0f}) rotate(-45)">'
        f"{escape(name)}</text>"
        for j, name in enumerate(columns)
    ]
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            share = shares.get((row, column))
            if share is not None:
                at = f'x="{left + wide * j:.0f}" y="{top + high * i:.0f}"'
                fill = f'fill-opacity="{0.08 + 0.5 * share * share:.2f}"' if share else ""
                words = "100" if share == 1 else f"{min(100 * share, 99):.0f}"
                middle = f'x="{left + wide * j + wide / 2 - 1:.0f}" y="{top + high * i + 14:.0f}"'
                parts.append(
                    f'<rect class="{"cell" if share else "none"}" {at} width="{wide - 2}" height="{high - 2}" {fill}/>'
                )
                parts.append(f"<text {middle}>{words}</text>")
    width = left + wide * len(columns) + 4 * max(map(len, columns), default=0)
    return _svg(width, top + high * len(rows), label, "".join(parts), scale, "grid")
