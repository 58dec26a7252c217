"""Where JAX computes other numbers than the specification, or returns what is not there: numerics and bugs."""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import other_definitions as definitions
from backends import shared_ledger as shared
from backends.condition import On
from backends.instead import Defined, Gives, Says
from backends.jax.ledger.default_mode import CONVOLUTIONS, POOLS, PRODUCTS
from backends.known import bug, numeric, unsupported
from spec.cases import predicates


def _sum_stands_still(case):
    """A mean of more numbers of half precision than the dtype can count, pixels of 0 aside."""
    most = {"float16": 2048, "bfloat16": 256}.get(case.dtype.name)
    pixels = np.prod(predicates.window(case)), np.count_nonzero(predicates.first(case))
    return most is not None and min(pixels) > most


def _crops_before_padding(case):
    """Computed by Eigen, which has no float64 here and no more than 16 channels."""
    image, _, outputs = predicates.channels(case)
    few = max(image, outputs) // max(predicates.groups(case), 1) <= 16
    return case.dtype.itemsize < 8 and few and predicates.is_cropped_before_padding(case)


def _kernel_meets_zeros(case):
    """A transposed convolution by Eigen, with NaN or infinity in a tap that meets a place without a pixel.

    XLA takes its own loops in float64, for strides alone, and where it exchanges an image smaller than the kernel
    with it: they leave such places out.
    """
    kernel, layout = predicates.second(case), case.attrs["kernel_layout"]
    stride, dilation, groups = predicates.strides(case), predicates.dilations(case), predicates.groups(case)
    if case.dtype == np.float64 or predicates.is_finite(kernel) or len(layout) != kernel.ndim:
        return False
    if groups == 1 and np.prod(predicates.window(case)) > np.prod(predicates.image(case)):
        return False
    if max(stride) > 1:
        return groups > 1 or max(dilation) > 1
    return predicates.special_tap_meets_no_pixel(case)


def _maximum_by_ynnpack(case):
    """Windows side by side, with NaN in one, in an image of 4096 numbers or more; dilated ones are moved there."""
    maxima = predicates.special_maxima(case)
    if case.dtype.name not in ("float32", "float64") or not np.isnan(maxima).any():
        return False
    window = predicates.window(case)
    if max(predicates.dilations(case)) > 1:
        return maxima.size * np.prod(window) >= 4096
    apart = all(taps in (1, step) for taps, step in zip(window, predicates.strides(case)))
    return apart and predicates.first(case).size >= 4096


PAD_MODES = ("constant", "reflect", "symmetric", "replicate", "circular")
F16C = On("XLA", at_least="avx")
WITHOUT_F16C = On("XLA", below="avx")


def _computes_in_float16(case):
    """Pads and nearest upsampling move numbers; their gradients add them up, except where the pads are constant."""
    return case.dtype == np.float16 and case.attrs.get("mode") not in ("nearest", *PAD_MODES)


def _adds_in_float16(case):
    return case.dtype == np.float16 and case.attrs["mode"] in ("nearest", *PAD_MODES[1:])


