"""Where JAX differs in some of its modes alone: with 32-bit numbers, and without `jit`."""

import numpy as np

from backends import other_cases as others
from backends.instead import Gives, Says
from backends.jax.ledger.default_mode import POOLS, PRODUCTS
from backends.known import convention, unsupported
from spec.cases import predicates

DTYPES = "https://docs.jax.dev/en/latest/default_dtypes.html"
DIFFERENTIABLE = (*PRODUCTS, *POOLS, "pad2d", "upsample2d", "flatten")


def _is_double(case):
    return case.dtype == np.float64


def _in_float32(case):
    return others.as_dtype(case, "float32")


LEDGER = [
    convention(
        id="float64-becomes-float32",
        operators=(*DIFFERENTIABLE, "learn_kernel", "lenet5"),
        when=_is_double,
        what="float64 becomes float32 on the way in, without a word, and results are float32.",
        why="jax_enable_x64 is off, as it is by default: no array of 64-bit numbers can be made.",
        link=DTYPES,
        variants=("x32",),
        instead=Gives(_in_float32),
    ),
    convention(
        id="float64-becomes-float32-gradient",
        operators=DIFFERENTIABLE,
        part="gradient",
        when=_is_double,
        what="Gradients of what came in as float64 are float32.",
        why="jax_enable_x64 is off, as it is by default: no array of 64-bit numbers can be made.",
        link=DTYPES,
        variants=("x32",),
        instead=Gives(_in_float32),
    ),
    convention(
        id="mixed-dtypes-become-one",
        operators=(*PRODUCTS, "learn_kernel", "lenet5"),
        when=predicates.is_mixed,
        what="float32 with float64 is no mixture: convolutions take it, and results are float32.",
        why="With jax_enable_x64 off float64 has become float32 before lax.conv sees it.",
        link=DTYPES,
        variants=("x32",),
        instead=Gives(_in_float32),
    ),
    unsupported(
        id="no-scan-of-no-steps",
        operators=("lenet5",),
        when=lambda case: case.attrs["steps"] == 0,
        what="lax.scan over no steps is refused with jax_disable_jit; compiled it returns what it was given.",
        why="The type of what a step would return is found by tracing it, which disable_jit leaves out.",
        link="jax-ml/jax#8152",
        variants=("eager",),
        instead=Says("zero-length scan is not supported in disable_jit"),
    ),
]
