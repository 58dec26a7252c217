"""What XLA makes of TensorFlow's operators in half precision, and of kernels with NaN and infinity."""

import numpy as np

from backends import other_definitions as definitions
from backends import shared_ledger as shared
from backends.instead import Defined, Undetermined
from backends.known import bug, numeric
from spec.cases import predicates


def _kernel_meets_zeros(case):
    """As in JAX; but groups are computed one by one, and dilation is zeros in the kernel."""
    kernel, layout = predicates.second(case), case.attrs["kernel_layout"]
    plain = max(*predicates.strides(case), *predicates.dilations(case)) == 1
    if case.dtype == np.float64 or predicates.is_finite(kernel) or len(layout) != kernel.ndim or not plain:
        return False
    # Where the image is smaller, XLA lets the two change places, and its own loops leave zeros out.
    return np.prod(predicates.window(case)) <= np.prod(predicates.image(case)) and (
        predicates.special_tap_meets_no_pixel(case)
    )


def _is_half_bilinear(case):
    return case.dtype.name in ("float16", "bfloat16") and shared.is_bilinear(case)


LEDGER = [
    bug(
        id="bilinear-gradient-in-half-precision",
        operators=("upsample2d",),
        part="gradient",
        when=_is_half_bilinear,
        what="The gradient of ResizeBilinear for an image in float16 or bfloat16 is nothing but noise, up to 1e37.",
        why="ResizeBilinearGrad adds in float32, and what it compiles to hands that memory over as if it held "
        "numbers of 16 bits: each of them is one half of a float32.",
        instead=Undetermined(lambda case: {"x": np.ones(case.inputs["x"].shape, bool)}),
        variants=("xla",),
    ),
    numeric(
        id="kernel-meets-zeros",
        operators=("conv_transpose2d",),
        when=_kernel_meets_zeros,
        what="NaN or infinity in the kernel makes NaN where it meets no pixel, around the image. Not in float64.",
        why="It is a convolution of the image with zeros around it, and Eigen multiplies them: 0 times infinity is "
        "NaN.",
        instead=Defined(definitions.transposed_over_zeros),
        variants=("xla",),
    ),
]
