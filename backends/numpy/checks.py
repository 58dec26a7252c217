"""What this backend refuses: NumPy itself would broadcast, wrap around or reshape such input without a word.

Every function raises `ValueError` with the value that is wrong, and returns what the operator goes on with.
"""

import functools
from collections.abc import Callable

import numpy as np

from backends.numpy.windows import Windows, at_least, slide, slide_back
from spec.padding import extent

FLOATS = ("float16", "bfloat16", "float32", "float64")


def one_dtype(method: Callable) -> Callable:
    """Refuse mixed dtypes, and others than floats; compute float16 and bfloat16 in float32 and round the result once.

    NumPy has no fast half-precision arithmetic, and rounding after every addition would lose most digits.
    """

    @functools.wraps(method)
    def checked(self, *tensors, **attrs):
        dtype = same_dtype(*tensors)
        results = method(self, *map(widened, tensors), **attrs)
        if isinstance(results, tuple):
            return tuple(result.astype(dtype, copy=False) for result in results)
        return results.astype(dtype, copy=False)

    return checked


def same_dtype(*arrays: np.ndarray) -> np.dtype:
    """The dtype that all arrays have; NumPy would promote them to the widest."""
    dtypes = {array.dtype for array in arrays}
    if len(dtypes) > 1:
        raise ValueError(f"all inputs must have one dtype, not {', '.join(sorted(map(str, dtypes)))}")
    dtype = dtypes.pop()
    if dtype.name not in FLOATS:
        raise ValueError(f"dtype {dtype} is none of {', '.join(FLOATS)}")
    return dtype


def same_shape(array: np.ndarray, other: np.ndarray) -> None:
    """Refuse what would be broadcast."""
    if array.shape != other.shape:
        raise ValueError(f"shapes {list(array.shape)} and {list(other.shape)} must be the same")


def widened(array: np.ndarray) -> np.ndarray:
    """A half-precision array in float32, any other as it is."""
    return array.astype(np.float32) if array.dtype.itemsize == 2 else array


def ranked(rank: int, **arrays: np.ndarray) -> None:
    """Refuse arrays of another rank, and arrays with an empty axis."""
    for name, array in arrays.items():
        if array.ndim != rank:
            raise ValueError(f"{name} has shape {list(array.shape)}; it must have {rank} axes")
        if min(array.shape) < 1:
            raise ValueError(f"{name} has shape {list(array.shape)}: an axis is empty")


def bias_fits(b: np.ndarray | None, channels: int) -> None:
    """Refuse a bias that does not have one number per output channel (length 1 would be broadcast)."""
    if b is not None and b.shape != (channels,):
        raise ValueError(f"b has shape {list(b.shape)}; it must be [{channels}], one number per output channel")


def convolution(x, w, b, stride, padding, dilation, groups) -> Windows:
    """The windows of conv2d for x (N, C, H, W), w (O, C/groups, kh, kw), b (O,)."""
    ranked(4, x=x, w=w)
    if groups < 1 or x.shape[1] % groups or len(w) % groups:
        raise ValueError(f"groups {groups} must divide {x.shape[1]} input and {len(w)} output channels")
    if w.shape[1] * groups != x.shape[1]:
        raise ValueError(f"w takes {w.shape[1]} channels per group; x has {x.shape[1]} in {groups} groups")
    bias_fits(b, len(w))
    return slide(x.shape[2:], w.shape[2:], stride, padding, dilation)


def transposed_convolution(x, w, b, stride, padding, output_padding, dilation, groups) -> Windows:
    """The windows of conv_transpose2d for x (N, I, H, W), w (I, O/groups, kh, kw), b (O,)."""
    ranked(4, x=x, w=w)
    if x.shape[1] != len(w):
        raise ValueError(f"w takes {len(w)} input channels; x has {x.shape[1]}")
    if groups < 1 or len(w) % groups:
        raise ValueError(f"groups {groups} must divide {len(w)} input channels")
    bias_fits(b, w.shape[1] * groups)
    return slide_back(x.shape[2:], w.shape[2:], stride, padding, dilation, output_padding)


