"""What can be asked of a case without computing it: ranks, sizes, windows, dtypes and special values.

The ledgers say with these in which cases a framework is known to differ. They are asked of every case, those that
must be refused among them: a function answers whatever the case holds, and never raises.
"""

import numpy as np

from spec.core import Case, Rejected, canonical
from spec.ops import max_pool2d
from spec.padding import Pads, explicit, extent, overhangs

NO_PADS: Pads = ((0, 0), (0, 0))


def first(case: Case) -> np.ndarray:
    """The first input, the image of most operators."""
    return next(iter(case.inputs.values()))


def second(case: Case) -> np.ndarray:
    """The second input, the kernel of a convolution; the first where there is no other."""
    return [*case.inputs.values()][:2][-1]


def rank(case: Case) -> int:
    """The number of axes of the first input."""
    return first(case).ndim


def _spatial(array: np.ndarray, layout: str) -> tuple[int, ...]:
    """(h, w) of an array; of one whose rank is not the layout's, the last two axes."""
    if len(layout) == array.ndim:
        return tuple(size for size, axis in zip(array.shape, layout) if axis in "HW")
    return array.shape[-2:]


def image(case: Case) -> tuple[int, ...]:
    """(h, w) of the first input."""
    return _spatial(first(case), case.layout)


def window(case: Case) -> tuple[int, ...]:
    """(h, w) of the kernel or of the pooling window."""
    return case.attrs.get("kernel_size") or _spatial(second(case), case.attrs.get("kernel_layout", ""))


def channels(case: Case) -> tuple[int, int, int]:
    """Channels of the image, and input and output channels of the kernel; zeros where they have not four axes."""
    x, w = first(case), second(case)
    layout, axes = case.layout, case.attrs.get("kernel_layout", "")
    if len(layout) != x.ndim or len(axes) != w.ndim:
        return 0, 0, 0
    return x.shape[layout.index("C")], w.shape[axes.index("I")], w.shape[axes.index("O")]


def strides(case: Case) -> tuple[int, ...]:
    """[h, w]; pooling windows lie side by side where nothing else is said."""
    return case.attrs.get("stride") or case.attrs.get("kernel_size") or (1, 1)


def dilations(case: Case) -> tuple[int, ...]:
    """[h, w]."""
    return case.attrs.get("dilation", (1, 1))


def groups(case: Case) -> int:
    """The number of groups."""
    return case.attrs.get("groups", 1)


def spans(case: Case) -> tuple[int, ...]:
    """Pixels (h, w) that the dilated window covers."""
    return tuple(map(extent, window(case), dilations(case)))


def pads(case: Case) -> Pads:
    """((top, bottom), (left, right)); none for an operator without padding, or whose padding makes no sense."""
    padding = case.attrs.get("padding", "valid")
    if padding == "valid" or (isinstance(padding, str) and (len(image(case)) < 2 or min(strides(case)) < 1)):
        return NO_PADS
    return explicit(padding, image(case), window(case), strides(case), dilations(case))


def pads_are_pairs(case: Case) -> bool:
    """Whether the padding is given in pixels, or by a rule that frameworks have no name for."""
    return case.attrs.get("padding", "valid") not in ("valid", "same")


def pads_are_negative(case: Case) -> bool:
    """Whether the padding is to take pixels away."""
    return min(min(ends) for ends in pads(case)) < 0


def pads_are_equal(case: Case) -> bool:
    """Whether top is bottom and left is right."""
    return all(start == end for start, end in pads(case))


