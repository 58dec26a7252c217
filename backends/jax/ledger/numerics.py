"""Where JAX computes other numbers than the specification, or returns what is not there: numerics and bugs."""

import dataclasses

import numpy as np

from backends import shared_ledger as shared
from backends.condition import On
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


PAD_MODES = ("constant", "reflect", "symmetric", "replicate", "circular")
F16C = On("XLA", at_least="avx")
WITHOUT_F16C = On("XLA", below="avx")


def _computes_in_float16(case):
    """Pads and nearest upsampling move numbers; their gradients add them up, except where the pads are constant."""
    return case.dtype == np.float16 and case.attrs.get("mode") not in ("nearest", *PAD_MODES)


def _adds_in_float16(case):
    return case.dtype == np.float16 and case.attrs["mode"] in ("nearest", *PAD_MODES[1:])


LEDGER = [
    unsupported(
        id="float16-needs-f16c",
        operators=(*PRODUCTS, *POOLS, "upsample2d", "learn_kernel", "lenet5"),
        when=_computes_in_float16,
        what="Below AVX whatever computes in float16 is refused: Failed to materialize symbols. bfloat16 is not.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
    ),
    unsupported(
        id="float16-needs-f16c-gradient",
        operators=("pad2d", "upsample2d"),
        part="gradient",
        when=_adds_in_float16,
        what="Below AVX gradients that add in float16 are refused, though pads and nearest upsampling are not.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
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
    ),
    dataclasses.replace(
        shared.SUBNORMAL_NUMBERS_ARE_ZERO,
        operators=(*PRODUCTS, *POOLS, "upsample2d"),
        why="XLA switches on flush-to-zero and denormals-are-zero on the CPU, as other devices have nothing else.",
        link="jax-ml/jax#16200",
    ),
    dataclasses.replace(
        shared.SUBNORMAL_NUMBERS_ARE_ZERO_GRADIENT,
        operators=(*PRODUCTS, "max_pool2d"),
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
    ),
    numeric(
        id="bilinear-spreads-nan-gradient",
        operators=("upsample2d",),
        part="gradient",
        when=lambda case: shared.is_bilinear(case) and not predicates.is_finite(case.canonical_cotangent),
        what="One cotangent of NaN or infinity makes NaN of its whole channel.",
        why="The gradient is the transposed product with the matrices of weights, most of them 0.",
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
    ),
    numeric(
        id="half-precision-sums-stand-still",
        operators=("avg_pool2d",),
        when=_sum_stands_still,
        what="The sum of a window with many pixels stands still once they are too small beside it: in bfloat16 that of "
        "ones at 256, in float16 at 2048.",
        why="lax.reduce_window adds one pixel after the other in the dtype of the image.",
    ),
]
