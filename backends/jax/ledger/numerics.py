"""Where JAX computes other numbers than the specification, or returns what is not there: numerics and bugs."""

import numpy as np

from backends.condition import On
from backends.jax.ledger.default_mode import CONVOLUTIONS, POOLS, PRODUCTS
from backends.known import Known
from spec.cases import predicates


def _is_flushed(case):
    """float32 and float64; float16 is computed in float32, where its subnormal numbers are normal."""
    moved = case.op == "upsample2d" and case.attrs["mode"] == "nearest"
    return case.dtype.itemsize > 2 and predicates.is_subnormal(case) and not moved


def _has_subnormal_image(case):
    return _is_flushed(case) and predicates.smallest(predicates.first(case)) < np.finfo(case.dtype).tiny


def _sum_overflows(case):
    """A mean of float16 whose sum is beyond the largest number, all pixels taken for the largest."""
    largest = float(abs(predicates.first(case)).max(initial=0))
    return case.dtype == np.float16 and np.isfinite(largest) and largest * np.prod(predicates.window(case)) > 65504


def _has_special_kernel(case):
    return not predicates.is_finite(predicates.second(case)) and max(predicates.window(case)) > 1


def _crops_before_padding(case):
    """Computed by Eigen, which has no float64 here and no more than 16 channels."""
    image, _, outputs = predicates.channels(case)
    few = max(image, outputs) // max(predicates.groups(case), 1) <= 16
    return case.dtype.itemsize < 8 and few and predicates.is_cropped_before_padding(case)


PAD_MODES = ("constant", "reflect", "symmetric", "replicate", "circular")
FLUSHING = On(architectures=("x86_64", "arm64"))  # where a thread can be set to flush (tsl/platform/denormal.cc)

F16C = On("XLA", at_least="avx")
WITHOUT_F16C = On("XLA", below="avx")


def _computes_in_float16(case):
    """Pads and nearest upsampling move numbers; their gradients add them up, except where the pads are constant."""
    return case.dtype == np.float16 and case.attrs.get("mode") not in ("nearest", *PAD_MODES)


def _adds_in_float16(case):
    return case.dtype == np.float16 and case.attrs["mode"] in ("nearest", *PAD_MODES[1:])


LEDGER = [
    Known(
        id="float16-needs-f16c",
        operators=(*PRODUCTS, *POOLS, "upsample2d", "learn_kernel", "lenet5"),
        kind="unsupported",
        outcome="rejected",
        when=_computes_in_float16,
        what="Below AVX whatever computes in float16 is refused: Failed to materialize symbols. bfloat16 is not.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
    ),
    Known(
        id="float16-needs-f16c-gradient",
        operators=("pad2d", "upsample2d"),
        kind="unsupported",
        outcome="rejected",
        part="gradient",
        when=_adds_in_float16,
        what="Below AVX gradients that add in float16 are refused, though pads and nearest upsampling are not.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
    ),
    Known(
        id="crop-before-padding-reads-other-memory",
        operators=("conv_transpose2d",),
        kind="bug",
        outcome="differs",
        when=_crops_before_padding,
        what="A transposed convolution with a crop as wide as its kernel, and none opposite, has values in its last "
        "columns that are not its own: of the next row, or of other memory.",
        why="As a convolution it is cropped at one end and padded at the other. XLA on the CPU takes that for no "
        "padding, and reads on where zeros should be.",
        link="openxla/xla#48713",
    ),
    Known(
        id="crop-before-padding-reads-other-memory-gradient",
        operators=(*CONVOLUTIONS, "conv_transpose2d"),
        kind="bug",
        outcome="differs",
        part="gradient",
        when=_crops_before_padding,
        what="With a pad as wide as the kernel, and none opposite, the gradient is wrong in the last columns, or "
        "huge. For padding=((1, 1), (2, 0)) a kernel of 2 x 2 is small enough.",
        why="The gradient is a convolution that is cropped at one end and padded at the other, which XLA on the CPU "
        "takes for one without padding: it reads on where zeros should be.",
        link="openxla/xla#48713",
    ),
    Known(
        id="negative-size-is-taken-for-zero",
        operators=("upsample2d",),
        kind="bug",
        outcome="differs",
        when=lambda case: min(case.attrs["scale"]) < 0,
        what="jax.image.resize to a negative number of rows gives an image without rows, which is not the shape that "
        "was asked for. 0.4.38 refused it, and jnp.zeros still does.",
        why="The rows are numbered by jnp.arange, which used to refuse negative numbers, and now gives an empty array "
        "as NumPy does.",
        versions=">0.4.38",
    ),
    Known(
        id="subnormal-numbers-are-zero",
        operators=(*PRODUCTS, *POOLS, "upsample2d"),
        kind="numeric",
        outcome="differs",
        when=_is_flushed,
        what="Subnormal numbers are taken for 0, and results that would be subnormal become 0; where values are only "
        "moved they stay.",
        why="XLA switches on flush-to-zero and denormals-are-zero on the CPU, as other devices have nothing else.",
        link="jax-ml/jax#16200",
        on=FLUSHING,
    ),
    Known(
        id="subnormal-numbers-are-zero-gradient",
        operators=(*PRODUCTS, "max_pool2d"),
        kind="numeric",
        outcome="differs",
        part="gradient",
        when=_has_subnormal_image,
        what="A gradient that subnormal pixels were multiplied into is 0; among maxima that are all taken for 0 it "
        "goes to another pixel.",
        why="XLA switches on flush-to-zero and denormals-are-zero on the CPU.",
        link="jax-ml/jax#16200",
        on=FLUSHING,
    ),
    Known(
        id="gradient-of-padded-cotangent",
        operators=CONVOLUTIONS,
        kind="numeric",
        outcome="differs",
        part="gradient",
        when=_has_special_kernel,
        what="With NaN or infinity in the kernel, pixels near the edges have NaN as their gradient, though no output "
        "brought them together with that tap.",
        why="The gradient is a convolution of the cotangent padded with zeros, and 0 times infinity is NaN.",
    ),
    Known(
        id="bilinear-spreads-nan",
        operators=("upsample2d",),
        kind="numeric",
        outcome="differs",
        when=lambda case: case.attrs["mode"] == "bilinear" and not predicates.is_finite(predicates.first(case)),
        what="One pixel of NaN or infinity makes NaN of its whole channel.",
        why="jax.image.resize multiplies with a matrix of weights for each axis, most of them 0, and 0 times infinity "
        "is NaN.",
    ),
    Known(
        id="bilinear-spreads-nan-gradient",
        operators=("upsample2d",),
        kind="numeric",
        outcome="differs",
        part="gradient",
        when=lambda case: case.attrs["mode"] == "bilinear" and not predicates.is_finite(case.cotangent),
        what="One cotangent of NaN or infinity makes NaN of its whole channel.",
        why="The gradient is the transposed product with the matrices of weights, most of them 0.",
    ),
    Known(
        id="float16-mean-overflows",
        operators=("avg_pool2d",),
        kind="numeric",
        outcome="differs",
        when=_sum_overflows,
        what="The mean of large numbers is infinite in float16, though all of them are finite.",
        why="lax.reduce_window adds in float16, and the division comes after it.",
        on=F16C,
    ),
]