def pooling(x, kernel_size, stride, padding, dilation=(1, 1), ceil_mode=False) -> Windows:
    """The windows of a pool on x (N, C, H, W)."""
    ranked(4, x=x)
    windows = slide(x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
    spans = map(extent, windows.kernel, windows.dilation)
    beyond = any(max(pads) >= span for pads, span in zip(windows.pads, spans))
    if beyond or windows.counts(include_pads=False).min() < 1:  # the latter when dilated taps skip the image
        raise ValueError(f"padding {np.asarray(windows.pads).tolist()} leaves a window without a pixel of x")
    return windows


def divisor(windows: Windows, include_pads: bool, stated: int | None) -> np.ndarray:
    """What the sum of each window is divided by (OH, OW): its pixels, or the number that is stated."""
    if stated is None:
        return windows.counts(include_pads)
    at_least(1, divisor_override=stated)
    return np.full(windows.outputs, float(stated))


def padding_fits(x: np.ndarray, padding, mode: str) -> None:
    """Refuse negative pads, and pads for which the image has not enough pixels to mirror or to repeat."""
    ranked(4, x=x)
    at_least(0, padding=padding)
    # NumPy would mirror a mirrored image once more; no framework does.
    spare = {"reflect": 1, "symmetric": 0, "circular": 0}
    if mode in spare and any(max(pads) > n - spare[mode] for n, pads in zip(x.shape[2:], padding)):
        raise ValueError(f"{mode} padding {list(padding)} needs more pixels than the {list(x.shape[2:])} there are")


def correlation(x: np.ndarray, k: np.ndarray) -> None:
    """Refuse shapes that corr2d does not define: (H, W) with (kh, kw), (C, ...) with (C, ...) or (O, C, ...)."""
    if (x.ndim, k.ndim) not in ((2, 2), (3, 3), (3, 4)):
        raise ValueError(f"x {list(x.shape)} and k {list(k.shape)} must have 2 and 2, 3 and 3, or 3 and 4 axes")
    ranked(x.ndim, x=x)
    ranked(k.ndim, k=k)
    if x.ndim == 3 and x.shape[0] != k.shape[-3]:
        raise ValueError(f"k takes {k.shape[-3]} channels; x has {x.shape[0]}")
    slide(x.shape[-2:], k.shape[-2:], (1, 1), "valid")


def upsampling(x: np.ndarray, scale, mode: str, align_corners: bool) -> None:
    """Refuse a scale below 1, and corners to be aligned where nothing is interpolated."""
    ranked(4, x=x)
    at_least(1, scale=scale)
    if mode == "nearest" and align_corners:
        raise ValueError("align_corners has a meaning for bilinear only, not for nearest")


def matrices(x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> None:
    """Refuse what is no dense layer: x (N, I), w (O, I), b (O,)."""
    ranked(2, x=x, w=w)
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"w takes {w.shape[1]} inputs; x has {x.shape[1]}")
    bias_fits(b, len(w))


def channels(x: np.ndarray, **given: np.ndarray) -> None:
    """Refuse what does not have one number per channel of x (N, C, H, W)."""
    ranked(4, x=x)
    for name, array in given.items():
        if array.shape != (x.shape[1],):
            raise ValueError(f"{name} has shape {list(array.shape)}; it must be [{x.shape[1]}], one number per channel")


def several(x: np.ndarray) -> int:
    """The number of values in each channel; one has no variance."""
    count = x.size // x.shape[1]
    if count < 2:
        raise ValueError("training needs 2 or more values in each channel: one has no variance")
    return count


def batched(x: np.ndarray) -> None:
    """Refuse an array without images, or with an empty axis."""
    if x.ndim < 2:
        raise ValueError(f"x has shape {list(x.shape)}; it must have 2 or more axes")
    ranked(x.ndim, x=x)


def labels_fit(labels: np.ndarray, images: int, classes: int) -> None:
    """Refuse labels that are not one class per image (a negative one would count from the end)."""
    if labels.shape != (images,):
        raise ValueError(f"labels have shape {list(labels.shape)}; they must be [{images}], one per image")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels {labels.min()} to {labels.max()} must be from 0 to {classes - 1}")