def special_tap_meets_padding(case: Case) -> bool:
    """Whether a kernel's NaN or infinity comes to lie on padding, where 0 times it is NaN."""
    kernel, layout = second(case), case.attrs.get("kernel_layout", "")
    if case.attrs.get("padding_mode", "zeros") != "zeros":
        return False
    if len(layout) != kernel.ndim or min(*strides(case), *dilations(case)) < 1 or min(room(case), default=-1) < 0:
        return False
    axes = list(zip(image(case), pads(case), strides(case), dilations(case), room(case)))
    taps = np.argwhere(~np.isfinite(kernel.astype(np.float64)))[:, [layout.index("H"), layout.index("W")]]
    return any(
        not 0 <= at < size
        for tap in np.unique(taps, axis=0)
        for place, (size, (start, _), step, dilation, left) in zip(tap, axes)
        for at in (place * dilation - start, place * dilation - start + left // step * step)
    )


def special_tap_meets_no_pixel(case: Case) -> bool:
    """Whether a tap of a transposed convolution that is NaN or infinite lies beside the image in some output."""
    kernel, layout = second(case), case.attrs.get("kernel_layout", "")
    if "output_padding" not in case.attrs or kernel.ndim != len(layout):
        return False
    axes = list(zip(image(case), pads(case), dilations(case), transposed_sizes(case)))
    taps = np.argwhere(~np.isfinite(kernel.astype(np.float64)))[:, [layout.index("H"), layout.index("W")]]
    return any(
        start - place * rate < 0 or start - place * rate + outputs > size
        for tap in np.unique(taps, axis=0)
        for place, (size, (start, _), rate, outputs) in zip(tap, axes)
    )


def window_may_miss(case: Case) -> bool:
    """Whether a pad is as wide as the window, which then may lie wholly in it."""
    return any(max(ends) >= span > 0 for ends, span in zip(pads(case), spans(case)))


def room(case: Case) -> tuple[int, ...]:
    """Pixels (h, w) by which the padded image exceeds the window; negative where no window fits."""
    return tuple(size + sum(ends) - span for size, ends, span in zip(image(case), pads(case), spans(case)))


def overhang(case: Case) -> tuple[int, ...]:
    """Pixels (h, w) by which the last window reaches beyond the padded image; zeros without `ceil_mode`."""
    if not case.attrs.get("ceil_mode") or min(strides(case)) < 1:
        return (0, 0)
    return overhangs(image(case), window(case), strides(case), dilations(case), pads(case))


def transposed_sizes(case: Case) -> tuple[int, ...]:
    """(h, w) of what a transposed convolution makes of its image; negative where the crop takes more."""
    more = case.attrs.get("output_padding", (0, 0))
    axes = zip(image(case), spans(case), strides(case), pads(case), more)
    return tuple((size - 1) * step + span - sum(ends) + extra for size, span, step, ends, extra in axes)


def has_output_padding_beside_same(case: Case) -> bool:
    """Whether a transposed convolution asks for output padding beside a padding that fixes the size."""
    named = case.attrs.get("padding") in ("same", "same_lower")
    return named and max(case.attrs.get("output_padding", (0, 0))) > 0


def is_cropped_before_padding(case: Case) -> bool:
    """Whether the gradient of a convolution for its image, or a transposed one, crops where padding follows it.

    Seen as a convolution, without stride and dilation, some axis is then cropped at its start and padded at its end,
    and none reaches beyond where it would end without being moved.
    """
    if {*strides(case), *dilations(case)} != {1}:
        return False
    axes = [(span - 1 - start, span - 1 - end) for (start, end), span in zip(pads(case), spans(case))]
    return all(start <= 0 and start + end <= 0 for start, end in axes) and any(start < 0 < end for start, end in axes)


def empty(case: Case) -> set[tuple[str, int]]:
    """The axes of length 0, as (input, axis)."""
    shapes = ((name, array.shape) for name, array in case.inputs.items())
    return {(name, axis) for name, shape in shapes for axis, size in enumerate(shape) if size == 0}


def batch_is_empty(case: Case) -> bool:
    """Whether the first axis of the image is empty, and no other."""
    return {axis for _, axis in empty(case)} == {0} and first(case).size == 0


def dtypes(case: Case) -> list[str]:
    """The names of the floating dtypes of the inputs, each once, in their order."""
    floats = (array.dtype for array in case.inputs.values() if array.dtype.kind != "i")
    return list(dict.fromkeys(dtype.name for dtype in floats))


def is_mixed(case: Case) -> bool:
    """Whether the inputs have more than one floating dtype."""
    return len(dtypes(case)) > 1


def is_finite(array: np.ndarray | None) -> bool:
    """Whether an array, if there is one, holds neither NaN nor infinity."""
    return array is None or bool(np.isfinite(array.astype(np.float64)).all())


def is_subnormal(case: Case) -> bool:
    """Whether image, kernel or a product of both holds a number that is not 0, but below the smallest normal one."""
    sizes = [smallest(array) for array in list(case.inputs.values())[:2] if array.dtype.kind != "i"]
    return bool(sizes) and min(*sizes, float(np.prod(sizes))) < smallest_normal(case.dtype)


def smallest_normal(dtype: np.dtype) -> float:
    """The smallest positive number of a dtype that is not subnormal; NumPy does not tell it of bfloat16."""
    return 2.0**-126 if dtype.name == "bfloat16" else float(np.finfo(dtype).tiny)


def smallest(array: np.ndarray) -> float:
    """The smallest absolute value other than 0; 1 where there is none."""
    found = abs(array.astype(np.float64))
    return float(found[found > 0].min(initial=1.0))


def special_maxima(case: Case) -> np.ndarray:
    """What max pooling makes of an image with NaN or infinity; no number where it holds none, or must be refused."""
    if case.op != "max_pool2d" or is_finite(first(case)):
        return np.zeros(0)
    arrays, attrs = canonical(max_pool2d.OPERATOR, case.attrs, case.inputs)
    try:
        return max_pool2d.reference(arrays["x"].astype(np.float64), **attrs)
    except Rejected:
        return np.zeros(0)


def target_is_repeated(case: Case) -> bool:
    """Whether the target y of `learn_kernel` has not the shape of the correlation, but broadcasts to it."""
    if not {"x", "y", "w"} <= set(case.inputs) or rank(case) != 2 or case.inputs["w"].ndim != 2:
        return False
    y, w = case.inputs["y"].shape, case.inputs["w"].shape
    seen = tuple(size - taps + 1 for size, taps in zip(image(case), w))
    return (
        y != seen and min(seen) > 0 and len(y) <= 2 and all(one in (1, size) for one, size in zip(y[::-1], seen[::-1]))
    )
