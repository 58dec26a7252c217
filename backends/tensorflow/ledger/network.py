"""Where the layers of a network are known to differ in TensorFlow."""

import numpy as np

from backends import shared_network_ledger as shared
from backends.condition import On
from backends.instead import Defined, Rounds, Says
from backends.known import bug, numeric, unsupported
from backends.shared_network_ledger import is_kind
from spec.ops import activation


def _drops_nan(x, *, axis, **attrs):
    """Zeros beside NaN."""
    y, nan = activation.reference(x, axis=axis, **attrs), np.isnan(x)
    return np.where(nan.any(axis, keepdims=True) & ~nan, 0, y)


# TensorFlow asks the processor whether oneDNN can compute with bfloat16, oneDNN what it may use of the processor.
HELD = On("oneDNN", below="avx2_bf16", switches={"onednn_takes_bfloat16": True})
GELU_IN_FLOAT64 = numeric(
    id="gelu-in-float64",
    operators=("activation",),
    when=is_kind("gelu", "gelu_tanh", dtype="float64"),
    what="gelu in float64 is right to 8 digits.",
    why="Its constants, sqrt(2) and 0.044715, are rounded to float32 before they are cast.",
    instead=Rounds("float32"),
)
LEDGER = [
    unsupported(
        id="softmax-in-bfloat16-held",
        operators=("activation",),
        when=is_kind("softmax", dtype="bfloat16"),
        what="With oneDNN held to less than AVX-512 softmax refuses bfloat16.",
        why="TensorFlow asks the processor for AVX-512, not oneDNN for what it may use, and hands bfloat16 over.",
        on=HELD,
        instead=Says("could not create a"),
    ),
    bug(
        id="product-in-bfloat16-held-crash",
        operators=("dense",),
        outcome="crashed",
        when=lambda case: case.dtype.name == "bfloat16" and case.expect == "value",
        what="With oneDNN held to less than AVX-512 a matrix product in bfloat16 ends the process.",
        why="TensorFlow hands bfloat16 over, and goes on with what oneDNN could not make.",
        on=HELD,
        instead=Says("SIGSEGV"),
    ),
    *shared.steps_in("float16", "activation"),
    *shared.steps_in("bfloat16", "activation"),
    *shared.with_gradient(shared.SLOPE_IN_FLOAT32, Rounds("float32")),
    shared.ELU_CANCELS,
    *shared.with_gradient(GELU_IN_FLOAT64, Rounds("float32")),
    numeric(
        id="softplus-in-bfloat16",
        operators=("activation",),
        when=is_kind("softplus", dtype="bfloat16"),
        seldom=True,
        what="softplus in bfloat16 is off by up to 2 %.",
        why="Eigen chooses the branch that is linear, or the exponential, by thresholds made of bfloat16's precision.",
        instead=Rounds(times=2),
    ),
    bug(
        id="softmax-drops-nan",
        operators=("activation",),
        when=lambda case: is_kind("softmax", dtype="float32")(case) and bool(np.isnan(case.inputs["x"]).any()),
        what="softmax of a row with a NaN is NaN there, and 0 beside it; log_softmax is NaN everywhere.",
        why="oneDNN computes it; a maximum of numbers compared with NaN is another one.",
        instead=Defined(_drops_nan),
    ),
    shared.EMPTY_MATRICES,
    shared.LEADING_AXES,
    shared.DENSE_BIAS_AFTER_ROUNDING,
    shared.DENSE_BIAS_GRADIENT,
    shared.EMPTY_STATISTICS,
    *shared.steps_in("float16", "batch_norm2d"),
    *shared.steps_in("bfloat16", "batch_norm2d"),
]
