"""Where TensorFlow differs by the kernels that the processor, or what it is held to, has it choose."""

import numpy as np

from backends import other_definitions as definitions
from backends.condition import On
from backends.instead import Defined, Says
from backends.known import numeric, unsupported
from backends.tensorflow.ledger.default_mode import LAYERED, ONEDNN
from spec.cases import predicates

POOLED = ("max_pool2d", "avg_pool2d")
COMPUTING = (*LAYERED, *POOLED, "upsample2d", "learn_kernel", "lenet5")
PAD_MODES = ("constant", "reflect", "symmetric", "replicate", "circular")
# TensorFlow asks the processor whether oneDNN can compute with bfloat16, oneDNN what it may use of the processor.
HELD = On("oneDNN", below="avx2_bf16", switches={"onednn_takes_bfloat16": True})
WITHOUT_F16C = On("XLA", below="avx")


def _is_left_to_onednn(case):
    """In bfloat16, but for Keras's convolution with groups, which XLA compiles."""
    return case.dtype.name == "bfloat16" and not (case.op == "conv2d_layer" and predicates.groups(case) > 1)


def _is_compiled_in_float16(case):
    """Keras has XLA compile what has groups."""
    return case.dtype == np.float16 and predicates.groups(case) > 1


def _computes_in_float16(case):
    """Pads move numbers; XLA makes nearest upsampling a convolution."""
    return case.dtype == np.float16 and case.attrs.get("mode") not in PAD_MODES


SYMBOLS = "Failed to materialize symbols"
LEDGER = [
    numeric(
        id="padding-is-left-out",
        operators=("conv2d", "conv2d_layer"),
        when=predicates.special_tap_meets_padding,
        what="Where NaN or infinity in the kernel meets padding, outputs at the edges are numbers, not NaN. What is "
        "padded by tf.pad before is right, and so it is without oneDNN.",
        why="Most of oneDNN's kernels leave taps out that meet padding; those that lay out the image in columns, taken "
        "for few channels without AVX-512, multiply them with zeros.",
        on=ONEDNN,
        instead=Defined(definitions.convolution_without_padding),
    ),
    unsupported(
        id="bfloat16-held-below-avx512",
        operators=("conv2d", "conv2d_layer", "convolve2d", "conv_transpose2d", *POOLED, "learn_kernel", "lenet5"),
        when=_is_left_to_onednn,
        what="With oneDNN held to less than AVX-512 (ONEDNN_MAX_CPU_ISA), convolutions and pools refuse bfloat16: "
        "could not create a primitive descriptor. Matrix products end the process.",
        why="TensorFlow asks the processor for AVX-512, not oneDNN for what it may use, and hands bfloat16 over. On a "
        "processor without it Eigen's kernels are taken.",
        on=HELD,
        instead=Says("could not create a (primitive )?descriptor|Exception encountered when calling Conv2D"),
    ),
    unsupported(
        id="bfloat16-held-below-avx512-gradient",
        operators=("conv2d", "conv2d_layer", "convolve2d", "conv_transpose2d", *POOLED),
        part="gradient",
        when=_is_left_to_onednn,
        what="So do gradients, also of transposed convolutions that Eigen's kernels compute.",
        why="TensorFlow asks the processor for AVX-512, not oneDNN for what it may use.",
        on=HELD,
        instead=Says("could not create a (primitive )?descriptor"),
    ),
    unsupported(
        id="float16-needs-f16c",
        operators=("conv2d_layer",),
        when=_is_compiled_in_float16,
        what="Below AVX Keras's convolution with groups refuses float16: Failed to materialize symbols.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
        instead=Says(SYMBOLS),
    ),
    unsupported(
        id="float16-needs-f16c-compiled",
        operators=COMPUTING,
        when=_computes_in_float16,
        what="Below AVX whatever is compiled by XLA and computes in float16 is refused: Failed to materialize symbols.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
        variants=("xla",),
        instead=Says(SYMBOLS),
    ),
    unsupported(
        id="float16-needs-f16c-compiled-gradient",
        operators=("pad2d",),
        part="gradient",
        when=lambda case: case.dtype == np.float16 and case.attrs["mode"] in PAD_MODES[1:],
        what="Below AVX gradients of pads that add in float16 are refused, though the pads themselves are not.",
        why="Without F16C a conversion is a call of __extendhfsf2, and XLA's compiler knows no such function.",
        on=WITHOUT_F16C,
        variants=("xla",),
        instead=Says(SYMBOLS),
    ),
]
