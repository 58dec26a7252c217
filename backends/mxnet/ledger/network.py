"""Where the layers of a network are known to differ in MXNet."""

import dataclasses

import numpy as np

from backends import other_cases as others
from backends import shared_network_ledger as shared
from backends.instead import Defined, Gives, Rounds, Says, Undetermined
from backends.known import bug, convention, numeric, unsupported
from backends.shared_network_ledger import is_kind
from spec.ops import activation


def _has_nan(case):
    return bool(np.isnan(case.inputs["x"]).any())


def _beside_nan(case):
    nan = np.isnan(case.inputs["x"])
    return {"y": nan.any(case.attrs["axis"], keepdims=True) & ~nan}


def _drops_nan(x, *, axis, **attrs):
    """Zeros beside NaN."""
    y, nan = activation.reference(x, axis=axis, **attrs), np.isnan(x)
    return np.where(nan.any(axis, keepdims=True) & ~nan, 0, y)


def _with_weights_of_the_channels(case):
    count = len(case.inputs["mean"])
    return others.with_inputs(case, scale=case.inputs["scale"][:count], shift=case.inputs["shift"][:count])


GELU_BY_AN_ABSOLUTE_ERF = numeric(
    id="gelu-by-an-absolute-erf",
    operators=("activation",),
    when=is_kind("gelu", dtype="float32"),
    seldom=True,
    what="gelu is off by several units in the last place where x is near 0.",
    why="oneDNN's erf is a polynomial whose error is small beside 1, not beside erf(x).",
    instead=Rounds(times=4),
)
ATTRIBUTES_IN_FLOAT32 = numeric(
    id="attributes-in-float32",
    operators=("activation",),
    when=is_kind("leaky_relu", "gelu", "hard_sigmoid", "hard_swish", dtype="float64"),
    what="leaky_relu, gelu, and what is made of hard_sigmoid, are right to 8 digits in float64.",
    why="Attributes and constants of operators are kept in float32.",
    instead=Rounds("float32"),
)
SOFTPLUS = dataclasses.replace(
    shared.SOFTPLUS_IS_LINEAR_ABOVE_20, why="exp(x) would overflow in float32, for which the threshold was chosen."
)
LOG_SOFTMAX_ADDS_THE_MAXIMUM = numeric(
    id="log-softmax-adds-the-maximum",
    operators=("activation",),
    when=is_kind("log_softmax", dtype="float32"),
    seldom=True,
    what="log_softmax is off by the rounding of the largest number of a row, and not of its own.",
    why="It is x - (max + log(sum)) and not (x - max) - log(sum).",
    instead=Rounds(times=8),
)
LEDGER = [
    *shared.steps_in("float16", "activation"),
    shared.ELU_CANCELS,
    SOFTPLUS,
    numeric(
        id="softplus-cancels",
        operators=("activation",),
        when=is_kind("softplus", dtype="float32"),
        seldom=True,
        what="softplus(x) has fewer right digits the smaller x is.",
        why="It is computed as log(1 + exp(x)), and not as log1p(exp(x)).",
        instead=Rounds(times=4000),
    ),
    *shared.with_gradient(GELU_BY_AN_ABSOLUTE_ERF, Rounds(times=4)),
    *shared.with_gradient(ATTRIBUTES_IN_FLOAT32, Rounds("float32")),
    *shared.with_gradient(LOG_SOFTMAX_ADDS_THE_MAXIMUM, Rounds(times=8)),
    bug(
        id="softmax-drops-nan",
        operators=("activation",),
        when=lambda case: is_kind("softmax", dtype="float32")(case) and _has_nan(case),
        what="softmax of a row with a NaN is NaN there, and 0 beside it.",
        why="The maximum drops NaN, or is that of nothing: -inf, from which all other numbers are far.",
        instead=Defined(_drops_nan),
    ),
    bug(
        id="log-softmax-drops-nan",
        operators=("activation",),
        when=lambda case: is_kind("log_softmax", dtype="float32")(case) and _has_nan(case),
        what="log_softmax of a row with a NaN is NaN there, and numbers near -90 beside it.",
        why="The sum of exponentials becomes the smallest number, whose logarithm is taken.",
        instead=Undetermined(_beside_nan),
    ),
    shared.DENSE_WITHOUT_FLOAT16,
    shared.EMPTY_STATISTICS,
    convention(
        id="weights-of-more-channels",
        operators=("batch_norm2d",),
        when=lambda case: len(case.inputs["scale"]) + len(case.inputs["shift"]) > 2 * len(case.inputs["mean"]),
        what="scale and shift may have more numbers than there are channels: the last ones are not read.",
        why="Their lengths are not compared with the number of channels.",
        instead=Gives(_with_weights_of_the_channels),
    ),
    unsupported(
        id="batch-norm-without-float16",
        operators=("batch_norm2d",),
        when=lambda case: case.dtype == np.float16,
        what="npx.batch_norm takes images in float16 beside statistics and weights in float32 alone.",
        why="The types of its inputs are checked so.",
        instead=Says("uniform type"),
    ),
]
