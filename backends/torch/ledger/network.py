"""Where the layers of a network are known to differ in PyTorch."""

import dataclasses

import numpy as np

from backends import shared_network_ledger as shared
from backends.condition import On
from backends.instead import Defined, Rounds
from backends.known import bug, numeric
from backends.shared_network_ledger import is_kind
from spec.ops import activation


def _nan_for_infinity(x, **attrs):
    return np.where(np.isposinf(x), np.nan, activation.reference(x, **attrs))


LEDGER = [
    numeric(
        id="gelu-by-an-absolute-erf",
        operators=("activation",),
        when=is_kind("gelu", dtype="float32"),
        seldom=True,
        what="gelu is off by a few units in the last place where x is near 0.",
        why="erf is a polynomial whose error is small beside 1, not beside erf(x).",
        on=On("ATen", below="avx512"),
        instead=Rounds(times=4),
    ),
    *shared.steps_in("float16", "activation"),
    *shared.steps_in("bfloat16", "activation"),
    *shared.with_gradient(shared.SOFTPLUS_IS_LINEAR_ABOVE_20, Rounds("float32")),
    numeric(
        id="gelu-gradient-by-an-absolute-erf",
        operators=("activation",),
        part="gradient",
        when=is_kind("gelu", dtype="float32"),
        seldom=True,
        what="The gradient of gelu is off by a few units in the last place where x is near 0.",
        why="erf is a polynomial whose error is small beside 1, not beside erf(x) (Abramowitz and Stegun 7.1.26).",
        instead=Rounds(times=4),
    ),
    numeric(
        id="sixth-of-float32",
        operators=("activation",),
        part="gradient",
        when=is_kind("hard_sigmoid", dtype="float64"),
        what="The gradient of hard_sigmoid in float64 is right to 8 digits.",
        why="The factor 1/6 is a constant of float32.",
        instead=Rounds("float32"),
    ),
    bug(
        id="gelu-of-infinity",
        operators=("activation",),
        when=lambda case: is_kind("gelu", dtype="float32")(case) and bool(np.isposinf(case.inputs["x"]).any()),
        what="gelu(inf) is NaN where vector instructions compute it, inf in the last few numbers of an array.",
        why="With AVX-512 erf is a rational function of its own, in which infinity meets 0.",
        on=On("ATen", at_least="avx512"),
        instead=Defined(_nan_for_infinity),
    ),
    shared.EMPTY_MATRICES,
    dataclasses.replace(shared.LEADING_AXES, when=shared.has_rank(1, 3)),
    shared.BIAS_IS_BROADCAST,
    shared.EMPTY_STATISTICS,
    shared.ROWS_ARE_NORMALISED,
    *shared.steps_in("float16", "batch_norm2d"),
    *shared.steps_in("bfloat16", "batch_norm2d"),
]
