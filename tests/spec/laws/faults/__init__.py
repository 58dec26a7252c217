"""Wrong operators, each with the laws that must notice it: `FAULTS`, and cases misread by layout: `MISREADINGS`."""

from tests.spec.laws.faults import (
    activations,
    convolution,
    correlation,
    dense,
    normalization,
    padding_and_resampling,
    pooling,
)
from tests.spec.laws.faults.law import FAULTS, Fault
from tests.spec.laws.faults.padding_and_resampling import MISREADINGS

__all__ = [
    "FAULTS",
    "MISREADINGS",
    "Fault",
    "activations",
    "convolution",
    "correlation",
    "dense",
    "normalization",
    "padding_and_resampling",
    "pooling",
]
