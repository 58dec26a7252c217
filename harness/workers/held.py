"""Frameworks held to a smaller instruction set, by the switches of their own parts: `--backend torch:avx2`.

One table for all: a part that a framework does not have does not read its switch. What a framework then really uses
it says itself (`describe()`), and code that was compiled for a larger one stays as it is.
"""

import os
from collections.abc import Mapping

from backends import processor
from spec.errors import UserError

# The words of `--processor`, from the largest, with their level in `backends/processor.py`.
LEVELS = {"avx512": "avx512", "avx2": "avx2", "sse": "sse41"}

SWITCHES = {
    "oneDNN": ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKLDNN_MAX_CPU_ISA"),
    "ATen": ("ATEN_CPU_CAPABILITY",),
    "MKL": ("MKL_ENABLE_INSTRUCTIONS",),
    "OpenBLAS": ("OPENBLAS_CORETYPE",),
    "NumPy": ("NPY_DISABLE_CPU_FEATURES",),
}
NUMPY_512 = "X86_V4 AVX512F AVX512CD AVX512_KNL AVX512_KNM AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
VALUES = {
    "avx512": {"oneDNN": "AVX512_CORE", "ATen": "avx512", "MKL": "AVX512"},
    "avx2": {"oneDNN": "AVX2", "ATen": "avx2", "MKL": "AVX2", "OpenBLAS": "Haswell", "NumPy": NUMPY_512},
    "sse": {
        "oneDNN": "SSE41",
        "ATen": "default",
        "MKL": "SSE4_2",
        "OpenBLAS": "Nehalem",
        "NumPy": f"X86_V3 AVX F16C FMA3 AVX2 {NUMPY_512}",
    },
}
XLA = {"avx512": "AVX512", "avx2": "AVX2", "sse": "SSE4_2"}


def environment(level: str) -> Mapping[str, str]:
    """The environment variables of a worker that is held to a level. Raises `UserError` where there is no such."""
    if level not in LEVELS:
        raise UserError(f"unknown processor {level!r}; choose from: {', '.join(LEVELS)}")
    if level not in available():
        own = f"{processor.architecture()} {processor.machine()}"
        raise UserError(f"nothing can be held to {level} here: this processor is {own}")
    values = {name: value for part, value in VALUES[level].items() for name in SWITCHES[part]}
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_max_isa={XLA[level]}".strip()
    return {**values, "XLA_FLAGS": flags}


def available() -> list[str]:
    """The levels to which this machine can be held: all x86-64 ones up to its own, all where its own is unknown."""
    order = processor.LEVELS["x86_64"]
    if processor.architecture() != "x86_64":
        return []
    own = processor.machine()
    largest = order.index(own) if own in order else len(order)
    return [name for name, level in LEVELS.items() if order.index(level) <= largest]
