"""Wrong operators, each with the laws that must notice it: `FAULTS`, and cases misread by layout: `MISREADINGS`."""

from law_faults import convolution, moving, pooling, textbook
from law_faults.core import FAULTS, Fault
from law_faults.moving import MISREADINGS

__all__ = ["FAULTS", "MISREADINGS", "Fault", "convolution", "moving", "pooling", "textbook"]
