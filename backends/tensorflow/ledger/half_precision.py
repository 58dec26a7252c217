"""Where TensorFlow sums in half precision: each addition is rounded, not the sum alone.

Everything else in float16 and bfloat16 is as good as float32 rounded once. What is not listed and falls back is seen.
"""

import dataclasses

import numpy as np

from backends import shared_ledger as shared
from backends.condition import On
from backends.known import coarse
from backends.shared_ledger import sums_in
from spec.cases import predicates

SUMS = ("conv_transpose2d", "corr2d")
GRADIENTS = ("corr2d", "max_pool2d", "pad2d", "upsample2d")
ONEDNN = ("avg_pool2d", "conv_transpose2d")  # below AVX-512 it refuses their gradients in bfloat16
WITH_BFLOAT16 = On("oneDNN", at_least="avx512")


def _has_own_pads(case):
    """Pads that neither SAME nor VALID puts on, without groups and dilation."""
    named = case.attrs["padding"] in ("same", "valid")
    return not named and predicates.groups(case) == 1 and max(predicates.dilations(case)) == 1


LEDGER = [
    *sums_in("float16", ("avg_pool2d", *SUMS), ("conv2d", "convolve2d", *ONEDNN, *GRADIENTS)),
    *sums_in("bfloat16", SUMS, GRADIENTS),
    *sums_in("bfloat16", (), ONEDNN, on=WITH_BFLOAT16),
    *shared.pads_of_pixels_in("float16", "bfloat16"),
    dataclasses.replace(
        shared.BIAS_AFTER_ROUNDING, why="tf.nn.bias_add, also in a Keras layer, gets what tf.nn.conv2d has rounded."
    ),
    dataclasses.replace(
        shared.BIAS_GRADIENT_IN_HALF_PRECISION,
        when=lambda case: case.dtype.name == "bfloat16" and shared.has_half_bias(case),
        what="The gradient for a bias in bfloat16 is added up in bfloat16, rounded at every addition. In float16 it is "
        "added in float32.",
        why="BiasAddGrad adds in its own dtype, for which float16 alone has another one.",
    ),
    coarse(
        id="float16-sums-conv2d-layer-gradient",
        operators=("conv2d_layer",),
        part="gradient",
        when=lambda case: case.dtype == np.float16 and case.tier == "reals" and predicates.groups(case) == 1,
        what="Gradients of a layer without groups are added in float16, rounded at every addition.",
        why="oneDNN has no such gradients in float16; with groups each is computed by another kernel.",
        seldom=True,
    ),
    coarse(
        id="bfloat16-sums-conv2d-own-pads-gradient",
        operators=("conv2d",),
        part="gradient",
        when=lambda case: case.dtype.name == "bfloat16" and case.tier == "reals" and _has_own_pads(case),
        what="Gradients of tf.nn.conv2d with pairs of pads are added in bfloat16, rounded at every addition. With SAME "
        "and VALID, with groups and with dilation they are added in float32.",
        why="oneDNN does not take explicit pads in eager mode, and Eigen adds in the dtype of what it gets.",
        on=WITH_BFLOAT16,
        seldom=True,
    ),
]