SYMBOLS = "INTERNAL: Failed to materialize symbols"
LEDGER = [
    unsupported(
        id="float16-needs-f16c",
        operators=(*PRODUCTS, "dense", "activation", "batch_norm2d", *POOLS, "upsample2d", "learn_kernel", "lenet5"),
        when=_computes_in_float16,
        what="Below AVX whatever computes in float16 is refused: Failed to materialize symbols. bfloat16 is not.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
        instead=Says(SYMBOLS),
    ),
    unsupported(
        id="float16-needs-f16c-gradient",
        operators=("pad2d", "upsample2d"),
        part="gradient",
        when=_adds_in_float16,
        what="Below AVX gradients that add in float16 are refused, though pads and nearest upsampling are not.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
        instead=Says(SYMBOLS),
    ),
    dataclasses.replace(shared.CROP_BEFORE_PADDING, when=_crops_before_padding),
    dataclasses.replace(
        shared.CROP_BEFORE_PADDING_GRADIENT,
        operators=(*CONVOLUTIONS, "conv_transpose2d"),
        when=_crops_before_padding,
        what="With a pad as wide as the kernel, and none opposite, the gradient is wrong in the last columns, or "
        "huge. For padding=((1, 1), (2, 0)) a kernel of 2 x 2 is small enough.",
    ),
    bug(
        id="negative-size-is-taken-for-zero",
        operators=("upsample2d",),
        when=lambda case: min(case.attrs["scale"]) < 0,
        what="jax.image.resize to a negative number of rows gives an image without rows, which is not the shape that "
        "was asked for. 0.4.38 refused it, and jnp.zeros still does.",
        why="The rows are numbered by jnp.arange, which used to refuse negative numbers, and now gives an empty array "
        "as NumPy does.",
        versions=">0.4.38",
        instead=Gives(others.result_of_nothing),
    ),
    dataclasses.replace(
        shared.SUBNORMAL_NUMBERS_ARE_ZERO,
        operators=(*PRODUCTS, "dense", *POOLS, "upsample2d"),
        why="XLA switches on flush-to-zero and denormals-are-zero on the CPU, as other devices have nothing else.",
        link="jax-ml/jax#16200",
    ),
    dataclasses.replace(
        shared.SUBNORMAL_NUMBERS_ARE_ZERO_GRADIENT,
        operators=(*PRODUCTS, "dense", "max_pool2d"),
        why="XLA switches on flush-to-zero and denormals-are-zero on the CPU.",
        link="jax-ml/jax#16200",
    ),
    dataclasses.replace(shared.GRADIENT_OF_PADDED_COTANGENT, operators=CONVOLUTIONS),
    numeric(
        id="bilinear-spreads-nan",
        operators=("upsample2d",),
        when=lambda case: shared.is_bilinear(case) and not predicates.is_finite(predicates.first(case)),
        what="One pixel of NaN or infinity makes NaN of its whole channel.",
        why="jax.image.resize multiplies with a matrix of weights for each axis, most of them 0, and 0 times infinity "
        "is NaN.",
        instead=Defined(definitions.bilinear_by_matrices),
    ),
    numeric(
        id="bilinear-spreads-nan-gradient",
        operators=("upsample2d",),
        part="gradient",
        when=lambda case: shared.is_bilinear(case) and not predicates.is_finite(case.canonical_cotangent),
        what="One cotangent of NaN or infinity makes NaN of its whole channel.",
        why="The gradient is the transposed product with the matrices of weights, most of them 0.",
        instead=Gives(others.bilinear_gradient_by_matrices),
    ),
    dataclasses.replace(
        shared.FLOAT16_MEAN_OVERFLOWS,
        why="lax.reduce_window adds in float16, and the division comes after it.",
        on=F16C,
    ),
    numeric(
        id="padding-is-left-out",
        operators=CONVOLUTIONS,
        when=lambda case: case.dtype == np.float64 and predicates.special_tap_meets_padding(case),
        what="In float64, where NaN or infinity in the kernel meets padding, outputs at the edges are numbers.",
        why="XLA's own loops, which it takes where Eigen has no kernel, leave taps out that meet padding.",
        instead=Defined(definitions.convolution_without_padding),
    ),
    numeric(
        id="kernel-meets-zeros",
        operators=("conv_transpose2d",),
        when=_kernel_meets_zeros,
        what="NaN or infinity in the kernel makes NaN where it meets no pixel: around the image, or between its "
        "pixels. Not in float64, nor with strides alone, without dilation and groups.",
        why="It is a convolution of the image with zeros around and between its pixels, and Eigen multiplies them: "
        "0 times infinity is NaN. XLA's own loops leave them out.",
        instead=Defined(definitions.transposed_over_zeros),
    ),
    bug(
        id="maximum-drops-nan",
        operators=("max_pool2d",),
        when=_maximum_by_ynnpack,
        what="In an image of 4096 numbers or more NaN is not the maximum of windows that lie side by side. jnp.max of "
        "so many numbers loses it too; of fewer, and in windows that overlap, it is kept.",
        why="XLA hands large reductions to YNNPACK (ynn_fusion in the compiled program), whose maximum drops NaN.",
        instead=Defined(definitions.maximum_without_nan),
    ),
    numeric(
        id="half-precision-sums-stand-still",
        operators=("avg_pool2d",),
        when=_sum_stands_still,
        what="The sum of a window with many pixels stands still once they are too small beside it: in bfloat16 that of "
        "ones at 256, in float16 at 2048.",
        why="lax.reduce_window adds one pixel after the other in the dtype of the image.",
        instead=Gives(others.added_one_by_one),
    ),
]
