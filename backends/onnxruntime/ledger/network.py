"""Where the layers of a network are known to differ in ONNX Runtime."""

import numpy as np

from backends import shared_network_ledger as shared
from backends.instead import Rounds, Says
from backends.known import lacking, numeric, unsupported
from backends.shared_network_ledger import is_kind

LEDGER = [
    shared.ELU_CANCELS,
    unsupported(
        id="activations-without-float64",
        operators=("activation",),
        when=is_kind("leaky_relu", "elu", "gelu", "softplus", "hard_sigmoid", "hard_swish", dtype="float64"),
        what="LeakyRelu, Elu, Gelu, Softplus, HardSigmoid and HardSwish have no float64: the session is not made.",
        why="The CPU has kernels for float32 alone.",
        instead=Says("NOT_IMPLEMENTED"),
    ),
    numeric(
        id="gelu-tanh-in-float64",
        operators=("activation",),
        when=is_kind("gelu_tanh", dtype="float64"),
        what="The approximate gelu in float64 is right to 8 digits.",
        why="Gelu becomes a function of simpler operators, whose constants are float32.",
        instead=Rounds("float32"),
    ),
    numeric(
        id="sigmoid-by-an-absolute-approximation",
        operators=("activation",),
        when=is_kind("sigmoid", "silu"),
        seldom=True,
        what="sigmoid has fewer right digits the smaller it is.",
        why="MLAS computes a rational function plus 1/2 (logistic.cpp), whose error is small beside 1/2.",
        instead=Rounds(times=100),
    ),
    shared.EMPTY_MATRICES,
    shared.BIAS_IS_BROADCAST,
    shared.EMPTY_STATISTICS,
    numeric(
        id="epsilon-in-float32",
        operators=("batch_norm2d",),
        when=lambda case: case.dtype == np.float64 and not case.attrs["training"],
        what="The epsilon of BatchNormalization is rounded to float32, in float64 too.",
        why="Attributes of ONNX's operators are float32.",
        instead=Rounds("float32"),
    ),
    lacking(
        id="no-bessel-correction",
        operators=("batch_norm2d",),
        when=lambda case: case.attrs["training"] and case.attrs["unbiased"] and case.dtype.name != "bfloat16",
        what="BatchNormalization keeps the variance of the batch as it is, divided by n and not by n - 1.",
        why="ONNX defines the running variance so.",
        instead=Says("without Bessel's correction"),
    ),
]
